// What names mean, and what a user probably meant by one that means nothing.
import Fields
import Language
import Text

extension Evaluator {
  /// What users call their own values: where one of these means nothing, it was not made yet, though it is a choice too.
  private static let usualNames: Set<String> = [
    "base", "model", "m", "net", "data", "dataset", "task", "run", "adapter", "config", "tokenizer",
    "trainer", "map",
    "all", "lr", "r", "step",
  ]

  @inline(never)
  func value(named name: String, at span: Span) throws -> Value {
    if let value = session.scope.value(name) { return value }
    throw problem(ofName: name).diagnostic(at: span)
  }

  @inline(never)
  private func problem(ofName name: String) -> NameProblem {
    if session.table.named(name) != nil { return .commandAsValue(name) }
    let members = session.table.members(of: name)
    if !members.isEmpty { return .ownerAsValue(name, members: members.map(\.asWritten)) }
    if isModule(name) { return .moduleAsValue(name) }
    for command in session.table.all where !Evaluator.usualNames.contains(name) {
      for parameter in command.parameters where parameter.kind.choices.contains(where: { $0.word == name }) {
        let setter = session.table.all.first { command in
          command.parameters.first.map { $0.isPositional && $0.kind.choices.contains { $0.word == name } }
            ?? false
            && command.parameters.allSatisfy { !$0.isRequired }
        }
        return .choiceAsValue(
          name, command: command.name, parameter: parameter.name,
          fix: setter.map { "\($0.name) \(name)" } ?? "")
      }
    }
    return .unknownName(name, near: Suggestion.closest(to: name, among: knownNames))
  }

  /// A function called by a name that means nothing.
  @inline(never)
  func problem(ofFunction name: String) -> NameProblem {
    let members = session.table.members(of: name)
    if !members.isEmpty { return .ownerAsValue(name, members: members.map(\.asWritten)) }
    return .unknownFunction(name, near: Suggestion.closest(to: name, among: knownNames))
  }

  /// `np.sqrt(2)`, where `np` is a library that is not imported, or one under its own name; nil else.
  @inline(never)
  func moduleMember(_ name: Name, of owner: Expression, _ arguments: String) -> NameProblem? {
    guard let path = modulePath(owner) else { return nil }
    let known = session.table.named(name.text)?.name
    return .moduleMember(name.text, module: path, known: known, fix: known.map { $0 + arguments } ?? "")
  }

  /// `torch.nn` of a library's name and fields behind it.
  private func modulePath(_ expression: Expression) -> String? {
    switch expression.kind {
    case .name(let name) where session.scope.value(name) == nil:
      isModule(name) || PythonHints.moduleNames.contains(name) ? name : nil
    case .field(let owner, let field): modulePath(owner).map { "\($0).\(field.text)" }
    default: nil
    }
  }

  /// Whether a name stands for a Python library, and for no variable.
  func isModule(_ name: String) -> Bool {
    session.scope.value(name) == nil
      && (Imports.modules.contains(name) || session.moduleAliases.contains(name))
  }

  private var knownNames: [String] {
    session.scope.visibleNames + session.table.all.map { String($0.name.prefix { $0 != "." }) }
  }

  /// `2-e4` where `e4` means nothing: what was meant is `2e-4`.
  @inline(never)
  func exponentSlip(_ left: Expression, _ right: Expression) -> Diagnostic? {
    guard case .number = left.kind, case .name(let name) = right.kind, session.scope.value(name) == nil,
      name.count > 1, name.first == "e" || name.first == "E", name.dropFirst().allSatisfy(\.isNumber)
    else { return nil }
    return NameProblem.exponentWithoutE(name, write: "\(text(left.span))e-\(name.dropFirst())")
      .diagnostic(at: left.span.joined(right.span))
  }
}
