// Whether a value fits the kind of a parameter, and what the kind says of bare words.
import Fields
import Language
import Text

extension ParameterKind {
  /// Why `value` does not fit; nil where it does.
  func mismatch(_ value: Value) -> Mismatch? {
    switch self {
    case .any: return nil
    case .number(let range):
      guard case .number(let number) = value else { return .kind(value, needed: needed) }
      return range.contains(number) ? nil : .range(number, range)
    case .whole(let range):
      guard case .number(let number) = value else { return .kind(value, needed: needed) }
      guard range.contains(number), number.isFinite else { return .range(number, range) }
      guard number == number.rounded() else { return .notWhole(number) }
      return number.magnitude <= 0x1p53
        ? nil : .range(number, NumberRange(max(range.lower, -0x1p53), min(range.upper, 0x1p53)))
    case .choice(let choices):
      guard case .text(let word) = value else { return .kind(value, needed: needed) }
      guard !choices.contains(where: { $0.word == word }) else { return nil }
      return .unknownChoice(word, near: Suggestion.closest(to: word, among: choices.map(\.word)), choices)
    case .list(let item):
      guard case .list(let values) = value else { return .kind(value, needed: needed) }
      for (index, value) in values.enumerated() {
        if let inner = item.mismatch(value) { return .item(index, inner) }
      }
      return nil
    case .dictionary(let entry), .moduleDictionary(let entry):
      guard case .dictionary(let items) = value else { return .kind(value, needed: needed) }
      for item in items {
        if let inner = entry.mismatch(item.value) { return .entry(item.key, inner) }
      }
      return nil
    case .either(let kinds):
      let mismatches = kinds.map { $0.mismatch(value) }
      if mismatches.contains(where: { $0 == nil }) { return nil }
      // The alternative of the value's own kind knows better what is wrong than "must be a or b".
      let specific = mismatches.compactMap { $0 }.filter { !$0.isKind }
      return specific.first ?? .kind(value, needed: needed)
    case .bool:
      if case .bool = value { return nil }
    case .text, .name, .word, .path, .module:
      if case .text = value { return nil }
    case .function:
      if case .function = value { return nil }
    case .object(let kinds):
      if case .object(let object) = value, kinds.contains(object.kind) { return nil }
    }
    return .kind(value, needed: needed)
  }

  /// All choices that are taken at this place, those of alternatives too.
  package var choices: [Choice] {
    switch self {
    case .choice(let choices): choices
    case .either(let kinds): kinds.flatMap(\.choices)
    default: []
    }
  }

  /// The kinds of objects that are taken at this place, those of alternatives and of list items too.
  package var objectKinds: [ObjectKind] {
    switch self {
    case .object(let kinds): kinds
    case .list(let item), .dictionary(let item), .moduleDictionary(let item): item.objectKinds
    case .either(let kinds): kinds.flatMap(\.objectKinds)
    default: []
    }
  }

  /// Whether nothing but a bare word can stand at this place.
  var isWord: Bool {
    switch self {
    case .name, .word: true
    default: false
    }
  }

  /// Where the bare words at this place come from; nil where none is taken.
  package var words: WordSource? {
    switch self {
    case .word(let source): source
    case .either(let kinds): kinds.lazy.compactMap(\.words).first
    default: nil
    }
  }

  /// Whether a bare word at this place is a name, and is not evaluated.
  package var takesName: Bool {
    switch self {
    case .name, .word: true
    case .either(let kinds): kinds.contains(where: \.takesName)
    default: false
    }
  }

  /// Whether texts at this place are paths.
  package var takesPath: Bool {
    switch self {
    case .path: true
    case .list(let item): item.takesPath
    case .either(let kinds): kinds.contains(where: \.takesPath)
    default: false
    }
  }

  /// Whether texts directly at this place mean modules.
  package var takesModule: Bool {
    switch self {
    case .module: true
    case .either(let kinds): kinds.contains(where: \.takesModule)
    default: false
    }
  }

  /// Whether the keys of a dictionary at this place mean modules.
  package var hasModuleKeys: Bool {
    switch self {
    case .moduleDictionary: true
    case .either(let kinds): kinds.contains(where: \.hasModuleKeys)
    default: false
    }
  }

  /// Whether True and False are taken at this place.
  package var takesBool: Bool {
    switch self {
    case .bool: true
    case .either(let kinds): kinds.contains(where: \.takesBool)
    default: false
    }
  }

  /// What the items of a list literal are, where a list is taken; `.any` else.
  var itemKind: ParameterKind {
    switch self {
    case .list(let item): item
    case .either(let kinds):
      kinds.lazy.compactMap { if case .list(let item) = $0 { item } else { nil } }.first ?? .any
    default: .any
    }
  }

  /// What the values of a dictionary literal are, where a dictionary is taken; `.any` else.
  var entryKind: ParameterKind {
    switch self {
    case .dictionary(let entry), .moduleDictionary(let entry): entry
    case .either(let kinds):
      kinds.lazy.compactMap { kind -> ParameterKind? in
        switch kind {
        case .dictionary(let entry), .moduleDictionary(let entry): entry
        default: nil
        }
      }.first ?? .any
    default: .any
    }
  }
}

extension Mismatch {
  /// Whether the value is of another kind than is needed, and not the item of a list.
  var isKind: Bool {
    if case .kind = self { true } else { false }
  }
}

extension Parameter {
  /// Whether the default is a value that the kind takes; an absent one is.
  package var takesItsDefault: Bool {
    switch defaultValue {
    case .required, .absent: true
    default: kind.mismatch(valueWhenNotGiven) == nil
    }
  }
}
