// The value of a field of a configuration, as a JSON file or a Python call states it.

/// A literal. What a script computes is `unknown`: it is never guessed.
package indirect enum FieldValue: Equatable, Sendable {
  case number(Double)
  case text(String)
  case bool(Bool)
  case none
  case list([FieldValue])
  /// In the order of the source; keys that are no texts make the whole unknown.
  case dictionary([Entry])
  /// A bare name with its owners: `torch.float16`.
  case name(String)
  case unknown

  package struct Entry: Equatable, Sendable {
    package var key: String
    package var value: FieldValue

    package init(_ key: String, _ value: FieldValue) {
      self.key = key
      self.value = value
    }
  }

  /// Whether the value is known; a bare name is not.
  var isLiteral: Bool {
    switch self {
    case .unknown, .name: false
    default: true
    }
  }

  /// Whether a script states the value: neither a variable nor something computed.
  package var isRead: Bool {
    switch self {
    case .unknown: false
    case .name(let name): name.contains(".")
    default: true
    }
  }

  /// For messages: "the text \"16\"", "True", "a list".
  var phrase: String {
    switch self {
    case .number(let number): Figures.exact(number)
    case .text(let text) where text.count <= 40: "the text \"\(text)\""
    case .text: "a text"
    case .bool(let bool): bool ? "True" : "False"
    case .none: "None"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .name(let name): name
    case .unknown: "not known"
    }
  }
}

/// One field as it was stated.
package struct ConfigurationField: Equatable, Sendable {
  package var name: String
  package var value: FieldValue

  package init(_ name: String, _ value: FieldValue) {
    self.name = name
    self.value = value
  }
}
