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

  /// The value as data; nil for what holds a function or an object.
  package var literal: Literal? {
    switch self {
    case .none: return .absent
    case .bool(let value): return .bool(value)
    case .number(let value): return .number(value)
    case .text(let text): return .text(text)
    case .list(let items):
      let values = items.compactMap(\.literal)
      return values.count == items.count ? .list(values) : nil
    case .dictionary(let items):
      let members = items.compactMap { item in
        item.value.literal.map { Literal.Member(key: item.key, value: $0) }
      }
      return members.count == items.count ? .dictionary(members) : nil
    case .function, .object: return nil
    }
  }
}
