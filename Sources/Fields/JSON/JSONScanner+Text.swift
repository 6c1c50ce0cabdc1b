// Texts of JSON: quotes, escapes, surrogate pairs.

extension JSONScanner {
  /// Reads a text and resolves its escapes.
  package mutating func text() throws(JSONFlaw) -> String {
    if let plain = plainText() { return String(decoding: bytes[plain], as: UTF8.self) }
    var content: [UInt8] = []
    try text(into: &content)
    return String(decoding: content, as: UTF8.self)
  }

  /// Reads a text and forgets it.
  mutating func skipText() throws(JSONFlaw) {
    if plainText() != nil { return }
    var content: [UInt8] = []
    try text(into: &content)
  }

  /// Reads a text without escapes, as nearly every one is: its place, which needs no copy. Nil for any other, which is not
  /// read.
  private mutating func plainText() -> Range<Int>? {
    guard peek() == UInt8(ascii: "\"") else { return nil }
    let start = position + 1
    for end in start..<bytes.count {
      let byte = bytes[end]
      if byte == UInt8(ascii: "\"") {
        position = end + 1
        return start..<end
      }
      if byte == UInt8(ascii: "\\") || byte < 0x20 { return nil }
    }
    return nil
  }

  /// Reads a text and appends the bytes that it stands for.
  package mutating func text(into content: inout [UInt8]) throws(JSONFlaw) {
    guard accept(UInt8(ascii: "\"")) else { throw unexpected(.text) }
    let start = position - 1
    var plain = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        content += bytes[plain..<position]
        position += 1
        return
      }
      if byte == UInt8(ascii: "\\") {
        content += bytes[plain..<position]
        try escape(into: &content)
        plain = position
      } else if byte < 0x20 {
        throw flaw(.controlCharacter, at: position)
      } else {
        position += 1
      }
    }
    throw flaw(.unterminatedText, at: start)
  }

  /// Reads an escape from its backslash on and appends the bytes of the character that it stands for.
  private mutating func escape(into content: inout [UInt8]) throws(JSONFlaw) {
    let start = position
    position += 2
    guard position <= bytes.count else { throw flaw(.unknownEscape, at: start) }
    switch bytes[position - 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(bytes[position - 1])
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"): content += String(try scalar(from: start)).utf8
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
