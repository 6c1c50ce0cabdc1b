// Texts: quotes, escapes, surrogate pairs.

extension JSONScanner {
  /// Reads a text and resolves its escapes.
  mutating func text() throws(FormatFlaw) -> String {
    var content: [UInt8] = []
    let last = try parts { content += $0 }
    // Nearly every text is one part, which needs no copy but the String.
    guard !content.isEmpty else { return String(decoding: bytes[last], as: UTF8.self) }
    content += bytes[last]
    return String(decoding: content, as: UTF8.self)
  }

  /// Reads a text and forgets it.
  mutating func skipText() throws(FormatFlaw) {
    _ = try parts { _ in }
  }

  /// Reads a text: gives `take` what stands before each escape and what the escape stands for, and returns the
  /// place of what follows the last.
  private mutating func parts(_ take: (ArraySlice<UInt8>) -> Void) throws(FormatFlaw) -> Range<Int> {
    guard accept("\"") else { throw unexpected(.text) }
    let start = place - 1
    var plain = position
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return plain..<position - 1
      case UInt8(ascii: "\\"):
        take(bytes[plain..<position])
        take(try escape()[...])
        plain = position
      case 0..<0x20: throw .badText(at: place, .controlCharacter)
      default: position += 1
      }
    }
    throw .badText(at: start, .unterminated)
  }

  /// Reads an escape from its backslash on; gives the bytes of the character that it stands for.
  private mutating func escape() throws(FormatFlaw) -> [UInt8] {
    let start = place
    position += 1
    guard let letter = next else { throw .badText(at: start, .escape) }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return try unicodeEscape(from: start)
    default: throw .badText(at: start, .escape)
    }
  }

  /// Reads what follows `\u`: four digits, or two groups of four that form a surrogate pair.
  private mutating func unicodeEscape(from start: Int) throws(FormatFlaw) -> [UInt8] {
    var units = [try hexadecimal(from: start)]
    if UTF16.isLeadSurrogate(units[0]) {
      guard next == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
      else { throw .badText(at: start, .surrogate) }
      position += 2
      units.append(try hexadecimal(from: start))
      guard UTF16.isTrailSurrogate(units[1]) else { throw .badText(at: start, .surrogate) }
    } else if UTF16.isTrailSurrogate(units[0]) {
      throw .badText(at: start, .surrogate)
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  private mutating func hexadecimal(from start: Int) throws(FormatFlaw) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw .badText(at: start, .escape)
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}
