// What a table of options or fields says of one, as a parameter takes it.
package import Fields

extension ParameterKind {
  /// The kind of an option or a field.
  package init(_ kind: FieldKind) {
    switch kind {
    case .number(let range): self = .number(range)
    case .whole(let range): self = .whole(range)
    case .bool: self = .bool
    case .text: self = .text
    case .choice(let choices): self = .choice(choices)
    case .numbers(let range, _): self = .list(.number(range))
    case .wholes(let range): self = .either([.whole(range), .list(.whole(range))])
    case .modules: self = .either([.list(.module), .module])
    case .moduleNames: self = .list(.module)
    case .byModule(let kind): self = .moduleDictionary(ParameterKind(kind))
    case .either(let kinds): self = .either(kinds.map { ParameterKind($0) })
    case .any: self = .any
    }
  }
}

extension Parameter.Default {
  /// - Parameter absence: what it means that there is no value.
  package init(_ literal: Literal, absence: String = "") {
    switch literal {
    case .absent: self = .absent(absence)
    case .bool(let value): self = .bool(value)
    case .number(let value): self = .number(value)
    case .text(let word): self = .text(word)
    case .list: self = .list(literal.numbers ?? [])
    case .dictionary: self = .absent(absence)
    }
  }
}
