// JSON as literals: any value as a tree, or read and forgotten.

extension Literal {
  /// The most values that a tree has. A text of many brackets would take a hundred times its own memory.
  package static let countLimit = 1 << 20

  /// Reads the bytes of one JSON value and nothing behind it.
  package init(json bytes: [UInt8]) throws(JSONFlaw) {
    var scanner = try JSONScanner(bytes)
    self = try scanner.value()
    try scanner.end()
  }
}

extension JSONScanner {
  /// Reads any value as a tree.
  package mutating func value() throws(JSONFlaw) -> Literal {
    valueCount += 1
    guard valueCount <= Literal.countLimit else {
      throw flaw(.tooManyValues(limit: Literal.countLimit), at: position)
    }
    switch peek() {
    case UInt8(ascii: "{"):
      var members: [Literal.Member] = []
      var object = try openObject()
      while let key = try nextKey(of: &object) {
        members.append(Literal.Member(key: key, value: try value()))
      }
      return .dictionary(members)
    case UInt8(ascii: "["):
      var elements: [Literal] = []
      try openList()
      var isFirst = true
      while try nextElement(&isFirst) { elements.append(try value()) }
      return .list(elements)
    case UInt8(ascii: "\""): return .text(try text())
    default:
      if isAtNumber() { return .number(try number()) }
      if word("null") { return .absent }
      if word("true") { return .bool(true) }
      if word("false") { return .bool(false) }
      throw unexpected(.value)
    }
  }

  /// Reads any value and forgets it.
  ///
  /// - Parameter refusesLarge: numbers that double precision does not hold are an error.
  package mutating func skip(refusesLarge: Bool = false) throws(JSONFlaw) {
    switch peek() {
    case UInt8(ascii: "{"):
      var object = try openObject()
      while try nextKey(of: &object) != nil { try skip(refusesLarge: refusesLarge) }
    case UInt8(ascii: "["):
      try openList()
      var isFirst = true
      while try nextElement(&isFirst) { try skip(refusesLarge: refusesLarge) }
    case UInt8(ascii: "\""): try skipText()
    default:
      if isAtNumber() {
        if refusesLarge { _ = try number() } else { _ = try numberLiteral() }
      } else {
        guard word("null") || word("true") || word("false") else { throw unexpected(.value) }
      }
    }
  }

  /// Reads a number that double precision holds.
  private mutating func number() throws(JSONFlaw) -> Double {
    let start = position
    guard let number = Double(String(decoding: try numberLiteral(), as: UTF8.self)) else {
      throw flaw(.malformedNumber, at: start)
    }
    guard number.isFinite else { throw flaw(.numberTooLarge, at: start) }
    return number
  }
}
