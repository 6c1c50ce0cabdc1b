// Which entries of the table have to do with each other.
import Language

extension CommandTable {
  /// How many entries help names at most.
  private static let limit = 7

  /// Names of entries to read next: those that the entry gives itself, those that its texts and its example
  /// mention, and those whose details mention it.
  package func related(to command: Command) -> [String] {
    var names = command.seeAlso
    names += mentioned(in: command.meaning + " " + command.details, quotedOnly: true)
    names += mentioned(in: command.example, quotedOnly: false)
    names += all.filter {
      mentioned(in: $0.details, quotedOnly: true).contains(command.name)
    }.map(\.name)
    var seen: Set<String> = [command.name]
    return Array(names.filter { named($0) != nil && seen.insert($0).inserted }.prefix(CommandTable.limit))
  }

  /// The entries whose names are words of a text, within backticks only or everywhere.
  private func mentioned(in text: String, quotedOnly: Bool) -> [String] {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    let code =
      quotedOnly ? parts.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element) : [text[...]]
    return code.flatMap { part in
      part.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "." }.map(String.init)
    }
    .filter { named($0) != nil }
  }
}
