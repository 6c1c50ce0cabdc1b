// What names mean, and what a user probably meant by one that means nothing.
import Language

extension Evaluator {
  @inline(never)
  func value(named name: String, at span: Span) throws -> Value {
    if let value = session.scope.value(name) { return value }
    throw problem(ofName: name).diagnostic(at: span)
  }

  @inline(never)
  private func problem(ofName name: String) -> Problem {
    if session.table.named(name) != nil { return .commandAsValue(name) }
    let members = session.table.members(of: name)
    if !members.isEmpty { return .ownerAsValue(name, members: members.map(\.asWritten)) }
    if isModule(name) { return .moduleAsValue(name) }
    for command in session.table.all {
      for parameter in command.parameters where parameter.kind.choices.contains(where: { $0.word == name }) {
        return .choiceAsValue(name, command: command.name, parameter: parameter.name)
      }
    }
    return .unknownName(name, near: Suggestion.closest(to: name, among: knownNames))
  }

  /// A function called by a name that means nothing.
  @inline(never)
  func problem(ofFunction name: String) -> Problem {
    let members = session.table.members(of: name)
    if !members.isEmpty { return .ownerAsValue(name, members: members.map(\.asWritten)) }
    return .unknownFunction(name, near: Suggestion.closest(to: name, among: knownNames))
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
    return Problem.exponentWithoutE(name, write: "\(text(left.span))e-\(name.dropFirst())")
      .diagnostic(at: left.span.joined(right.span))
  }
}
