// Texts of JSON: quotes, escapes, surrogate pairs.

extension JSONScanner {
  /// Reads a text and resolves its escapes.
  package mutating func text() throws(JSONFlaw) -> String {
    var content: [UInt8] = []
    let last = try parts { content += $0 }
    // Nearly every text is one part, which needs no copy but the String.
    guard !content.isEmpty else { return String(decoding: bytes[last], as: UTF8.self) }
    content += bytes[last]
    return String(decoding: content, as: UTF8.self)
  }

  /// Reads a text and appends the bytes that it stands for.
  package mutating func text(into content: inout [UInt8]) throws(JSONFlaw) {
    let last = try parts { content += $0 }
    content += bytes[last]
  }

  /// Reads a text and forgets it.
  mutating func skipText() throws(JSONFlaw) {
    _ = try parts { _ in }
  }

  /// Reads a text: gives `take` what stands before each escape and what the escape stands for, and returns the place of
  /// what follows the last.
  private mutating func parts(_ take: (ArraySlice<UInt8>) -> Void) throws(JSONFlaw) -> Range<Int> {
    guard accept(UInt8(ascii: "\"")) else { throw unexpected(.text) }
    let start = position - 1
    var plain = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return plain..<position - 1
      }
      if byte == UInt8(ascii: "\\") {
        take(bytes[plain..<position])
        take(try escape()[...])
        plain = position
      } else if byte < 0x20 {
        throw flaw(.controlCharacter, at: position)
      } else {
        position += 1
      }
    }
    throw flaw(.unterminatedText, at: start)
  }

  /// Reads an escape from its backslash on; gives the bytes of the character that it stands for.
  private mutating func escape() throws(JSONFlaw) -> [UInt8] {
    let start = position
    position += 2
    guard position <= bytes.count else { throw flaw(.unknownEscape, at: start) }
    switch bytes[position - 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [bytes[position - 1]]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(try scalar(from: start)).utf8)
    default: throw flaw(.unknownEscape, at: start)
    }
  }

  /// Reads what follows `\u`: four digits, or two groups of four that form a surrogate pair.
  private mutating func scalar(from start: Int) throws(JSONFlaw) -> Unicode.Scalar {
    let unit = try hexadecimal(from: start)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard UTF16.isLeadSurrogate(unit), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    else { throw flaw(.loneSurrogate, at: start) }
    position += 2
    let trail = try hexadecimal(from: start)
    let value = 0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(trail & 0x3FF))
    guard UTF16.isTrailSurrogate(trail), let scalar = Unicode.Scalar(value) else {
      throw flaw(.loneSurrogate, at: start)
    }
    return scalar
  }

  private mutating func hexadecimal(from start: Int) throws(JSONFlaw) -> UInt16 {
    guard position + 4 <= bytes.count else { throw flaw(.unknownEscape, at: start) }
    var value: UInt16 = 0
    for byte in bytes[position..<position + 4] {
      guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw flaw(.unknownEscape, at: start)
      }
      value = value << 4 | UInt16(digit)
    }
    position += 4
    return value
  }
}
