// The table of commands: the one list that the parser, checks, completion, help and the reference page read.
import Fields

/// The commands and functions of a language, each declared once, with what is derived of them all. A session has one.
package struct CommandTable: Sendable {
  /// All entries, in reading order.
  package let all: [Command]
  /// The names that the language takes as those of commands; entries with a dot are not among them.
  package let names: Set<String>
  private let byName: [String: Command]
  /// The groups in the order in which `help` lists them.
  package let groups: [Command.Group]
  package let synonyms: Synonyms
  /// Names of modules that completion offers where no model is at hand.
  let modulePaths: [String]
  /// The names of all arguments, and the words of all choices.
  let labels: Set<String>
  let choiceWords: Set<String>

  /// Joins lists of entries. Two entries of one name are a programmer's error.
  ///
  /// - Parameter groups: their order; those that are left out follow as their entries do.
  package init(
    _ lists: [[Command]], groups: [Command.Group] = [], synonyms: Synonyms = Synonyms(),
    modulePaths: [String] = []
  ) {
    let entries = lists.flatMap { $0 }
    all = entries
    var seen: Set<Command.Group> = []
    self.groups = (groups + entries.map(\.group)).filter { seen.insert($0).inserted }
    self.synonyms = synonyms
    self.modulePaths = modulePaths
    labels = Set(entries.flatMap { $0.parameters.flatMap { [$0.name] + $0.aliases } })
    choiceWords = Set(entries.flatMap { $0.parameters.flatMap { $0.kind.allChoices.map(\.word) } })
    names = Set(entries.map(\.name).filter { !$0.contains(".") })
    byName = Dictionary(entries.map { ($0.name, $0) }) { first, _ in
      preconditionFailure("two commands are named \(first.name)")
    }
  }

  /// The entry of that name; nil where there is none.
  package func named(_ name: String) -> Command? {
    byName[name]
  }

  /// The entries `owner.something`, in order: classes of the Python libraries whose methods are known here.
  package func members(of owner: String) -> [Command] {
    all.filter { $0.name.hasPrefix(owner + ".") }
  }
}
