// Completion: from the table, the names there are and the text before the cursor. Nothing is evaluated.
import Language

extension Session {
  /// What can stand at the cursor, a UTF-8 offset in `text`.
  package func complete(_ text: String, cursor: Int) -> Completion {
    let context = CompletionContext(text, cursor: cursor, commands: table.names)
    switch context.position {
    case .statement:
      return completion(context, commands(inStatement: true) + names())
    case .expression:
      return completion(context, names() + commands(inStatement: false))
    case .argument(let command, let given, let positional):
      return completion(context, arguments(of: command, given: given, positional: positional))
    case .value(let command, let label):
      let parameter = callee(command)?.parameter(labeled: label)
      return completion(context, values(for: parameter) + commands(inStatement: false))
    case .string(let command, let label, let positional):
      let parameter = command.flatMap(callee).flatMap { command in
        label.map { command.parameter(labeled: $0) } ?? command.positionalParameter(positional ?? 0)
      }
      return inText(context, parameter, text)
    case .field(let owners):
      return completion(context, owners.count == 1 ? members(of: owners[0]) : [])
    case .helpName:
      return completion(context, topics())
    case .none:
      return completion(context, [])
    }
  }

  /// The candidates that begin with what is typed; where none does, those that do in the other case.
  private func completion(_ context: CompletionContext, _ candidates: [Candidate]) -> Completion {
    let prefix = context.prefix
    var matching = candidates.filter { $0.text.hasPrefix(prefix) }
    if matching.isEmpty {
      matching = candidates.filter { $0.text.lowercased().hasPrefix(prefix.lowercased()) }
    }
    if !prefix.hasPrefix("_") { matching.removeAll { $0.text.hasPrefix("_") } }
    return Completion(span: Span(context.start, context.end), candidates: matching)
  }

  // MARK: - Names and commands

  /// The entry that a callee as written means: a command, or a method of an object that a variable holds.
  private func callee(_ path: String) -> Command? {
    if let command = table.named(path) { return command }
    let parts = path.split(separator: ".").map(String.init)
    guard parts.count == 2, case .object(let object)? = scope.value(parts[0]) else { return nil }
    return (object as? any MethodProvider)?.method(parts[1])
  }

  /// Every command that can be written as one word, and the owners of those with a dot.
  private func commands(inStatement: Bool) -> [Candidate] {
    var owners: [String] = []
    for command in table.all where command.name.contains(".") {
      let owner = String(command.name.prefix { $0 != "." })
      if !owners.contains(owner) { owners.append(owner) }
    }
    let plain = table.all.filter { !$0.name.contains(".") }.map { command in
      let call = command.parameters.isEmpty ? "()" : "("
      let suffix = inStatement && command.result == "nothing" ? (command.parameters.isEmpty ? "" : " ") : call
      return Candidate(command.name, .command, command.meaning, suffix: suffix)
    }
    let dotted = owners.map { owner in
      Candidate(owner, .command, table.members(of: owner).map(\.name).joined(separator: ", "), suffix: ".")
    }
    return (plain + dotted).sorted { $0.text < $1.text }
  }

  /// The user's names; with a filter, those of that sort.
  private func names(where isWanted: (Value) -> Bool = { _ in true }) -> [Candidate] {
    scope.visibleNames.sorted().compactMap { name in
      guard let value = scope.value(name), isWanted(value) else { return nil }
      let suffix = if case .function = value { "(" } else { "" }
      return Candidate(name, .name, "\(value.kindPhrase): \(value.summary)", suffix: suffix)
    }
  }

  private func members(of owner: String) -> [Candidate] {
    guard let value = scope.value(owner) else {
      return table.members(of: owner).map {
        member(Candidate.Kind.command, $0, named: $0.name.dropFirst(owner.count + 1))
      }
    }
    guard case .object(let object) = value else { return [] }
    let fields = object.fields.map { Candidate($0.name, .field, $0.meaning) }
    let methods = (object as? any MethodProvider)?.methods ?? []
    return fields + methods.map { member(.method, $0, named: $0.name[...]) }
  }

  private func member(_ kind: Candidate.Kind, _ command: Command, named name: Substring) -> Candidate {
    Candidate(
      String(name), kind, command.meaning,
      suffix: command.constant != nil ? "" : command.parameters.isEmpty ? "()" : "(")
  }

  private func topics() -> [Candidate] {
    names().map { Candidate($0.text, $0.kind, $0.meaning) }
      + table.all.map { Candidate($0.name, .command, $0.meaning) }.sorted { $0.text < $1.text }
  }

  // MARK: - Arguments

  /// What fits the parameter whose turn it is, then labels not yet given, then everything else.
  private func arguments(of path: String, given: [String], positional: Int) -> [Candidate] {
    if case .function(let function, source: _)? = scope.value(path) {
      let free = function.parameters.dropFirst(positional).map(\.name.text).filter { !given.contains($0) }
      return free.map { Candidate($0, .label, "an argument of \(path)", suffix: "=") } + names()
        + commands(inStatement: false)
    }
    guard let command = callee(path) else { return names() + commands(inStatement: false) }
    let turn = given.isEmpty ? command.positionalParameter(positional) : nil
    if let turn, turn.kind.takesName { return topics() }
    let likely = turn.map(fitting) ?? []
    let filled = command.parameters.filter(\.isPositional).prefix(positional).filter { !$0.isVariadic }.map(
      \.name)
    let labels = command.parameters.filter { parameter in
      !filled.contains(parameter.name)
        && !([parameter.name] + parameter.aliases).contains(where: given.contains)
    }
    .map { Candidate($0.name, .label, $0.meaning, suffix: "=") }
    let rest = names().filter { !likely.contains($0) } + commands(inStatement: false)
    return likely + labels + rest
  }

  /// What fits a parameter behind its label, then the other names.
  private func values(for parameter: Parameter?) -> [Candidate] {
    guard let parameter else { return names() }
    if parameter.kind.takesName { return topics() }
    let likely = fitting(parameter)
    return likely + names().filter { !likely.contains($0) }
  }

  /// The choices of a parameter, True and False where it takes them, and names of the kinds that it takes.
  private func fitting(_ parameter: Parameter) -> [Candidate] {
    let choices = parameter.kind.choices.map { Candidate($0.word, .choice, $0.meaning) }
    let bools = ["True", "False"].filter { _ in parameter.kind.takesBool }.map { Candidate($0, .choice, "") }
    let kinds = parameter.kind.objectKinds
    let objects = names { if case .object(let object) = $0 { kinds.contains(object.kind) } else { false } }
    return choices + bools + objects
  }

  // MARK: - Texts

  /// Paths or choices inside quotes.
  private func inText(_ context: CompletionContext, _ parameter: Parameter?, _ text: String) -> Completion {
    guard let kind = parameter?.kind else { return completion(context, []) }
    let quote = closingQuote(context, text)
    if !kind.takesPath {
      let choices = kind.choices + kind.itemKind.choices
      return completion(context, choices.map { Candidate($0.word, .choice, $0.meaning, suffix: quote) })
    }
    let folder = context.prefix.lastIndex(of: "/").map { context.prefix[...$0] } ?? ""
    let name = context.prefix.dropFirst(folder.count)
    let found = environment.listFolder(String(folder)).sorted().filter { entry in
      entry.hasPrefix(name) && (name.hasPrefix(".") || !entry.hasPrefix("."))
    }
    return Completion(
      span: Span(context.start + folder.utf8.count, context.end),
      candidates: found.map { entry in
        let isFolder = entry.hasSuffix("/")
        return Candidate(entry, .path, isFolder ? "folder" : "file", suffix: isFolder ? "" : quote)
      })
  }

  /// The quote that opened the text, where it does not stand behind the cursor already.
  private func closingQuote(_ context: CompletionContext, _ text: String) -> String {
    let bytes = Array(text.utf8)
    guard context.start > 0, context.start <= bytes.count else { return "" }
    let quote = bytes[context.start - 1]
    if context.end < bytes.count, bytes[context.end] == quote { return "" }
    return String(decoding: [quote], as: UTF8.self)
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
