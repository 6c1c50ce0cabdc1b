// The reference page: the language and all commands as Markdown, from the table alone.
import Fields

extension CommandTable {
  /// A page with the language at its top, a list of all commands, and a section for each group and command.
  package func referencePage() -> String {
    let groups = groups.map { group in
      (title: group.title, commands: all.filter { $0.group == group })
    }
    .filter { !$0.commands.isEmpty }
    var lines = [
      "# Reference", "",
      "All that `ranklab` understands. This page is made from the table that the prompt checks, completes and helps "
        + "from; `help name` shows the same there.", "",
      "- [The language](#the-language)",
    ]
    lines += groups.map { group in
      let commands = group.commands.map { link($0.name) }.joined(separator: ", ")
      return "- [\(group.title)](#\(anchor(group.title))): \(commands)"
    }
    lines += ["", "## The language", ""] + LanguagePage.markdown
    for group in groups {
      lines += ["## \(group.title)", ""]
      for command in group.commands { lines += section(command) }
    }
    return lines.joined(separator: "\n")
  }

  private func section(_ command: Command) -> [String] {
    var lines = ["### `\(command.name)`", "", escaped(command.meaning), ""]
    lines += ["```python"] + call(command) + ["```", "", "Gives \(escaped(command.result))."]
    if !command.details.isEmpty { lines[lines.count - 1] += " " + escaped(command.details) }
    lines.append("")
    if !command.parameters.isEmpty {
      lines += ["| parameter | takes | default | meaning |", "| --- | --- | --- | --- |"]
      lines += command.parameters.map { parameter in
        let names = ([parameter.name] + parameter.aliases).map { "`\($0)`" }.joined(separator: ", ")
        return row([names, escaped(takes(parameter)), defaultCell(parameter), escaped(parameter.meaning)])
      }
      lines.append("")
    }
    for (parameters, choices) in command.choices {
      lines += ["Choices of \(parameters.map { "`\($0)`" }.joined(separator: ", ")):", ""]
      lines += choices.map { "- `\($0.word)`: \(escaped($0.meaning))" } + [""]
    }
    lines += ["Example:", "", "```python", command.example, "```", ""]
    if !command.source.isEmpty { lines += ["Source: \(escaped(command.source)).", ""] }
    let related = related(to: command)
    if !related.isEmpty { lines += ["See also: \(related.map(link).joined(separator: ", ")).", ""] }
    return lines
  }

  /// The signature, a parameter a line where it is long.
  private func call(_ command: Command) -> [String] {
    guard command.signature.count > 90 else { return [command.signature] }
    return ["\(command.name)("] + command.parameters.map { "    \($0.signature)," } + [")"]
  }

  /// What a parameter takes; long lists of choices stand below the table.
  private func takes(_ parameter: Parameter) -> String {
    let text = parameter.takes
    return text.count > 60 && !parameter.kind.allChoices.isEmpty ? "a choice, see below" : text
  }

  private func defaultCell(_ parameter: Parameter) -> String {
    switch parameter.defaultValue {
    case .required: parameter.isVariadic ? "at least one" : "required"
    case .absent(let meaning): escaped(meaning)
    default: parameter.defaultText.isEmpty ? "" : "`\(parameter.defaultText)`"
    }
  }

  // MARK: - Markdown

  private func row(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }

  private func link(_ name: String) -> String {
    "[`\(name)`](#\(anchor(name)))"
  }

  /// What forges make of a heading: lower case, blanks as dashes, no punctuation.
  private func anchor(_ heading: String) -> String {
    String(
      heading.lowercased().compactMap { character in
        if character == " " { return "-" }
        return character.isLetter || character.isNumber || character == "_" || character == "-"
          ? character : nil
      })
  }

  /// The text with what Markdown would read as its own marks escaped, outside of code.
  private func escaped(_ text: String) -> String {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { place, part in
      guard place.isMultiple(of: 2) else { return String(part) }
      return String(part.flatMap { "*<>[]\\".contains($0) ? ["\\", $0] : [$0] })
    }
    .joined(separator: "`")
  }
}
