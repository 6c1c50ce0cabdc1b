// The fields of an object in one table, in which each name stands once.
package import Interpreter

/// A field of `Owner`: the name behind the dot, its one-line meaning, and its value.
package struct ObjectField<Owner>: Sendable {
  let name: String
  let meaning: String
  let value: @Sendable (Owner) throws -> Value

  init(_ name: String, _ meaning: String, _ value: @escaping @Sendable (Owner) throws -> Value) {
    self.name = name
    self.meaning = meaning
    self.value = value
  }
}

/// An object whose fields stand in a table.
package protocol TabledObject: LabObject {
  /// In reading order.
  static var fieldTable: [ObjectField<Self>] { get }
}

extension TabledObject {
  package var fields: [(name: String, meaning: String)] { Self.fieldTable.map { ($0.name, $0.meaning) } }

  package func field(_ name: String, in session: Session) throws -> Value? {
    try Self.fieldTable.first { $0.name == name }?.value(self)
  }
}

extension Value {
  /// A list of numbers.
  static func numbers(_ values: [Double]) -> Value { .list(values.map { .number($0) }) }

  /// A list of whole numbers.
  static func counts(_ values: [Int]) -> Value { numbers(values.map(Double.init)) }

  /// A list of texts.
  static func texts(_ values: [String]) -> Value { .list(values.map { .text($0) }) }

  /// None where there is no number.
  static func number(ifAny value: Double?) -> Value {
    guard let value else { return .none }
    return .number(value)
  }

  /// The number that all share, else the list of them; None where there are none.
  static func shared(_ values: [Double]) -> Value {
    guard let first = values.first else { return .none }
    return values.allSatisfy { $0 == first } ? .number(first) : numbers(values)
  }
}
