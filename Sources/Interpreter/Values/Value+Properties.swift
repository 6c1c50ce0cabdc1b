// What operators and messages ask of values: kind, truth, number, equality.

extension Value {
  /// The kind as messages say it: "number", "text", "model".
  package var kindName: String {
    switch self {
    case .none: "None"
    case .bool: "bool"
    case .number: "number"
    case .text: "text"
    case .list: "list"
    case .dictionary: "dictionary"
    case .function: "function"
    case .object(let object): object.kind.name
    }
  }

  /// The kind with its article: "a number", "an adapter", "None".
  package var kindPhrase: String {
    switch self {
    case .none: "None"
    case .object(let object): object.kind.phrase
    default: "a " + kindName
    }
  }

  /// As in Python: None, False, 0, and empty texts, lists and dictionaries are false.
  package var isTrue: Bool {
    switch self {
    case .none: false
    case .bool(let bool): bool
    case .number(let number): number != 0
    case .text(let text): !text.isEmpty
    case .list(let items): !items.isEmpty
    case .dictionary(let items): !items.isEmpty
    case .function, .object: true
    }
  }

  /// The number in arithmetic: True and False count as 1 and 0. Nil for other kinds.
  package var arithmetic: Double? {
    switch self {
    case .number(let number): number
    case .bool(let bool): bool ? 1 : 0
    default: nil
    }
  }

  /// Whether a line of text shows the value whole; an object shows itself in its own way.
  package var isPlain: Bool {
    switch self {
    case .object: false
    default: true
    }
  }

  /// The list that an object stands for, or the value itself.
  package var unfolded: Value {
    guard case .object(let object as any ListObject) = self else { return self }
    return .list(object.items)
  }
}
