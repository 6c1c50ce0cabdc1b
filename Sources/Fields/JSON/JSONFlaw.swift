// What can be wrong with JSON text, and where.

/// Why bytes are not JSON.
package struct JSONFlaw: Error, Equatable, Sendable {
  package enum Wanted: Sendable {
    case object, list, text, wholeNumber, key, colon, commaOrBrace, commaOrBracket, value, end
  }

  package enum Problem: Equatable, Sendable {
    case notUTF8
    /// `found` is nil at the end.
    case unexpected(wanted: Wanted, found: UInt8?)
    case unterminatedText
    case controlCharacter
    case unknownEscape
    case loneSurrogate
    case malformedNumber
    /// Larger than double precision holds.
    case numberTooLarge
    case tooDeep(limit: Int)
    case duplicateKey(String)
    case tooManyValues(limit: Int)
    case tooLong(limit: Int)
  }

  /// The number of bytes before the place.
  package var offset: Int
  /// From 1.
  package var line: Int
  /// From 1, in bytes.
  package var column: Int
  package var problem: Problem

  package init(_ problem: Problem, at offset: Int, in bytes: [UInt8]) {
    let before = bytes[..<min(offset, bytes.count)]
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    self.offset = offset
    line = 1 + before.count { $0 == UInt8(ascii: "\n") }
    column = 1 + before.count - lineStart
    self.problem = problem
  }
}
