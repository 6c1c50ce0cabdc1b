// What can stand in an argument: labels, choices, and names and calls that give what the parameter takes.
import Fields
import Language

extension Completer {
  /// What fits the parameter whose turn it is and the labels not yet given; where none of them begins as what
  /// is typed, any name: `runs` may well lead to `runs[0]`.
  func arguments(of path: String, given: [String], positional: Int) -> Completion {
    let anything = { names() + commands() }
    if case .function(let function, source: _)? = session.scope.value(path) {
      let free = function.parameters.dropFirst(positional).map(\.name.text).filter { !given.contains($0) }
      return offer(
        free.map { Candidate($0, .label, "an argument of \(path)", suffix: "=") } + names() + commands())
    }
    guard let command = callee(path) else { return offer(anything()) }
    let turn = given.isEmpty ? command.positionalParameter(positional) : nil
    if let turn, turn.kind.takesName { return offer(words(from: turn.kind.words)) }
    let filled = command.parameters.filter(\.isPositional).prefix(positional).filter { !$0.isVariadic }
      .map(\.name)
    let labels = command.parameters.filter { parameter in
      !filled.contains(parameter.name)
        && !([parameter.name] + parameter.aliases).contains(where: given.contains)
    }
    .map { Candidate($0.name, .label, $0.meaning, suffix: "=") }
    let aliases = command.parameters.filter { !given.contains($0.name) }.flatMap { parameter in
      parameter.aliases.filter { !given.contains($0) }.map {
        Candidate($0, .label, parameter.meaning, suffix: "=")
      }
    }
    let kind = turn?.kind
    let first = kind.map { choices(of: $0) + namesFitting($0) } ?? []
    let fitting = first + labels + (kind.map(callsFitting) ?? [])
    return offer(context.prefix.isEmpty ? fitting : fitting + shownWhenTyped(aliases), else: anything())
  }

  /// Other labels of a parameter are offered where they are what is being typed: `target_m`.
  private func shownWhenTyped(_ aliases: [Candidate]) -> [Candidate] {
    aliases.filter { $0.text.hasPrefix(context.prefix) }
  }

  /// Behind a label.
  func value(of parameter: Parameter?) -> Completion {
    guard let kind = parameter?.kind else { return offer(names() + commands()) }
    if kind.takesName { return offer(words(from: kind.words)) }
    var none: [Candidate] = []
    if case .absent(let meaning)? = parameter?.defaultValue { none = [Candidate("None", .choice, meaning)] }
    return offer(
      choices(of: kind) + quotedModules(kind.takesModule) + namesFitting(kind) + callsFitting(kind) + none,
      else: names() + commands())
  }

  /// In a list or dictionary that is an argument.
  func item(at place: ArgumentPlace) -> Completion {
    guard let kind = kind(at: place) else { return offer(names() + commands()) }
    if place.containers.last == .key {
      return offer(quotedModules(place.containers.count == 1 && keysAreModules(place)))
    }
    return offer(
      choices(of: kind) + quotedModules(kind.takesModule) + namesFitting(kind) + callsFitting(kind),
      else: names() + commands())
  }

  /// The parameter of an argument; nil where the callee or the label means nothing.
  func parameter(at place: ArgumentPlace) -> Parameter? {
    guard let command = callee(place.command) else { return nil }
    return place.label.map { command.parameter(labeled: $0) } ?? command.positionalParameter(place.positional)
  }

  /// What is taken at a place; for a key, what the entries are.
  func kind(at place: ArgumentPlace) -> ParameterKind? {
    guard let parameter = parameter(at: place) else { return nil }
    return place.containers.reduce(parameter.kind) { kind, container in
      container == .list ? kind.itemKind : kind.entryKind
    }
  }

  func keysAreModules(_ place: ArgumentPlace) -> Bool {
    place.containers == [.key] && parameter(at: place)?.kind.hasModuleKeys == true
  }

  // MARK: - What fits

  /// The choices of a kind, and True and False where it takes them.
  private func choices(of kind: ParameterKind) -> [Candidate] {
    kind.choices.map { Candidate($0.word, .choice, $0.meaning) }
      + (kind.takesBool ? ["True", "False"] : []).map { Candidate($0, .choice, "") }
  }

  private func namesFitting(_ kind: ParameterKind) -> [Candidate] {
    names { known in
      guard let value = known.value else { return known.result.map { kind.takesResult($0) } ?? true }
      return kind.takesSample(of: value)
    }
  }

  private func callsFitting(_ kind: ParameterKind) -> [Candidate] {
    commands { kind.takesResult($0.result) }
  }
}

extension Command {
  /// The parameter that the argument without a label at a place is; a variadic one takes all that follow.
  fileprivate func positionalParameter(_ position: Int) -> Parameter? {
    let positional = parameters.filter(\.isPositional)
    guard position < positional.count else { return positional.last(where: \.isVariadic) }
    return positional.prefix(position + 1).first(where: \.isVariadic) ?? positional[position]
  }
}

extension ParameterKind {
  /// Whether a value fits, judged by its kind and by the first item of a list: a look, and no check.
  fileprivate func takesSample(of value: Value) -> Bool {
    switch value {
    case .list(let items): mismatch(.list(Array(items.prefix(1)))) == nil
    case .object(is any ListObject): mismatch(value) == nil || mismatch(.list([])) == nil
    default: mismatch(value) == nil
    }
  }

  /// Whether a result, as the table describes it, is of the kind: "a model", "a map, or a frontier", "a list of
  /// adapters". What the table describes in another way counts as no result of any kind but `.any`.
  fileprivate func takesResult(_ result: String) -> Bool {
    result.split(separator: ", or ").contains { takesPhrase($0) }
  }

  private func takesPhrase(_ phrase: Substring) -> Bool {
    let parts = phrase.split(separator: " of ", maxSplits: 1)
    let noun = parts.first?.split(separator: " ").last ?? ""
    switch self {
    case .any: return noun != "nothing"
    case .number, .whole: return noun == "number" || noun == "count"
    case .bool: return noun == "bool"
    case .list(let item):
      guard noun == "list", parts.count > 1 else { return noun == "list" && item.takesPhrase("number") }
      return parts[1].hasSuffix("s") && item.takesPhrase(parts[1].dropLast())
    case .dictionary, .moduleDictionary: return noun == "dictionary"
    case .object(let kinds): return kinds.contains { $0.name == noun }
    case .either(let kinds): return kinds.contains { $0.takesPhrase(phrase) }
    case .text, .path, .module, .choice, .name, .word, .function: return false
    }
  }
}
