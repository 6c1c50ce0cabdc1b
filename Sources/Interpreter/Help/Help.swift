// What help shows. Everything comes from the table; nothing is written here about any command.
package import Display
import Fields

package enum Help {
  /// One screen: all commands by what a user wants to do. Those with a dot stand as their owner.
  package static func overview(_ table: CommandTable) -> Page {
    let groups = table.groups.compactMap { group -> Page.Entry? in
      var names: [String] = []
      for command in table.all where command.group == group {
        let name = String(command.name.prefix { $0 != "." })
        if !names.contains(name) { names.append(name) }
      }
      return names.isEmpty
        ? nil : Page.Entry(group.title.lowercased(), shortened(names, topic(group, table)))
    }
    return Page([
      .entries("", groups),
      .paragraph(
        "`help train` says all about one, `example train` runs it, `apropos rank` searches, `help grammar` is the language."
      ),
    ])
  }

  /// Names that take two lines of a narrow terminal at most, and where the others stand.
  private static func shortened(_ names: [String], _ topic: String) -> String {
    let most = 78
    let all = names.joined(separator: ", ")
    guard all.count > most else { return all }
    let rest = ", …: help \(topic)"
    var text = names[0]
    for name in names.dropFirst() where text.count + name.count + 2 + rest.count <= most {
      text += ", \(name)"
    }
    return text + rest
  }

  /// What `help` takes for a group: a word, or its title where the word is a command's.
  static func topic(_ group: Command.Group, _ table: CommandTable) -> String {
    table.named(group.word) == nil ? group.word : "\"\(group.title.lowercased())\""
  }

  /// The commands of a group, by its word or title: `help python`.
  static func group(_ word: String, _ table: CommandTable) -> Page? {
    let title = word.lowercased()
    let group = table.groups.first { $0.word == word || $0.title.lowercased() == title }
    guard let group else { return nil }
    let commands = table.all.filter { $0.group == group }
    return commands.isEmpty ? nil : list(of: commands)
  }

  /// All about a command, a value of the user, one of its fields or methods, a parameter or a choice; nil where
  /// the name means none of these.
  package static func about(_ name: String, _ session: Session) -> Page? {
    if let value = session.scope.value(name) { return about(value, named: name) }
    if let command = session.table.named(name) { return about(command, session.table) }
    let members = session.table.members(of: name)
    if !members.isEmpty { return list(of: members) }
    if let topic = topics.first(where: { $0.word == name }) { return topic.page }
    if let member = aboutMember(name, session) { return member }
    let word = aboutWord(name, session.table)
    // A group may share its word with a parameter: `help adapters`.
    guard let group = group(name, session.table) else { return word }
    return Page(group.blocks + (word?.blocks ?? []))
  }

  /// What `about` knows, for suggestions.
  static func names(_ session: Session) -> [String] {
    session.scope.userNames + session.table.all.map(\.name) + topics.map(\.word)
      + session.table.groups.map(\.word)
  }

  /// `trainer.train`, of a variable; nil for anything else.
  static func method(_ path: String, _ session: Session) -> Command? {
    let parts = path.split(separator: ".").map(String.init)
    guard parts.count == 2, case .object(let object)? = session.scope.value(parts[0]) else { return nil }
    return (object as? any MethodProvider)?.method(parts[1])
  }

  /// `run.loss` or `trainer.train`, of a variable.
  private static func aboutMember(_ path: String, _ session: Session) -> Page? {
    if let method = method(path, session) { return about(method, session.table) }
    let parts = path.split(separator: ".").map(String.init)
    guard parts.count == 2, case .object(let object)? = session.scope.value(parts[0]) else { return nil }
    return object.fields.first { $0.name == parts[1] }.map { Page([.paragraph("`\(path)`: \($0.meaning)")]) }
  }

  /// A parameter or a choice: in which commands it is what.
  private static func aboutWord(_ word: String, _ table: CommandTable) -> Page? {
    var asParameter: [Page.Entry] = []
    var asChoice: [Page.Entry] = []
    for command in table.all {
      for parameter in command.parameters {
        if ([parameter.name] + parameter.aliases).contains(word) {
          asParameter.append(Page.Entry(command.name, parameter.description))
        }
        for choice in parameter.kind.allChoices where choice.word == word {
          asChoice.append(Page.Entry("\(command.name) \(parameter.name)=", choice.meaning))
        }
      }
    }
    var blocks: [Page.Block] = []
    if !asParameter.isEmpty { blocks.append(.entries("`\(word)` is a parameter of", asParameter)) }
    if !asChoice.isEmpty { blocks.append(.entries("`\(word)` is a choice of", asChoice)) }
    return blocks.isEmpty ? nil : Page(blocks)
  }

  /// Signature, meaning, parameters, choices, details, example, source, and what to read next.
  package static func about(_ command: Command, _ table: CommandTable) -> Page {
    var blocks: [Page.Block] = [
      .call(command.name, parameters: command.parameters.map(\.signature), result: command.result),
      .paragraph(command.meaning),
    ]
    if !command.parameters.isEmpty {
      blocks.append(
        .entries("parameters", command.parameters.map { Page.Entry($0.names, $0.description) }))
    }
    for (parameters, choices) in command.choices {
      blocks.append(
        .entries(
          "choices of \(parameters.joined(separator: ", "))", choices.map { Page.Entry($0.word, $0.meaning) })
      )
    }
    if !command.details.isEmpty { blocks.append(.paragraph(command.details)) }
    blocks += [.paragraph("example"), .code(command.example)]
    if !command.source.isEmpty { blocks.append(.paragraph("source: \(command.source)")) }
    let related = table.related(to: command)
    if !related.isEmpty { blocks.append(.paragraph("see also: \(related.joined(separator: ", "))")) }
    return Page(blocks)
  }

  /// Commands with their meanings.
  package static func list(of commands: [Command]) -> Page {
    Page([.entries("", commands.map { Page.Entry($0.name, $0.meaning) })])
  }

  /// The commands in whose help a word stands, in either case; of several words all of them, as they stand where any
  /// help has them so. Those in whose name they stand come first.
  static func commands(mentioning words: String, _ table: CommandTable) -> [Command] {
    var found = table.all.filter { mentions($0, words) }
    if found.isEmpty {
      let parts = words.split(separator: " ").map(String.init)
      found = parts.isEmpty ? [] : table.all.filter { command in parts.allSatisfy { mentions(command, $0) } }
    }
    let wanted = words.lowercased()
    let isNamed = { (command: Command) in command.name.lowercased().contains(wanted) }
    return found.filter(isNamed) + found.filter { !isNamed($0) }
  }

  private static func mentions(_ command: Command, _ word: String) -> Bool {
    var texts = [command.name, command.meaning, command.details, command.source, command.result]
    texts += command.keywords
    for parameter in command.parameters {
      texts += [parameter.name, parameter.meaning] + parameter.aliases
      texts += parameter.kind.allChoices.flatMap { [$0.word, $0.meaning] }
    }
    let wanted = word.lowercased()
    return texts.contains { $0.lowercased().contains(wanted) }
  }

  private static func about(_ value: Value, named name: String) -> Page {
    guard case .object(let object) = value else {
      return Page([.paragraph("`\(name)` is \(value.kindPhrase): \(value.summary)")])
    }
    var blocks: [Page.Block] = [.paragraph("`\(name)` is \(value.kindPhrase): \(object.summary)")]
    if !object.fields.isEmpty {
      blocks.append(.entries("fields", object.fields.map { Page.Entry(".\($0.name)", $0.meaning) }))
    }
    if let methods = (object as? any MethodProvider)?.methods, !methods.isEmpty {
      blocks.append(.entries("methods", methods.map { Page.Entry(".\($0.usage)", $0.meaning) }))
    }
    return Page(blocks)
  }
}

extension Command {
  /// The choices of the parameters, each list once with all parameters that take it.
  var choices: [(parameters: [String], choices: [Choice])] {
    var lists: [(parameters: [String], choices: [Choice])] = []
    for parameter in parameters {
      let choices = parameter.kind.allChoices
      guard !choices.isEmpty else { continue }
      if let place = lists.firstIndex(where: { $0.choices == choices }) {
        lists[place].parameters.append(parameter.name)
      } else {
        lists.append(([parameter.name], choices))
      }
    }
    return lists
  }
}

extension ParameterKind {
  /// The choices at this place and in the lists and dictionaries that it takes.
  var allChoices: [Choice] {
    switch self {
    case .choice(let choices): choices
    case .list(let item), .dictionary(let item), .moduleDictionary(let item): item.allChoices
    case .either(let kinds):
      kinds.flatMap(\.allChoices).reduce(into: []) { all, choice in
        if !all.contains(choice) { all.append(choice) }
      }
    default: []
    }
  }
}
