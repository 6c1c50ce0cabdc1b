// Statements: assignments, loops, branches, functions, imports.
import Language
import Signals

/// How a block ended.
enum Flow {
  /// With the value of the last statement, where that is an expression or a branch that ends in one.
  case finished(Value)
  case returned(Value)
}

extension Evaluator {
  /// Runs the statements of a block. Stops after a command that was interrupted: what it returned is in `_`.
  @inline(never)
  func run(_ statements: [Statement]) throws -> Flow {
    guard let first = statements.first else { return .finished(.none) }
    try deepen(at: first.span)
    defer { session.depth -= 1 }
    var last = Flow.finished(.none)
    for statement in statements {
      last = try run(statement)
      if case .returned = last { return last }
      if session.wasInterrupted { throw Interruption() }
    }
    return last
  }

  @inline(never)
  private func run(_ statement: Statement) throws -> Flow {
    switch statement.kind {
    case .assignment(let names, let expression):
      keepIfInterrupted(try assign(names, expression))
    case .expression(let expression):
      let value = try evaluate(expression)
      keepIfInterrupted(value)
      return .finished(value)
    case .forLoop(let variables, let list, let body):
      for item in try items(of: list) {
        try poll()
        try assign(item, to: variables, at: list.span)
        if case .returned(let value) = try run(body) { return .returned(value) }
      }
    case .conditional(let branches, let otherwise):
      for branch in branches where try evaluate(branch.condition).isTrue {
        return try run(branch.body)
      }
      return try run(otherwise ?? [])
    case .function(let definition):
      session.scope.assign(definition.name.text, .function(definition, source: source))
    case .result(let expression):
      let value = try expression.map(evaluate) ?? .none
      keepIfInterrupted(value)
      return .returned(value)
    case .timed(let inner):
      return try session.timed { try run(inner) }
    case .importNames(let module, let names):
      if let problem = Imports.problem(module: module, names: names, table: session.table) { throw problem }
    }
    return .finished(.none)
  }

  private func keepIfInterrupted(_ value: Value) {
    if session.wasInterrupted { session.remember(value) }
  }

  /// Assigns to one name, or to several the items of a list; returns the value of the right side.
  @inline(never)
  func assign(_ names: [Name], _ expression: Expression) throws -> Value {
    if case .name(let module) = expression.kind, names.count == 1, isModule(module) {
      // What the parser makes of `import numpy as np`.
      session.moduleAliases.insert(names[0].text)
      return .none
    }
    let value = try evaluate(expression)
    try assign(value, to: names, at: expression.span)
    return value
  }

  /// Gives a value to one name, or its items to several.
  ///
  /// - Parameter span: what gave the value.
  @inline(never)
  func assign(_ value: Value, to names: [Name], at span: Span) throws {
    if names.count == 1 {
      session.scope.assign(names[0].text, value)
      return
    }
    guard case .list(let items) = value.unfolded else {
      throw NameProblem.unpackedKind(value).diagnostic(at: span)
    }
    guard items.count == names.count else {
      throw NameProblem.unpackedCount(names: names.count, values: items.count).diagnostic(at: span)
    }
    for (name, item) in zip(names, items) { session.scope.assign(name.text, item) }
  }
}
