// Calls: of commands, of methods, of the user's functions.
import Language

extension Evaluator {
  /// How deep functions of the user may call each other.
  static let callLimit = 200

  @inline(never)
  func evaluate(_ call: Call, at span: Span) throws -> Value {
    try deepen(by: 2, at: span)
    defer { session.depth -= 2 }
    switch call.callee.kind {
    case .name(let name):
      if let value = session.scope.value(name) { return try callValue(value, call, span) }
      guard let command = session.table.named(name) else {
        throw problem(ofFunction: name).diagnostic(at: call.callee.span)
      }
      return try run(command, call, span)
    case .field(let owner, let name):
      if let command = member(name.text, of: owner) { return try run(command, call, span) }
      return try callMethod(name, of: owner, call, span)
    default:
      return try callValue(evaluate(call.callee), call, span)
    }
  }

  /// The entry behind `FastLanguageModel.from_pretrained`, or `peft.LoraConfig`, where no variable has the
  /// first name.
  @inline(never)
  func member(_ name: String, of owner: Expression) -> Command? {
    guard case .name(let ownerName) = owner.kind, session.scope.value(ownerName) == nil else { return nil }
    if let command = session.table.named("\(ownerName).\(name)") { return command }
    return isModule(ownerName) ? session.table.named(name) : nil
  }

  @inline(never)
  private func callMethod(_ name: Name, of ownerExpression: Expression, _ call: Call, _ span: Span) throws
    -> Value
  {
    let owner = try evaluate(ownerExpression)
    guard case .object(let object) = owner else {
      throw Problem.unknownMethod(name.text, of: owner, near: nil, methods: []).diagnostic(at: name.span)
    }
    let provider = object as? any MethodProvider
    if let method = provider?.method(name.text) { return try run(method, call, span, receiver: owner) }
    if let value = try fieldValue(name, of: object) {
      return try callValue(value, call, span)
    }
    let methods = provider?.methods.map(\.name) ?? []
    throw Problem.unknownMethod(
      name.text, of: owner, near: Suggestion.closest(to: name.text, among: methods), methods: methods
    )
    .diagnostic(at: name.span)
  }

  @inline(never)
  private func callValue(_ value: Value, _ call: Call, _ span: Span) throws -> Value {
    guard case .function(let function, let functionSource) = value else {
      throw Problem.notCallable(text(call.callee.span), value).diagnostic(at: call.callee.span)
    }
    let frame = try bind(call, to: function)
    return try run(function, functionSource, frame, calledAs: text(span), at: span)
  }

  /// Runs a command: its arguments are checked first, and what its body throws is pinned to them.
  @inline(never)
  func run(_ command: Command, _ call: Call, _ span: Span, receiver: Value? = nil) throws -> Value {
    let arguments = try Binder(command: command, call: call, span: span, evaluator: self).bind(
      receiver: receiver)
    do {
      try arguments.reportEffects(in: session)
      return try command.body(arguments, session)
    } catch {
      throw diagnostic(
        of: error, pinned: { arguments.isGiven($0) ? arguments.span(of: $0) : nil }, else: span)
    }
  }

  /// An error of a command's body or of an object's field, as one that the user sees. Interruptions pass.
  @inline(never)
  func diagnostic(of error: any Error, pinned span: (String) -> Span?, else call: Span) -> any Error {
    if error is Diagnostic || error is Interruption { return error }
    let failure = Messages.describe(error)
    return Diagnostic(
      failure.title, at: failure.argument.flatMap(span) ?? call, label: failure.label, body: failure.body,
      fix: failure.fix)
  }

  /// The names of a function's parameters with the values that a call gives.
  @inline(never)
  private func bind(_ call: Call, to function: FunctionDefinition) throws -> OrderedNames {
    let name = function.name.text
    let usage = usage(of: function)
    var frame = OrderedNames()
    var places: [String: Span] = [:]
    var position = 0
    for argument in call.arguments {
      let parameter: String
      if let label = argument.label {
        guard function.parameters.contains(where: { $0.name.text == label.text }) else {
          let labels = function.parameters.map(\.name.text)
          throw Problem.unknownLabel(
            label.text, function: name, near: Suggestion.closest(to: label.text, among: labels),
            labels: labels
          ).diagnostic(at: label.span)
        }
        parameter = label.text
      } else {
        guard position < function.parameters.count else {
          throw Problem.tooManyArguments(
            function: name, most: function.parameters.count, usage: usage, named: []
          ).diagnostic(at: argument.span)
        }
        parameter = function.parameters[position].name.text
        position += 1
      }
      if let first = places.updateValue(argument.span, forKey: parameter) {
        throw Problem.givenTwice(parameter, other: parameter, otherSpan: first).diagnostic(at: argument.span)
      }
      frame[parameter] = try evaluate(argument.value)
    }
    if let missing = function.parameters.first(where: { $0.defaultValue == nil && frame[$0.name.text] == nil }
    ) {
      throw Problem.missingArgument(
        function: name, parameter: missing.name.text, meaning: "", usage: usage
      ).diagnostic(at: call.callee.span)
    }
    return frame
  }

  /// Calls a function of the user with values in order: what commands that take a function do.
  @inline(never)
  func call(_ function: Value, with values: [Value], at span: Span) throws -> Value {
    guard case .function(let definition, let functionSource) = function else {
      preconditionFailure("the table promises a function")
    }
    var frame = OrderedNames()
    for (parameter, value) in zip(definition.parameters, values) { frame[parameter.name.text] = value }
    let usage = usage(of: definition)
    let shown = "\(definition.name.text)(\(values.map(\.code).joined(separator: ", ")))"
    if values.count > definition.parameters.count {
      throw Problem.tooManyArguments(
        function: definition.name.text, most: definition.parameters.count, usage: usage, named: []
      ).diagnostic(at: span)
    }
    if let missing = definition.parameters.dropFirst(values.count).first(where: { $0.defaultValue == nil }) {
      throw Problem.missingArgument(
        function: definition.name.text, parameter: missing.name.text, meaning: "", usage: usage
      ).diagnostic(at: span)
    }
    return try run(definition, functionSource, frame, calledAs: shown, at: span)
  }

  /// Runs a function's body. Defaults are evaluated at each call and may use the parameters before them.
  @inline(never)
  private func run(
    _ function: FunctionDefinition, _ functionSource: Source, _ frame: OrderedNames, calledAs shown: String,
    at span: Span
  ) throws -> Value {
    guard session.callDepth < Evaluator.callLimit else {
      throw Problem.recursion(limit: Evaluator.callLimit).diagnostic(at: span)
    }
    try poll()
    session.callDepth += 1
    session.scope.enterFunction(frame)
    defer {
      session.scope.leave()
      session.callDepth -= 1
    }
    let inner = Evaluator(session: session, source: functionSource)
    do {
      for parameter in function.parameters where !session.scope.hasOwn(parameter.name.text) {
        guard let defaultValue = parameter.defaultValue else { continue }
        session.scope.assign(parameter.name.text, try inner.evaluate(defaultValue))
      }
      // A function gives what `return` says, else the value of its last statement.
      switch try inner.run(function.body) {
      case .returned(let value), .finished(let value): return value
      }
    } catch var diagnostic as Diagnostic where diagnostic.source == nil {
      diagnostic.source = functionSource
      throw calling(diagnostic, shown)
    } catch let diagnostic as Diagnostic {
      throw calling(diagnostic, shown)
    }
  }

  /// The place of an error is in the function that failed; the call in the cell leads the reader to it.
  @inline(never)
  private func calling(_ diagnostic: Diagnostic, _ call: String) -> Diagnostic {
    guard session.callDepth == 1 else { return diagnostic }
    let short = call.count > 60 ? call.prefix(57) + "..." : call
    let note = "It happened in the call `\(short.split(whereSeparator: \.isNewline).joined(separator: " "))`."
    var diagnostic = diagnostic
    diagnostic.body = diagnostic.body.isEmpty ? note : diagnostic.body + " " + note
    return diagnostic
  }

  private func usage(of function: FunctionDefinition) -> String {
    "\(function.name.text)(\(function.parameters.map(\.name.text).joined(separator: ", ")))"
  }
}
