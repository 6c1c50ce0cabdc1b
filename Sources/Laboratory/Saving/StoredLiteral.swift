// Literals in saved files.
import Fields

/// In JSON as they are. The keys of a dictionary lose their order: what needs it is stored as a list.
extension Literal: Codable {
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .absent
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let items = try? value.decode([Literal].self) {
      self = .list(items)
    } else {
      let members = try value.decode([String: Literal].self)
      self = .dictionary(members.sorted { $0.key < $1.key }.map { Member(key: $0.key, value: $0.value) })
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .absent: try container.encodeNil()
    case .bool(let bool): try container.encode(bool)
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let items): try container.encode(items)
    case .dictionary(let members):
      try container.encode(Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first })
    }
  }
}

/// The name of an option or a field as a place in a file.
struct FieldKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension DecodingError {
  /// A value that is missing.
  static func missing(_ name: String, at path: [any CodingKey]) -> DecodingError {
    .keyNotFound(FieldKey(stringValue: name), Context(codingPath: path, debugDescription: "missing"))
  }

  /// A value of another type.
  static func mistyped(_ name: String, at path: [any CodingKey]) -> DecodingError {
    .typeMismatch(
      Literal.self,
      Context(codingPath: path + [FieldKey(stringValue: name)], debugDescription: "another type"))
  }
}
