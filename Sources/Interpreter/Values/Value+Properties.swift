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

  /// As in Python: lists item by item, dictionaries in any order, objects and functions by identity, NaN
  /// unequal to itself, values of different kinds unequal (but True equals 1).
  package func equals(_ other: Value) -> Bool {
    if let left = arithmetic, let right = other.arithmetic { return left == right }
    switch (self, other) {
    case (.none, .none): return true
    case (.text(let left), .text(let right)): return left == right
    case (.list(let left), .list(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
    case (.dictionary(let left), .dictionary(let right)):
      return left.count == right.count
        && left.allSatisfy { item in
          right.first { $0.key == item.key }.map { $0.value.equals(item.value) } ?? false
        }
    case (.function(let left, source: let leftSource), .function(let right, source: let rightSource)):
      return left == right && leftSource == rightSource
    case (.object(let left), .object(let right)): return left === right
    default: return false
    }
  }

  /// The list that an object stands for, or the value itself.
  package var unfolded: Value {
    guard case .object(let object as any ListObject) = self else { return self }
    return .list(object.items)
  }

  /// How deep lists and dictionaries are nested in it: 0 for a number, 1 for a list of numbers.
  var nesting: Int {
    switch self {
    case .list(let items): 1 + (items.lazy.map(\.nesting).max() ?? 0)
    case .dictionary(let items): 1 + (items.lazy.map(\.value.nesting).max() ?? 0)
    default: 0
    }
  }
}
