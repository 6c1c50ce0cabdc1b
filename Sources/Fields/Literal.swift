// Values as text states them: of options and fields, in the language, in JSON and in Python.

/// A value that is written out, without names and without anything to compute. JSON has no other values.
package enum Literal: Equatable, Sendable {
  /// Nothing: `None` of the language, `null` of JSON.
  case absent
  case bool(Bool)
  /// Whole numbers too: those up to 2⁵³ are exact.
  case number(Double)
  case text(String)
  case list([Literal])
  /// The members keep their order; a reader sees to it that no key is there twice.
  case dictionary([Member])

  /// A key and its value.
  package struct Member: Equatable, Sendable {
    package var key: String
    package var value: Literal

    package init(key: String, value: Literal) {
      self.key = key
      self.value = value
    }
  }

  /// A list of numbers.
  package static func numbers(_ values: [Double]) -> Literal { .list(values.map { .number($0) }) }

  /// A list of texts.
  package static func texts(_ values: [String]) -> Literal { .list(values.map { .text($0) }) }

  /// The member of that name; nil where there is none, or this is no dictionary.
  package subscript(_ key: String) -> Literal? {
    guard case .dictionary(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The text; nil for any other value.
  package var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// The numbers of a list of nothing else; nil for any other value.
  package var numbers: [Double]? {
    guard case .list(let items) = self else { return nil }
    let numbers = items.compactMap { item in
      if case .number(let number) = item { number } else { nil }
    }
    return numbers.count == items.count ? numbers : nil
  }

  /// The texts of a list of nothing else; nil for any other value.
  package var texts: [String]? {
    guard case .list(let items) = self else { return nil }
    let texts = items.compactMap(\.text)
    return texts.count == items.count ? texts : nil
  }

  /// What it is in JSON's words, with the article.
  package var kind: String {
    switch self {
    case .absent: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .text: "a text"
    case .list: "a list"
    case .dictionary: "an object"
    }
  }
}

/// A Swift type whose values are literals, so that a table can read and set fields of the type.
package protocol LiteralValue: Sendable {
  /// The value as a literal, which `init?` reads back.
  var literal: Literal { get }
  /// Nil where the literal is no value of the type.
  init?(literal: Literal)
}

extension Bool: LiteralValue {
  package var literal: Literal { .bool(self) }

  package init?(literal: Literal) {
    guard case .bool(let value) = literal else { return nil }
    self = value
  }
}

extension Double: LiteralValue {
  package var literal: Literal { .number(self) }

  package init?(literal: Literal) {
    guard case .number(let value) = literal else { return nil }
    self = value
  }
}

/// Whole numbers; a literal with a fraction, or beyond the type, is none of them.
extension LiteralValue where Self: BinaryInteger {
  package var literal: Literal { .number(Double(self)) }

  package init?(literal: Literal) {
    guard case .number(let value) = literal, let whole = Self(exactly: value) else { return nil }
    self = whole
  }
}

extension Int: LiteralValue {}
extension UInt64: LiteralValue {}

extension String: LiteralValue {
  package var literal: Literal { .text(self) }

  package init?(literal: Literal) {
    guard case .text(let value) = literal else { return nil }
    self = value
  }
}

/// Words: an enum of texts takes part by naming the protocol.
extension LiteralValue where Self: RawRepresentable, RawValue == String {
  package var literal: Literal { .text(rawValue) }

  package init?(literal: Literal) {
    guard case .text(let word) = literal else { return nil }
    self.init(rawValue: word)
  }
}

extension [Double]: LiteralValue {
  package var literal: Literal { .numbers(self) }

  package init?(literal: Literal) {
    guard let values = literal.numbers else { return nil }
    self = values
  }
}

/// nil is `absent`.
extension Optional: LiteralValue where Wrapped: LiteralValue {
  package var literal: Literal { map(\.literal) ?? .absent }

  package init?(literal: Literal) {
    if literal == .absent {
      self = nil
    } else {
      guard let value = Wrapped(literal: literal) else { return nil }
      self = value
    }
  }
}

/// Why a field cannot be set to a literal.
package enum FieldFlaw: Error, Equatable, Sendable {
  /// It is of another type.
  case mistyped
  case outOfRange
}
