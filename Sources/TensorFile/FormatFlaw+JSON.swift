// What a scanner of JSON refuses, as a flaw of a header or an index.
import Fields

extension FormatFlaw {
  /// - Parameter origin: where the JSON stands in the file.
  init(_ flaw: JSONFlaw, origin: Int) {
    let at = origin + flaw.offset
    self =
      switch flaw.problem {
      case .notUTF8: .notUTF8(at: at)
      case .unexpected(let wanted, let found): .unexpected(at: at, wanted: wanted, found: found)
      case .unterminatedText: .badText(at: at, .unterminated)
      case .controlCharacter: .badText(at: at, .controlCharacter)
      case .unknownEscape: .badText(at: at, .escape)
      case .loneSurrogate: .badText(at: at, .surrogate)
      case .malformedNumber: .badNumber(at: at, .malformed)
      case .numberTooLarge: .badNumber(at: at, .tooLarge)
      case .tooDeep(let limit): .tooDeep(at: at, limit: limit)
      case .duplicateKey(let key): .duplicateKey(at: at, key: key)
      case .tooManyValues, .tooLong: preconditionFailure("a header is shorter, and no tree is built of it")
      }
  }

  /// Reads JSON that stands at `origin` in the file.
  ///
  /// - Parameter body: throws `JSONFlaw` and `FormatFlaw` only.
  static func reading<Result>(
    _ bytes: [UInt8], origin: Int, _ body: (inout JSONScanner) throws -> Result
  ) throws(FormatFlaw) -> Result {
    do {
      var scanner = try JSONScanner(bytes)
      let result = try body(&scanner)
      try scanner.end()
      return result
    } catch let flaw as JSONFlaw {
      throw FormatFlaw(flaw, origin: origin)
    } catch let flaw as FormatFlaw {
      throw flaw
    } catch {
      preconditionFailure("a header's reader throws \(error)")
    }
  }
}
