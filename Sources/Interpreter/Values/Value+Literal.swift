// Values as data of tables and files, and back.
package import Fields

extension Value {
  package init(_ literal: Literal) {
    self =
      switch literal {
      case .absent: .none
      case .bool(let value): .bool(value)
      case .number(let value): .number(value)
      case .text(let text): .text(text)
      case .list(let items): .list(items.map { Value($0) })
      case .dictionary(let members):
        .dictionary(members.map { (key: $0.key, value: Value($0.value)) })
      }
  }

  /// The most values that data are made of, twice what a list may have: lists that share their items unfold here.
  private static let mostValues = 20_000_000

  /// The value as data; nil for what holds a function or an object, or more than twenty million values.
  package var literal: Literal? {
    var left = Value.mostValues
    return literal(&left)
  }

  private func literal(_ left: inout Int) -> Literal? {
    left -= 1
    guard left >= 0 else { return nil }
    switch self {
    case .none: return .absent
    case .bool(let value): return .bool(value)
    case .number(let value): return .number(value)
    case .text(let text): return .text(text)
    case .list(let items):
      var values: [Literal] = []
      for item in items {
        guard let value = item.literal(&left) else { return nil }
        values.append(value)
      }
      return .list(values)
    case .dictionary(let items):
      var members: [Literal.Member] = []
      for item in items {
        guard let value = item.value.literal(&left) else { return nil }
        members.append(Literal.Member(key: item.key, value: value))
      }
      return .dictionary(members)
    case .function, .object: return nil
    }
  }
}
