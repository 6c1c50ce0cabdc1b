// Names that can stand at the cursor: the user's, those of the table, and what is behind a dot.
import Fields
import Language

extension Completer {
  // MARK: - The user's names

  /// A name with a value, or one that the cell itself will have given a value by then.
  struct KnownName {
    var name: String
    /// Nil for a name that the cell assigns.
    var value: Value?
    /// What the cell calls for it, as the table describes the result.
    var result: String?
  }

  /// In order; where the cell assigns a name anew, as it will be.
  var knownNames: [KnownName] {
    let assigned = context.assigned.map { name in
      KnownName(name: name.name, result: name.callee.flatMap { callee($0)?.result })
    }
    let names = Set(assigned.map(\.name))
    let others = session.scope.visibleNames.filter { !names.contains($0) }.map {
      KnownName(name: $0, value: session.scope.value($0))
    }
    return (assigned + others).sorted { $0.name < $1.name }
  }

  /// The user's names; with a filter, those of that sort.
  func names(where isWanted: (KnownName) -> Bool = { _ in true }) -> [Candidate] {
    knownNames.filter(isWanted).map { known in
      guard let value = known.value else {
        return Candidate(known.name, .name, (known.result.map { "\($0), " } ?? "") + "assigned above")
      }
      let suffix = if case .function = value { "(" } else { "" }
      return Candidate(known.name, .name, "\(value.kindPhrase): \(value.summary)", suffix: suffix)
    }
  }

  // MARK: - The table

  /// The entry that a callee as written means: a command, or a method of an object that a variable holds.
  func callee(_ path: String) -> Command? {
    let parts = path.split(separator: ".").map(String.init)
    guard parts.count > 1, session.scope.value(parts[0]) != nil else {
      if let command = session.table.named(path) { return command }
      return parts.count == 2 && isModule(parts[0]) ? session.table.named(parts[1]) : nil
    }
    return (object(behind: parts.dropLast()) as? any MethodProvider)?.method(parts[parts.count - 1])
  }

  /// Every command that can be written as one word, and the owners of those with a dot; with a filter, those
  /// with such a result.
  func commands(inStatement: Bool = false, where isWanted: (Command) -> Bool = { _ in true }) -> [Candidate] {
    var owners: [String] = []
    for command in session.table.all where command.name.contains(".") && isWanted(command) {
      let owner = String(command.name.prefix { $0 != "." })
      if !owners.contains(owner) { owners.append(owner) }
    }
    let plain = session.table.all.filter { !$0.name.contains(".") && isWanted($0) }.map { command in
      let call = command.parameters.isEmpty ? "()" : "("
      let suffix = inStatement && command.result == "nothing" ? (command.parameters.isEmpty ? "" : " ") : call
      return Candidate(command.name, .command, command.meaning, suffix: suffix)
    }
    let dotted = owners.map { owner in
      Candidate(
        owner, .command, session.table.members(of: owner).map(\.name).joined(separator: ", "), suffix: ".")
    }
    return (plain + dotted).sorted { $0.text < $1.text }
  }

  // MARK: - Behind a dot

  func members(of owners: [String]) -> [Candidate] {
    guard let first = owners.first else { return [] }
    guard session.scope.value(first) == nil else {
      return object(behind: owners[...]).map(members) ?? []
    }
    if isModule(first) { return importable(from: first) }
    let owner = owners.joined(separator: ".")
    return session.table.members(of: owner).map {
      member(.command, $0, named: $0.name.dropFirst(owner.count + 1))
    }
  }

  /// The object that names with dots between mean; nil where there is none, or where it would take work.
  private func object(behind names: ArraySlice<String>) -> (any LabObject)? {
    guard let first = names.first, case .object(var object)? = session.scope.value(first) else { return nil }
    for name in names.dropFirst() {
      guard let inner = object.outline(of: name) else { return nil }
      object = inner
    }
    return object
  }

  private func members(of object: any LabObject) -> [Candidate] {
    let methods = (object as? any MethodProvider)?.methods ?? []
    return object.fields.map { Candidate($0.name, .field, $0.meaning) }
      + methods.map { member(.method, $0, named: $0.name[...]) }
  }

  private func member(_ kind: Candidate.Kind, _ command: Command, named name: Substring) -> Candidate {
    Candidate(
      String(name), kind, command.meaning,
      suffix: command.constant != nil ? "" : command.parameters.isEmpty ? "()" : "(")
  }

  // MARK: - Python's libraries

  private func isModule(_ name: String) -> Bool {
    session.scope.value(name) == nil
      && (Imports.modules.contains(name) || session.moduleAliases.contains(name))
  }

  /// What a library of Python is known to have: the entries that bear Python's names, and what is calculated
  /// for one that calculates.
  func importable(from module: String) -> [Candidate] {
    let library = module.split(separator: ".").first.map(String.init) ?? module
    if !Imports.named.contains(library) {
      return commands { $0.group == .numbers }.map { Candidate($0.text, $0.kind, $0.meaning) }
    }
    return commands { Imports.isPythons($0, of: library) }.map { Candidate($0.text, $0.kind, $0.meaning) }
  }

  // MARK: - Topics of help

  /// `?run.lo`: behind a dot, what the names before it have.
  func helpName() -> Completion {
    guard let dot = context.prefix.lastIndex(of: ".") else { return offer(words(from: nil)) }
    let owner = context.prefix[...dot]
    let owners = owner.split(separator: ".").map(String.init)
    return offer(members(of: owners).map { Candidate(owner + $0.text, $0.kind, $0.meaning) })
  }

  /// What a bare word may be; without a source, a topic of help.
  func words(from source: WordSource?) -> [Candidate] {
    let own = names { $0.name != "_" && $0.name != "_error" }.map { Candidate($0.text, $0.kind, $0.meaning) }
    let commands = session.table.all.map { Candidate($0.name, .command, $0.meaning) }
      .sorted { $0.text < $1.text }
    switch source {
    case nil: return own + commands + Help.topics.map { Candidate($0.word, .topic, $0.meaning) }
    case .commands: return commands
    case .variables: return own
    case .table:
      let parameters = session.table.all.flatMap { command in
        command.parameters.flatMap { parameter in
          ([parameter.name] + parameter.aliases).map { Candidate($0, .label, parameter.meaning) }
            + parameter.kind.choices.map { Candidate($0.word, .choice, $0.meaning) }
        }
      }
      return commands + parameters.sorted { $0.text < $1.text }
    }
  }
}
