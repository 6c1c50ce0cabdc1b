// Calls: of commands, of methods, of the user's functions.
import Language
import Signals
import Text

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
    if let problem = moduleMember(name, of: ownerExpression, arguments(of: call, span)) {
      throw problem.diagnostic(at: ownerExpression.span.joined(name.span))
    }
    let owner = try evaluate(ownerExpression)
    guard case .object(let object) = owner else {
      if let problem = functionAsMember(name.text, owner, ownerExpression, call, span) {
        throw problem.diagnostic(at: name.span)
      }
      var fix = ""
      if case .dictionary = owner, name.text == "get", let key = call.arguments.first {
        fix = "\(text(ownerExpression.span))[\(text(key.span))]"
      }
      if case .list = owner, case .name(let list) = ownerExpression.kind, call.arguments.count == 1 {
        let added = text(call.arguments[0].span)
        if name.text == "append" { fix = "\(list) = \(list) + [\(added)]" }
        if name.text == "extend" { fix = "\(list) = \(list) + \(added)" }
      }
      throw ItemProblem.unknownMethod(name.text, of: owner, near: nil, methods: [], fix: fix)
        .diagnostic(at: name.span)
    }
    let provider = object as? any MethodProvider
    if let method = provider?.method(name.text) { return try run(method, call, span, receiver: owner) }
    if let value = try fieldValue(name, of: object) {
      return try callValue(value, call, span)
    }
    let methods = provider?.methods.map(\.name) ?? []
    if let problem = functionAsMember(name.text, owner, ownerExpression, call, span) {
      throw problem.diagnostic(at: name.span)
    }
    throw ItemProblem.unknownMethod(
      name.text, of: owner, near: Suggestion.closest(to: name.text, among: methods), methods: methods, fix: ""
    )
    .diagnostic(at: name.span)
  }

  /// `(task)` of `base.train(task)`: the arguments of a call with their brackets.
  private func arguments(of call: Call, _ span: Span) -> String {
    "(\(call.arguments.map { text($0.span) }.joined(separator: ", ")))"
  }

  /// `train(base, task)` for `base.train(task)`, where the table has such a function; nil where it has none.
  @inline(never)
  func functionAsMember(
    _ name: String, _ owner: Value, _ ownerExpression: Expression, _ call: Call?, _ span: Span
  ) -> ItemProblem? {
    guard let command = session.table.named(name), let first = command.parameters.first,
      first.kind.mismatch(owner.unfolded) == nil
    else { return nil }
    let rest = call?.arguments.map { text($0.span) } ?? []
    let whole = ([text(ownerExpression.span)] + rest).joined(separator: ", ")
    return .functionAsMember(name, of: owner, fix: whole.count <= 100 ? "\(name)(\(whole))" : "")
  }

  @inline(never)
  private func callValue(_ value: Value, _ call: Call, _ span: Span) throws -> Value {
    guard case .function(let function, let functionSource) = value else {
      let name = text(call.callee.span)
      var fix = ""
      if call.arguments.count == 1, call.arguments[0].label == nil {
        let argument = text(call.arguments[0].span)
        switch value {
        case .list, .dictionary, .text: fix = "\(name)[\(argument)]"
        case .number:
          let isSimple = argument.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
          fix = isSimple ? "\(name) * \(argument)" : "\(name) * (\(argument))"
        default: break
        }
      } else if call.arguments.isEmpty {
        fix = name
      }
      throw NameProblem.notCallable(name, value, fix: fix).diagnostic(at: call.callee.span)
    }
    let frame = try bind(call, to: function)
    return try run(function, functionSource, frame, calledAs: text(span), at: span)
  }

  /// Runs a command: its arguments are checked first, and what its body throws is pinned to them.
  @inline(never)
  func run(_ command: Command, _ call: Call, _ span: Span, receiver: Value? = nil) throws -> Value {
    var arguments = try Binder(command: command, call: call, span: span, evaluator: self).bind(
      receiver: receiver)
    do {
      try arguments.makeStandIns(session)
      try arguments.checkObjects()
      try arguments.reportEffects(in: session)
      let result = try command.body(arguments, session)
      try arguments.checkObjects()
      try session.checkFaults()
      return result
    } catch {
      // Where a file was cut, that is why the work stopped.
      let error = session.environment.fault() ?? error
      throw diagnostic(
        of: error,
        pinned: { arguments.isGiven($0) ? arguments.span(of: $0) : nestedSpan(of: $0, in: call) }, else: span)
    }
  }

  /// The place of `targets=…` in `attach(base, lora(targets=…))`: an argument of a call among the arguments.
  @inline(never)
  private func nestedSpan(of parameter: String, in call: Call) -> Span? {
    for argument in call.arguments {
      guard case .call(let inner) = argument.value.kind, case .name(let name) = inner.callee.kind,
        let command = session.table.named(name)
      else { continue }
      let place = inner.arguments.first { argument in
        argument.label.map { command.parameter(labeled: $0.text)?.name == parameter } ?? false
      }
      if let place { return place.span }
      if let deeper = nestedSpan(of: parameter, in: inner) { return deeper }
    }
    return nil
  }

  /// An error of a command's body or of an object's field, as one that the user sees. Interruptions pass.
  @inline(never)
  func diagnostic(of error: any Error, pinned span: (String) -> Span?, else call: Span) -> any Error {
    if error is Diagnostic || error is Interruption || error is Leaving { return error }
    let failure = session.describe(error)
    let place = failure.argument.flatMap(span)
    return Diagnostic(
      failure.title, at: place ?? call, label: failure.label, body: failure.body,
      fix: written(failure.fix, around: place), code: error is Failure ? "" : Diagnostic.code(of: error))
  }

  /// A fix with the text of the argument that it is about, behind its label where it has one; empty where there is no
  /// such text, or a long one.
  private func written(_ fix: String, around place: Span?) -> String {
    guard fix.contains(Failure.asWritten) else { return fix }
    guard let argument = place.map(text), argument.count <= 60, !argument.contains(where: \.isNewline) else {
      return ""
    }
    let label = argument.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    let behind = argument.dropFirst(label.count).drop { $0 == " " }
    guard !label.isEmpty, behind.hasPrefix("="), !behind.hasPrefix("==") else {
      return fix.replacing(Failure.asWritten, with: argument)
    }
    let value = behind.dropFirst().drop { $0 == " " }
    return "\(label)=" + fix.replacing(Failure.asWritten, with: value)
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
          throw CallProblem.unknownLabel(
            label.text, function: name, near: Suggestion.closest(to: label.text, among: labels),
            labels: labels, fix: ""
          ).diagnostic(at: label.span)
        }
        parameter = label.text
      } else {
        guard position < function.parameters.count else {
          throw CallProblem.tooManyArguments(
            function: name, most: function.parameters.count, usage: usage, named: []
          ).diagnostic(at: argument.span)
        }
        parameter = function.parameters[position].name.text
        position += 1
      }
      if let first = places.updateValue(argument.span, forKey: parameter) {
        throw CallProblem.givenTwice(parameter, other: parameter, otherSpan: first).diagnostic(
          at: argument.span)
      }
      frame[parameter] = try evaluate(argument.value)
    }
    if let missing = function.parameters.first(where: { $0.defaultValue == nil && frame[$0.name.text] == nil }
    ) {
      throw CallProblem.missingArgument(
        function: name, parameter: missing.name.text, meaning: "it has no default", usage: usage, fix: ""
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
    let shown = "\(definition.name.text)(\(values.map { $0.code(limit: 100) }.joined(separator: ", ")))"
    if values.count > definition.parameters.count {
      throw CallProblem.tooManyArguments(
        function: definition.name.text, most: definition.parameters.count, usage: usage, named: []
      ).diagnostic(at: span)
    }
    if let missing = definition.parameters.dropFirst(values.count).first(where: { $0.defaultValue == nil }) {
      throw CallProblem.missingArgument(
        function: definition.name.text, parameter: missing.name.text, meaning: "it has no default",
        usage: usage,
        fix: ""
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
      throw CallProblem.recursion(limit: Evaluator.callLimit).diagnostic(at: span)
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
