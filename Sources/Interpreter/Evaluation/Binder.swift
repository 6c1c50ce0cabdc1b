// From the arguments as written to the parameters of a command: labels, order, kinds, defaults.
import Fields
import Language
import Text

/// Binds the arguments of one call, as they are written, to the parameters of its command, which the table declares.
struct Binder {
  let command: Command
  let call: Call
  let span: Span
  let evaluator: Evaluator

  /// A value for every parameter: labels and places matched, arguments evaluated in the order in which they are written
  /// and held against kind and range, defaults filled in.
  ///
  /// - Parameter receiver: the object before the dot of a method.
  /// - Throws: a `Diagnostic` at the argument that is wrong, and what evaluating one throws.
  @inline(never)
  func bind(receiver: Value?) throws -> Arguments {
    let matches = try matched()
    var values: [String: Value] = [:]
    var spans: [String: Span] = [:]
    var written: [String: [String]] = [:]
    var standIns: [(parameter: String, name: String, standIn: StandIn)] = []
    for match in matches {
      let parameter = match.parameter
      let value: Value
      if let standIn = parameter.standIn, let name = nameToReplace(match.argument.value, parameter) {
        standIns.append((parameter.name, name, standIn))
        value = .none
      } else {
        value = try checked(match, among: matches)
      }
      spans[parameter.name] = spans[parameter.name]?.joined(match.argument.span) ?? match.argument.span
      written[parameter.name, default: []].append(evaluator.text(match.argument.value.span))
      if parameter.isVariadic {
        guard case .list(let earlier)? = values[parameter.name] ?? .list([]) else { continue }
        values[parameter.name] = .list(earlier + [value])
      } else {
        values[parameter.name] = value
      }
    }
    for parameter in command.parameters where values[parameter.name] == nil {
      if parameter.isRequired {
        throw CallProblem.missingArgument(
          function: command.name, parameter: parameter.name, meaning: parameter.meaning, usage: command.usage,
          fix: completed(with: parameter)
        ).diagnostic(at: call.callee.span)
      }
      values[parameter.name] = parameter.valueWhenNotGiven
    }
    let evaluator = evaluator
    let span = span
    return Arguments(
      command: command, callSpan: span, receiver: receiver, values: values, spans: spans,
      written: written, standIns: standIns, invoke: { try evaluator.call($0, with: $1, at: span) })
  }

  /// An argument, and the parameter that it is for.
  struct Match {
    var parameter: Parameter
    var argument: Argument
    /// The name that the user wrote, or the parameter's own.
    var name: String
  }

  /// Which parameter each argument is, in the order of the arguments.
  @inline(never)
  private func matched() throws -> [Match] {
    let positional = command.parameters.filter(\.isPositional)
    var matches: [Match] = []
    var position = 0
    for argument in call.arguments {
      let parameter: Parameter
      if let label = argument.label {
        parameter = try labeled(label, argument)
        if let earlier = matches.first(where: { $0.parameter.name == parameter.name }) {
          throw CallProblem.givenTwice(label.text, other: earlier.name, otherSpan: earlier.argument.span)
            .diagnostic(at: argument.span)
        }
      } else {
        guard position < positional.count else {
          let named = command.parameters.filter { !$0.isPositional }.map(\.name)
          throw CallProblem.tooManyArguments(
            function: command.name, most: positional.count, usage: command.usage, named: named
          ).diagnostic(at: argument.span)
        }
        parameter = positional[position]
        if !parameter.isVariadic { position += 1 }
      }
      matches.append(
        Match(parameter: parameter, argument: argument, name: argument.label?.text ?? parameter.name))
    }
    return matches
  }

  /// The parameter of a label, by its name or an alias.
  private func labeled(_ label: Name, _ argument: Argument) throws -> Parameter {
    if let parameter = command.parameter(labeled: label.text) { return parameter }
    let labels = command.parameters.flatMap { [$0.name] + $0.aliases }
    let near =
      evaluator.session.table.synonym(of: label.text, among: labels)
      ?? evaluator.session.table.synonyms.field(label.text).flatMap { command.parameter(labeled: $0)?.name }
      ?? Suggestion.closest(to: label.text, among: labels)
    let value = evaluator.text(argument.value.span)
    // Other units: epochs are no steps, and a ratio of them is none either.
    let isOtherUnit = label.text.contains("epoch") || label.text.contains("ratio")
    let fix =
      isOtherUnit
      ? nil
      : near.map {
        value.count > 60 || value.contains(where: \.isNewline) ? "\($0)=…" : "\($0)=\(value)"
      }
    throw CallProblem.unknownLabel(
      label.text, function: command.name, near: near, labels: command.parameters.map(\.name), fix: fix ?? ""
    ).diagnostic(at: label.span)
  }

  /// The value of one argument where it fits its parameter. An object that stands for a list is that list where a list
  /// fits.
  @inline(never)
  private func checked(_ match: Match, among matches: [Match]) throws -> Value {
    let expression = match.argument.value
    let parameter = match.parameter
    let value: Value
    do {
      value = try evaluate(expression, as: parameter.kind, match)
    } catch let diagnostic as Diagnostic {
      throw asRule(diagnostic, expression, match)
    }
    if case .none = value, case .absent = parameter.defaultValue { return value }
    guard let mismatch = try mismatch(of: value, with: parameter.kind) else { return value }
    if parameter.kind.mismatch(value.unfolded) == nil { return value.unfolded }
    if let swapped = swapped(value, match, among: matches) {
      throw CallProblem.swapped(
        evaluator.text(expression.span), match.name, function: command.name, fix: swapped
      ).diagnostic(at: expression.span)
    }
    if let problem = objectProblem(value, match) { throw problem.diagnostic(at: expression.span) }
    var fix = ""
    if case .kind = mismatch { fix = self.fix(for: value, of: match.argument, as: parameter) }
    // The only argument of a function needs no name.
    let isUnnamed = match.argument.label == nil && command.parameters.count == 1 && mismatch.isKind
    throw CallProblem.mismatch(
      mismatch, argument: isUnnamed ? "" : match.name, function: command.name, fix: fix
    ).diagnostic(at: place(of: mismatch, in: expression))
  }

  /// Why a value does not fit. Stops where the user asked to, also within a long list.
  private func mismatch(of value: Value, with kind: ParameterKind) throws -> Mismatch? {
    let part = 1 << 16
    guard case .list(let items) = value, items.count > part else { return kind.mismatch(value) }
    for start in stride(from: 0, to: items.count, by: part) {
      try evaluator.poll()
      switch kind.mismatch(.list(Array(items[start..<min(start + part, items.count)]))) {
      case nil: continue
      case .item(let index, let inner): return .item(start + index, inner)
      case .kind: return kind.mismatch(value)
      case let mismatch: return mismatch
      }
    }
    return nil
  }

  /// "`m` is a run; `train` needs a model": where a variable of the wrong kind stands for an object.
  private func objectProblem(_ value: Value, _ match: Match) -> CallProblem? {
    guard case .name(let variable) = match.argument.value.kind, case .object(let kinds) = match.parameter.kind
    else { return nil }
    return .objectKind(
      variable: variable, value, function: command.name, needed: ParameterKind.object(kinds).needed)
  }

  /// The item of a list literal that does not fit, else the whole argument.
  private func place(of mismatch: Mismatch, in expression: Expression) -> Span {
    switch (mismatch, expression.kind) {
    case (.item(let index, let inner), .list(let items)) where index < items.count:
      place(of: inner, in: items[index])
    case (.entry(let key, let inner), .dictionary(let items)):
      items.last { $0.key.kind == .text(key) }.map { place(of: inner, in: $0.value) } ?? expression.span
    default: expression.span
    }
  }

  /// Evaluates an argument where its parameter says what bare words mean: a choice is a text, a name stands
  /// for itself, in lists and dictionaries, too.
  @inline(never)
  private func evaluate(_ expression: Expression, as kind: ParameterKind, _ match: Match) throws -> Value {
    switch expression.kind {
    case .name(let word):
      if kind.takesName { return .text(word) }
      let choices = kind.choices
      if (choices + kind.itemKind.choices).contains(where: { $0.word == word }) { return .text(word) }
      if !choices.isEmpty, evaluator.session.scope.value(word) == nil {
        let near = Suggestion.closest(to: word, among: choices.map(\.word))
        throw CallProblem.mismatch(
          .unknownChoice(word, near: near, choices), argument: match.name, function: command.name, fix: ""
        ).diagnostic(at: expression.span)
      }
      if let problem = bareWord(word, as: kind, match) { throw problem.diagnostic(at: expression.span) }
    case .field where kind.takesName:
      if let path = dottedPath(expression) { return .text(path) }
    case .none where kind.choices.contains { $0.word == "none" }:
      return .text("none")
    case .list(let items):
      let itemKind = kind.itemKind
      return try evaluator.limited(
        .list(items.map { try evaluate($0, as: itemKind, match) }), expression.span)
    case .dictionary(let items):
      let entryKind = kind.entryKind
      return try evaluator.dictionary(items, expression.span) { try evaluate($0, as: entryKind, match) }
    case .text: break
    default:
      if kind.isWord {
        throw CallProblem.nameNeeded(function: command.name, parameter: match.name).diagnostic(
          at: expression.span)
      }
    }
    return try evaluator.evaluate(expression)
  }

  /// `dataset` of `dataset` or `dataset["train"]`, where no value has the name, nor one that the name could be a slip of.
  @inline(never)
  private func nameToReplace(_ expression: Expression, _ parameter: Parameter) -> String? {
    guard let name = root(of: expression), evaluator.session.scope.value(name) == nil,
      evaluator.session.table.named(name) == nil
    else { return nil }
    let others = evaluator.session.scope.visibleNames.filter { name in
      evaluator.session.scope.value(name).map { parameter.kind.mismatch($0) == nil } ?? false
    }
    return Suggestion.closest(to: name, among: others) == nil ? name : nil
  }

  /// The name that an expression such as `dataset["train"]` begins with; nil where it begins with none.
  private func root(of expression: Expression) -> String? {
    switch expression.kind {
    case .name(let name): name
    case .index(let owner, _), .field(let owner, _), .group(let owner): root(of: owner)
    default: nil
    }
  }

  /// `a.b.c` as a text; nil where it does not begin with a name.
  private func dottedPath(_ expression: Expression) -> String? {
    switch expression.kind {
    case .name(let name): name
    case .field(let owner, let name): dottedPath(owner).map { "\($0).\(name.text)" }
    default: nil
    }
  }
}
