// A strict scanner of JSON text: large tables are read from it without building a tree.
import Fields
import TensorFile

/// Walks over JSON text. It takes what the standard allows and nothing else.
struct JSONScanner {
  /// No text can exhaust the stack.
  static let depthLimit = 127

  let bytes: [UInt8]
  private(set) var position = 0
  private var depth = 0
  /// Where the key begins that was read last.
  private(set) var keyPlace = 0
  private var valueCount = 0
  var keys = KeyStack()

  /// - Throws: `JSONFlaw` where the bytes are not UTF-8, or too many for a JSON file.
  init(_ bytes: [UInt8]) throws(JSONFlaw) {
    self.bytes = bytes
    guard bytes.count <= Int32.max else {
      throw JSONFlaw(line: 1, column: 1, problem: .tooLong(limit: Int(Int32.max)))
    }
    if let bad = firstByteOutsideUTF8(bytes) { throw flaw(.notUTF8, at: bad) }
  }

  func flaw(_ problem: JSONFlaw.Problem, at place: Int) -> JSONFlaw {
    let before = bytes[..<min(place, bytes.count)]
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return JSONFlaw(
      line: 1 + before.count { $0 == UInt8(ascii: "\n") }, column: 1 + before.count - lineStart,
      problem: problem)
  }

  mutating func unexpected(_ wanted: JSONFlaw.Wanted) -> JSONFlaw {
    let found = peek()
    return flaw(.unexpected(wanted: wanted, found: found), at: position)
  }

  /// The next byte after white space, not consumed; nil at the end.
  mutating func peek() -> UInt8? {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  mutating func accept(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  /// Nothing but white space may follow.
  mutating func end() throws(JSONFlaw) {
    guard peek() == nil else { throw unexpected(.end) }
  }

  // MARK: - Objects and lists

  mutating func openObject() throws(JSONFlaw) {
    guard accept(UInt8(ascii: "{")) else { throw unexpected(.object) }
    try descend()
  }

  mutating func openList() throws(JSONFlaw) {
    guard accept(UInt8(ascii: "[")) else { throw unexpected(.list) }
    try descend()
  }

  private mutating func descend() throws(JSONFlaw) {
    guard depth < Self.depthLimit else { throw flaw(.tooDeep(limit: Self.depthLimit), at: position - 1) }
    depth += 1
  }

  /// Reads the next key of the open object with its colon, its bytes appended to `key`; false at the object's end.
  mutating func nextKey(_ isFirst: inout Bool, into key: inout [UInt8]) throws(JSONFlaw) -> Bool {
    guard try next(&isFirst, closing: UInt8(ascii: "}"), otherwise: .commaOrBrace) else { return false }
    guard peek() == UInt8(ascii: "\"") else { throw unexpected(.key) }
    keyPlace = position
    try text(into: &key)
    guard accept(UInt8(ascii: ":")) else { throw unexpected(.colon) }
    return true
  }

  /// Moves to the next element of the open list; false at the list's end.
  mutating func nextElement(_ isFirst: inout Bool) throws(JSONFlaw) -> Bool {
    try next(&isFirst, closing: UInt8(ascii: "]"), otherwise: .commaOrBracket)
  }

  private mutating func next(
    _ isFirst: inout Bool, closing: UInt8, otherwise wanted: JSONFlaw.Wanted
  ) throws(JSONFlaw) -> Bool {
    if accept(closing) {
      depth -= 1
      isFirst = false
      return false
    }
    if !isFirst {
      guard accept(UInt8(ascii: ",")) else { throw unexpected(wanted) }
    }
    isFirst = false
    // After a comma, the caller's own reading refuses a closing bracket.
    return true
  }

  /// Counts a value of a tree.
  mutating func countValue() throws(JSONFlaw) {
    valueCount += 1
    guard valueCount <= Literal.countLimit else {
      throw flaw(.tooManyValues(limit: Literal.countLimit), at: position)
    }
  }

  // MARK: - Plain values

  mutating func word(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count,
      word.withUTF8Buffer({ $0.elementsEqual(bytes[position..<position + length]) })
    else { return false }
    position += length
    return true
  }

  /// Reads a whole number from 0 to `Int32.max`, written without fraction and exponent.
  mutating func wholeNumber() throws(JSONFlaw) -> Int32 {
    guard let first = peek(), isDigit(first) else { throw unexpected(.wholeNumber) }
    let start = position
    let literal = try numberLiteral()
    guard let number = Int32(String(decoding: bytes[literal], as: UTF8.self)) else {
      throw flaw(.unexpected(wanted: .wholeNumber, found: first), at: start)
    }
    return number
  }

  /// Reads a number; gives the range of its bytes.
  mutating func numberLiteral() throws(JSONFlaw) -> Range<Int> {
    let start = position
    if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
    let first = position
    let count = digits()
    var isSound = count == 1 || count > 1 && bytes[first] != UInt8(ascii: "0")
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      position += 1
      isSound = digits() > 0 && isSound
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-")
      {
        position += 1
      }
      isSound = digits() > 0 && isSound
    }
    guard isSound else { throw flaw(.malformedNumber, at: start) }
    return start..<position
  }

  private mutating func digits() -> Int {
    let start = position
    while position < bytes.count, isDigit(bytes[position]) { position += 1 }
    return position - start
  }

  func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  // MARK: - Texts

  mutating func text() throws(JSONFlaw) -> String {
    var content: [UInt8] = []
    try text(into: &content)
    return String(decoding: content, as: UTF8.self)
  }

  /// Reads a text and appends the bytes that it stands for.
  mutating func text(into content: inout [UInt8]) throws(JSONFlaw) {
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

/// The offset of the first byte that is not part of valid UTF-8; nil where there is none.
private func firstByteOutsideUTF8(_ bytes: [UInt8]) -> Int? {
  if String(validating: bytes, as: UTF8.self) != nil { return nil }
  var parser = Unicode.UTF8.ForwardParser()
  var rest = bytes.makeIterator()
  var offset = 0
  while case .valid(let encoded) = parser.parseScalar(from: &rest) { offset += encoded.count }
  return offset
}
