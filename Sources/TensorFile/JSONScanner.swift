// A strict scanner for the JSON of a header or an index: it reads what these allow and builds nothing else.

/// Walks over JSON text. Every position in an error counts from the start of the file.
struct JSONScanner {
  /// As deep as the reference reader goes, so that no header can exhaust the stack.
  static let depthLimit = 127

  let bytes: [UInt8]
  private let origin: Int
  var position = 0
  private var depth = 0
  private var keys = KeyStack()

  /// A scanner of `bytes`, which are UTF-8 and stand at `origin` in the file.
  init(_ bytes: [UInt8], origin: Int) {
    self.bytes = bytes
    self.origin = origin
  }

  /// The place of the next byte, in the file.
  var place: Int { origin + position }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The next byte after white space, not consumed.
  private mutating func peek() -> UInt8? {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    return next
  }

  mutating func accept(_ byte: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: byte) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: Unicode.Scalar, _ wanted: FormatFlaw.Wanted) throws(FormatFlaw) {
    guard accept(byte) else { throw unexpected(wanted) }
  }

  mutating func unexpected(_ wanted: FormatFlaw.Wanted) -> FormatFlaw {
    let found = peek()
    return .unexpected(at: place, wanted: wanted, found: found)
  }

  /// Nothing but white space may follow.
  mutating func end() throws(FormatFlaw) {
    guard peek() == nil else { throw unexpected(.end) }
  }

  // MARK: - Objects and lists

  /// Reads an object and calls `body` before each value, which it must consume. A key that is there twice,
  /// byte for byte, is refused at the end of the object.
  mutating func object(
    _ body: (inout JSONScanner, String) throws(FormatFlaw) -> Void
  ) throws(FormatFlaw) {
    try expect("{", .object)
    try descend()
    defer { depth -= 1 }
    if accept("}") { return }
    let level = keys.level
    repeat {
      guard peek() == UInt8(ascii: "\"") else { throw unexpected(.key) }
      let start = place
      let key = try text()
      keys.push(key.utf8, at: start)
      try expect(":", .colon)
      try body(&self, key)
    } while accept(",")
    try expect("}", .commaOrBrace)
    if let twice = keys.firstDuplicate(from: level) { throw .duplicateKey(at: twice.place, key: twice.key) }
    keys.pop(to: level)
  }

  /// Reads a list and calls `body` before each element, which it must consume.
  mutating func list(_ body: (inout JSONScanner) throws(FormatFlaw) -> Void) throws(FormatFlaw) {
    try expect("[", .list)
    try descend()
    defer { depth -= 1 }
    if accept("]") { return }
    repeat {
      try body(&self)
    } while accept(",")
    try expect("]", .commaOrBracket)
  }

  private mutating func descend() throws(FormatFlaw) {
    guard depth < Self.depthLimit else { throw .tooDeep(at: place - 1, limit: Self.depthLimit) }
    depth += 1
  }

  // MARK: - Values

  /// Reads `null` if it is next.
  mutating func null() -> Bool {
    _ = peek()
    return word("null")
  }

  /// Reads any value and forgets it.
  mutating func skip() throws(FormatFlaw) {
    switch peek() {
    case UInt8(ascii: "{"): try object { scanner, _ throws(FormatFlaw) in try scanner.skip() }
    case UInt8(ascii: "["): try list { scanner throws(FormatFlaw) in try scanner.skip() }
    case UInt8(ascii: "\""): try skipText()
    case let byte where byte == UInt8(ascii: "-") || isDigit(byte): _ = try number()
    default: guard word("null") || word("true") || word("false") else { throw unexpected(.value) }
    }
  }

  /// Reads a number from 0 to `Int.max`, written without fraction and exponent.
  mutating func wholeNumber() throws(FormatFlaw) -> Int {
    guard let byte = peek(), byte == UInt8(ascii: "-") || isDigit(byte) else { throw unexpected(.number) }
    let start = place
    let digits = try number()
    if byte == UInt8(ascii: "-") { throw .badNumber(at: start, .negative) }
    guard let digits else { throw .badNumber(at: start, .fraction) }
    var value = 0
    for digit in bytes[digits] {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
      guard !overflow, !carry else { throw .badNumber(at: start, .tooLarge) }
      value = sum
    }
    return value
  }

  private mutating func word(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count else { return false }
    guard word.withUTF8Buffer({ $0.elementsEqual(bytes[position..<position + length]) }) else { return false }
    position += length
    return true
  }

  private func isDigit(_ byte: UInt8?) -> Bool {
    guard let byte else { return false }
    return byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private mutating func digits() -> Int {
    let start = position
    while isDigit(next) { position += 1 }
    return position - start
  }

  /// Reads a JSON number; gives the range of its digits if it has no sign, fraction or exponent.
  private mutating func number() throws(FormatFlaw) -> Range<Int>? {
    let start = place
    var plain = true
    if next == UInt8(ascii: "-") {
      plain = false
      position += 1
    }
    let first = position
    let count = digits()
    guard count == 1 || count > 1 && bytes[first] != UInt8(ascii: "0") else {
      throw .badNumber(at: start, .malformed)
    }
    if next == UInt8(ascii: ".") {
      plain = false
      position += 1
      guard digits() > 0 else { throw .badNumber(at: start, .malformed) }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      plain = false
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      guard digits() > 0 else { throw .badNumber(at: start, .malformed) }
    }
    return plain ? first..<position : nil
  }
}
