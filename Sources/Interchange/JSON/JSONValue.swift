// Small pieces of JSON as a tree.

/// Any JSON value. The members of an object keep their order, and no key is there twice.
package indirect enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([Member])

  package struct Member: Equatable, Sendable {
    package var key: String
    package var value: JSONValue
  }

  /// Reads one value and nothing behind it.
  package init(_ bytes: [UInt8]) throws(JSONFlaw) {
    var scanner = try JSONScanner(bytes)
    self = try scanner.value()
    try scanner.end()
  }

  /// The member of that name; nil where there is none, or this is no object.
  package subscript(_ key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  package var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// What it is, with its article.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .text: "a text"
    case .list: "a list"
    case .object: "an object"
    }
  }
}

extension JSONScanner {
  mutating func value() throws(JSONFlaw) -> JSONValue {
    guard let byte = peek() else { throw unexpected(.value) }
    switch byte {
    case UInt8(ascii: "{"): return .object(try members())
    case UInt8(ascii: "["): return .list(try elements())
    case UInt8(ascii: "\""): return .text(try text())
    case _ where byte == UInt8(ascii: "-") || isDigit(byte):
      let start = position
      let literal = try numberLiteral()
      guard let number = Double(String(decoding: bytes[literal], as: UTF8.self)) else {
        throw flaw(.malformedNumber, at: start)
      }
      return .number(number)
    default:
      if word("null") { return .null }
      if word("true") { return .bool(true) }
      if word("false") { return .bool(false) }
      throw unexpected(.value)
    }
  }

  private mutating func members() throws(JSONFlaw) -> [JSONValue.Member] {
    try openObject()
    var members: [JSONValue.Member] = []
    // Keys are compared as bytes: Swift's String takes different spellings of an accent as equal.
    var keys: Set<[UInt8]> = []
    var isFirst = true
    while true {
      var key: [UInt8] = []
      guard try nextKey(&isFirst, into: &key) else { return members }
      let name = String(decoding: key, as: UTF8.self)
      guard keys.insert(key).inserted else { throw flaw(.duplicateKey(name), at: position) }
      members.append(JSONValue.Member(key: name, value: try value()))
    }
  }

  private mutating func elements() throws(JSONFlaw) -> [JSONValue] {
    try openList()
    var elements: [JSONValue] = []
    var isFirst = true
    while try nextElement(&isFirst) { elements.append(try value()) }
    return elements
  }
}
