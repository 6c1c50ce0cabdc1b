// A strict scanner of JSON text: headers and large tables are read from it without building a tree.

/// Walks over JSON text. It takes what the standard allows and nothing else, and takes memory in proportion to what the
/// caller keeps.
///
/// An object is read key by key: after each, the caller reads the value.
///
///     var object = try scanner.openObject()
///     while let key = try scanner.nextKey(of: &object) { values[key] = try scanner.value() }
package struct JSONScanner {
  /// No text can exhaust the stack: as deep as the reference reader of safetensors goes.
  package static let depthLimit = 127

  let bytes: [UInt8]
  package internal(set) var position = 0
  private var depth = 0
  private var keys = KeyStack()
  var valueCount = 0

  /// An object that is being read.
  package struct OpenObject {
    fileprivate var isFirst = true
    fileprivate let level: KeyStack.Level
  }

  /// - Throws: `JSONFlaw` where the bytes are not UTF-8, or too many for a JSON file.
  package init(_ bytes: [UInt8]) throws(JSONFlaw) {
    self.bytes = bytes
    guard bytes.count <= Int32.max else {
      throw JSONFlaw(.tooLong(limit: Int(Int32.max)), at: 0, in: [])
    }
    if let bad = firstByteOutsideUTF8(bytes) { throw flaw(.notUTF8, at: bad) }
  }

  /// A flaw at a byte of the text, to be thrown.
  package func flaw(_ problem: JSONFlaw.Problem, at place: Int) -> JSONFlaw {
    JSONFlaw(problem, at: place, in: bytes)
  }

  /// The flaw that something else stands next, or nothing.
  package mutating func unexpected(_ wanted: JSONFlaw.Wanted) -> JSONFlaw {
    let found = peek()
    return flaw(.unexpected(wanted: wanted, found: found), at: position)
  }

  /// The next byte after white space, not consumed; nil at the end.
  package mutating func peek() -> UInt8? {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  /// Reads a byte if it is next after white space.
  mutating func accept(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  /// Nothing but white space may follow.
  package mutating func end() throws(JSONFlaw) {
    guard peek() == nil else { throw unexpected(.end) }
  }

  // MARK: - Objects and lists

  /// Begins an object whose keys are held to be different.
  package mutating func openObject() throws(JSONFlaw) -> OpenObject {
    try openUncheckedObject()
    return OpenObject(level: keys.level)
  }

  /// The next key of an object, whose value must be read then; nil at the object's end. A key that is there twice, byte for
  /// byte, is refused there.
  package mutating func nextKey(of object: inout OpenObject) throws(JSONFlaw) -> String? {
    if try next(&object.isFirst, closing: UInt8(ascii: "}"), otherwise: .commaOrBrace) {
      let place = try beginKey()
      let key = try text()
      try endKey()
      keys.push(key.utf8, at: place)
      return key
    }
    if let twice = keys.firstDuplicate(from: object.level) {
      throw flaw(.duplicateKey(twice.key), at: twice.place)
    }
    keys.pop(to: object.level)
    return nil
  }

  /// Begins an object whose keys the caller keeps and compares.
  package mutating func openUncheckedObject() throws(JSONFlaw) {
    guard accept(UInt8(ascii: "{")) else { throw unexpected(.object) }
    try descend()
  }

  /// Begins a list, whose elements `nextElement` moves through.
  package mutating func openList() throws(JSONFlaw) {
    guard accept(UInt8(ascii: "[")) else { throw unexpected(.list) }
    try descend()
  }

  /// Goes one level deeper. Throws `.tooDeep` at the limit.
  private mutating func descend() throws(JSONFlaw) {
    guard depth < Self.depthLimit else { throw flaw(.tooDeep(limit: Self.depthLimit), at: position - 1) }
    depth += 1
  }

  /// Reads the next key of the open object with its colon, its bytes appended to `key`; false at the object's end.
  package mutating func nextKey(
    _ isFirst: inout Bool, into key: inout [UInt8]
  ) throws(JSONFlaw) -> Bool {
    guard try next(&isFirst, closing: UInt8(ascii: "}"), otherwise: .commaOrBrace) else { return false }
    _ = try beginKey()
    try text(into: &key)
    try endKey()
    return true
  }

  /// The place of a key, which is read then.
  private mutating func beginKey() throws(JSONFlaw) -> Int {
    guard peek() == UInt8(ascii: "\"") else { throw unexpected(.key) }
    return position
  }

  /// Reads the colon behind a key.
  private mutating func endKey() throws(JSONFlaw) {
    guard accept(UInt8(ascii: ":")) else { throw unexpected(.colon) }
  }

  /// Moves to the next element of the open list; false at the list's end.
  package mutating func nextElement(_ isFirst: inout Bool) throws(JSONFlaw) -> Bool {
    try next(&isFirst, closing: UInt8(ascii: "]"), otherwise: .commaOrBracket)
  }

  /// Reads what stands before an item of an object or list: nothing before the first, a comma before others; or its
  /// end.
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

  // MARK: - Plain values

  /// Reads `null` if it is next.
  package mutating func null() -> Bool {
    _ = peek()
    return word("null")
  }

  /// Reads a word if it stands right here.
  mutating func word(_ word: StaticString) -> Bool {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count,
      word.withUTF8Buffer({ $0.elementsEqual(bytes[position..<position + length]) })
    else { return false }
    position += length
    return true
  }

  /// Whether a number is next.
  package mutating func isAtNumber() -> Bool {
    guard let byte = peek() else { return false }
    return byte == UInt8(ascii: "-") || isDigit(byte)
  }

  /// Reads a number; gives its bytes.
  package mutating func numberLiteral() throws(JSONFlaw) -> ArraySlice<UInt8> {
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
    return bytes[start..<position]
  }

  /// Reads digits; gives how many there were.
  private mutating func digits() -> Int {
    let start = position
    while position < bytes.count, isDigit(bytes[position]) { position += 1 }
    return position - start
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}

/// The offset of the first byte that cannot stand where it stands in UTF-8; nil where there is none.
private func firstByteOutsideUTF8(_ bytes: [UInt8]) -> Int? {
  guard bytes.contains(where: { $0 > 0x7F }), String(validating: bytes, as: UTF8.self) == nil else {
    return nil
  }
  var parser = Unicode.UTF8.ForwardParser()
  var rest = bytes.makeIterator()
  var offset = 0
  while case .valid(let encoded) = parser.parseScalar(from: &rest) { offset += encoded.count }
  return offset
}
