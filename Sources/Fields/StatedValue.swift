// What a program's text states as a value, as far as it can be read without running it.

/// A literal, folded where it is arithmetic on literals (`2 * 16`), or what is only partly one: what would have to be
/// evaluated is `unknown`, and never guessed.
package indirect enum StatedValue: Equatable, Sendable {
  case number(Double)
  case text(String)
  case bool(Bool)
  case none
  case list([StatedValue])
  /// In the order of the source.
  case dictionary([Entry])
  /// A bare name with its owners: `torch.float16`.
  case name(String)
  case unknown

  package struct Entry: Equatable, Sendable {
    package var key: StatedValue
    package var value: StatedValue

    package init(key: StatedValue, value: StatedValue) {
      self.key = key
      self.value = value
    }
  }

  package init(_ literal: Literal) {
    self =
      switch literal {
      case .absent: .none
      case .bool(let value): .bool(value)
      case .number(let value): .number(value)
      case .text(let text): .text(text)
      case .list(let items): .list(items.map(StatedValue.init))
      case .dictionary(let members):
        .dictionary(members.map { Entry(key: .text($0.key), value: StatedValue($0.value)) })
      }
  }

  /// Nil where a part is not known, or a key of a dictionary is no text.
  package var literal: Literal? {
    switch self {
    case .none: return .absent
    case .bool(let value): return .bool(value)
    case .number(let value): return .number(value)
    case .text(let text): return .text(text)
    case .list(let items):
      let values = items.compactMap(\.literal)
      return values.count == items.count ? .list(values) : nil
    case .dictionary(let entries):
      let members = entries.compactMap { entry -> Literal.Member? in
        guard case .text(let key) = entry.key, let value = entry.value.literal else { return nil }
        return Literal.Member(key: key, value: value)
      }
      return members.count == entries.count ? .dictionary(members) : nil
    case .name, .unknown: return nil
    }
  }

  /// Whether its type is known, be parts of a list or dictionary unknown: a bare name has none.
  package var hasType: Bool {
    switch self {
    case .number, .text, .bool, .none, .list: true
    case .dictionary(let entries):
      entries.allSatisfy { entry in
        if case .text = entry.key { true } else { false }
      }
    case .name, .unknown: false
    }
  }
}
