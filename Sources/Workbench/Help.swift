// What help shows. Everything comes from the table; nothing is written here about any command.
import Display

package enum Help {
  /// Columns that help fills; the core does not know the terminal, and narrower ones wrap.
  private static let width = 78

  /// One screen: all commands by what a user wants to do.
  package static func overview(_ table: CommandTable) -> [Event] {
    let groups = Command.Group.allCases.compactMap { group in
      let names = table.all.filter { $0.group == group }.map(\.name)
      return names.isEmpty ? nil : (group.rawValue, names.joined(separator: "  "))
    }
    return [
      .text(entries(groups)),
      .text(
        wrapped("`help name` says all about one, `example name` runs its example, `apropos word` searches.")),
    ]
  }

  /// All about a command, or about a value of the user; nil where the name means neither.
  package static func about(_ name: String, _ session: Session) -> [Event]? {
    if let value = session.scope.value(name) { return about(value, named: name) }
    if let command = session.table.named(name) { return about(command) }
    let members = session.table.members(of: name)
    if !members.isEmpty { return [.text(list(of: members))] }
    return aboutMember(name, session)
  }

  /// `run.loss` or `trainer.train`, of a variable.
  private static func aboutMember(_ path: String, _ session: Session) -> [Event]? {
    let parts = path.split(separator: ".").map(String.init)
    guard parts.count == 2, case .object(let object)? = session.scope.value(parts[0]) else { return nil }
    if let method = (object as? any MethodProvider)?.method(parts[1]) { return about(method) }
    return object.fields.first { $0.name == parts[1] }.map { [.text("`\(path)`: \($0.meaning)")] }
  }

  /// Signature, meaning, parameters, choices, details, example and source.
  package static func about(_ command: Command) -> [Event] {
    var events: [Event] = [.text(heading(command)), .text(wrapped(command.meaning))]
    if !command.parameters.isEmpty {
      events.append(.text("parameters\n" + entries(command.parameters.map { ($0.names, $0.description) })))
    }
    for parameter in command.parameters where !parameter.kind.choices.isEmpty {
      let choices = parameter.kind.choices.map { ($0.word, $0.meaning) }
      events.append(.text("choices of \(parameter.name)\n" + entries(choices)))
    }
    if !command.details.isEmpty { events.append(.text(wrapped(command.details))) }
    let example = command.example.split(separator: "\n", omittingEmptySubsequences: false)
    events.append(.text("example\n" + example.map { "  " + $0 }.joined(separator: "\n")))
    if !command.source.isEmpty { events.append(.text(wrapped("source: " + command.source))) }
    return events
  }

  /// Commands with their meanings.
  package static func list(of commands: [Command]) -> String {
    entries(commands.map { ($0.name, $0.meaning) })
  }

  /// The parameters as the reference page lists them.
  package static func parameters(of command: Command) -> Table {
    Table(
      columns: [
        .init("parameter"), .init("takes", priority: 1), .init("default"), .init("meaning"),
      ],
      rows: command.parameters.map { parameter in
        [parameter.names, parameter.takes, parameter.defaultText, parameter.meaning]
      })
  }

  /// Whether a word stands anywhere in a command's help, in either case.
  package static func mentions(_ command: Command, _ word: String) -> Bool {
    var texts = [command.name, command.meaning, command.details, command.source, command.result]
    for parameter in command.parameters {
      texts += [parameter.name, parameter.meaning] + parameter.aliases
      texts += parameter.kind.choices.flatMap { [$0.word, $0.meaning] }
    }
    let wanted = word.lowercased()
    return texts.contains { $0.lowercased().contains(wanted) }
  }

  private static func about(_ value: Value, named name: String) -> [Event] {
    guard case .object(let object) = value else {
      return [.text("`\(name)` is \(value.kindPhrase): \(value.summary)")]
    }
    var events: [Event] = [.text("`\(name)` is \(value.kindPhrase): \(object.summary)")]
    if !object.fields.isEmpty {
      events.append(.text("fields\n" + entries(object.fields.map { (".\($0.name)", $0.meaning) })))
    }
    if let methods = (object as? any MethodProvider)?.methods, !methods.isEmpty {
      events.append(.text("methods\n" + entries(methods.map { (".\($0.usage)", $0.meaning) })))
    }
    return events
  }

  /// The signature, broken between parameters where it is long, and the result.
  private static func heading(_ command: Command) -> String {
    let line = "\(command.signature) -> \(command.result)"
    guard line.count > width else { return line }
    var lines: [String] = []
    for (index, parameter) in command.parameters.enumerated() {
      let piece = parameter.signature + (index < command.parameters.count - 1 ? "," : "")
      if let last = lines.last, last.count + 1 + piece.count <= width {
        lines[lines.count - 1] += " " + piece
      } else {
        lines.append("    " + piece)
      }
    }
    return "\(command.name)(\n" + lines.joined(separator: "\n") + "\n) -> \(command.result)"
  }

  /// Two columns: words, and text that is wrapped beside them, or below a word that is too long.
  private static func entries(_ rows: [(String, String)]) -> String {
    let column = min(24, rows.map { $0.0.displayWidth }.max() ?? 0)
    return rows.flatMap { word, text in
      let lines = text.wrapped(to: width - column - 4)
      let isShort = word.displayWidth <= column
      let first = "  " + word.padded(to: column) + "  "
      let indent = String(repeating: " ", count: column + 4)
      return isShort
        ? lines.enumerated().map { ($0 == 0 ? first : indent) + $1 }
        : ["  " + word] + lines.map { indent + $0 }
    }
    .joined(separator: "\n")
  }

  private static func wrapped(_ text: String) -> String {
    text.wrapped(to: width).joined(separator: "\n")
  }
}
