// What an option or a field is set to, as the language and JSON have it.

/// The value of an option or a field.
package enum Literal: Equatable, Sendable {
  /// Nothing: `None` of the language, `null` of JSON.
  case absent
  case bool(Bool)
  /// Whole numbers too: those up to 2⁵³ are exact.
  case number(Double)
  case text(String)
  case numbers([Double])
}

/// A Swift type whose values are literals, so that a table can read and set fields of the type.
package protocol LiteralValue: Sendable {
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
    guard case .numbers(let values) = literal else { return nil }
    self = values
  }
}

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
