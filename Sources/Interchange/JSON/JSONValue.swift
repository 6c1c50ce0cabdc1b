// Small pieces of JSON as a tree.
import Fields

extension Literal {
  /// The most values that a tree has. A text of many brackets would take a hundred times its own memory.
  static let countLimit = 1 << 20

  /// Reads the bytes of one JSON value and nothing behind it.
  package init(json bytes: [UInt8]) throws(JSONFlaw) {
    var scanner = try JSONScanner(bytes)
    self = try scanner.value()
    try scanner.end()
  }

  /// Sees to it that bytes are one JSON value and no key is there twice, and builds nothing.
  package static func check(json bytes: [UInt8]) throws(JSONFlaw) {
    var scanner = try JSONScanner(bytes)
    try scanner.skip()
    try scanner.end()
  }
}

extension JSONScanner {
  /// Reads any value as a tree.
  mutating func value() throws(JSONFlaw) -> Literal {
    try countValue()
    guard let byte = peek() else { throw unexpected(.value) }
    switch byte {
    case UInt8(ascii: "{"):
      var members: [Literal.Member] = []
      try object { scanner, key throws(JSONFlaw) in
        members.append(Literal.Member(key: key, value: try scanner.value()))
      }
      return .dictionary(members)
    case UInt8(ascii: "["):
      var elements: [Literal] = []
      try openList()
      var isFirst = true
      while try nextElement(&isFirst) { elements.append(try value()) }
      return .list(elements)
    case UInt8(ascii: "\""): return .text(try text())
    case _ where byte == UInt8(ascii: "-") || isDigit(byte): return .number(try number())
    default:
      if word("null") { return .absent }
      if word("true") { return .bool(true) }
      if word("false") { return .bool(false) }
      throw unexpected(.value)
    }
  }

  /// Reads any value and forgets it.
  mutating func skip() throws(JSONFlaw) {
    guard let byte = peek() else { throw unexpected(.value) }
    switch byte {
    case UInt8(ascii: "{"): try object { scanner, _ throws(JSONFlaw) in try scanner.skip() }
    case UInt8(ascii: "["):
      try openList()
      var isFirst = true
      while try nextElement(&isFirst) { try skip() }
    case UInt8(ascii: "\""):
      var content: [UInt8] = []
      try text(into: &content)
    case _ where byte == UInt8(ascii: "-") || isDigit(byte): _ = try number()
    default: guard word("null") || word("true") || word("false") else { throw unexpected(.value) }
    }
  }

  /// Reads an object and calls `body` before each value, which it must consume. A key that is there twice, byte for
  /// byte, is refused at the end of the object.
  private mutating func object(
    _ body: (inout JSONScanner, String) throws(JSONFlaw) -> Void
  ) throws(JSONFlaw) {
    try openObject()
    let level = keys.level
    var isFirst = true
    while true {
      var key: [UInt8] = []
      guard try nextKey(&isFirst, into: &key) else { break }
      keys.push(key, at: keyPlace)
      try body(&self, String(decoding: key, as: UTF8.self))
    }
    if let twice = keys.firstDuplicate(from: level) {
      throw flaw(.duplicateKey(twice.key), at: twice.place)
    }
    keys.pop(to: level)
  }

  private mutating func number() throws(JSONFlaw) -> Double {
    let start = position
    let literal = try numberLiteral()
    guard let number = Double(String(decoding: bytes[literal], as: UTF8.self)) else {
      throw flaw(.malformedNumber, at: start)
    }
    guard number.isFinite else { throw flaw(.numberTooLarge, at: start) }
    return number
  }
}
