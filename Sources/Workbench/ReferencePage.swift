// The reference page: all commands as Markdown, from the table alone.

extension CommandTable {
  /// A page with a section for each group and each command.
  package func referencePage() -> String {
    var lines = ["# Commands", ""]
    for group in Command.Group.allCases {
      let commands = all.filter { $0.group == group }
      guard !commands.isEmpty else { continue }
      lines += ["## \(group.rawValue)", ""]
      for command in commands { lines += section(command) }
    }
    return lines.joined(separator: "\n")
  }

  private func section(_ command: Command) -> [String] {
    var lines = ["### `\(command.name)`", "", command.meaning, ""]
    lines += ["```", "\(command.signature) -> \(command.result)", "```", ""]
    if !command.parameters.isEmpty {
      let table = Help.parameters(of: command)
      lines.append(row(table.columns.map(\.header)))
      lines.append(row(table.columns.map { _ in "---" }))
      lines += table.rows.map(row) + [""]
    }
    for parameter in command.parameters where !parameter.kind.choices.isEmpty {
      lines += ["The choices of `\(parameter.name)`:", ""]
      lines += parameter.kind.choices.map { "- `\($0.word)`: \($0.meaning)" } + [""]
    }
    if !command.details.isEmpty { lines += [command.details, ""] }
    lines += ["Example:", "", "```", command.example, "```", ""]
    if !command.source.isEmpty { lines += ["Source: \(command.source)", ""] }
    return lines
  }

  private func row(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }
}
