// The table of commands: the one list that the parser, checks, completion, help and the reference page read.

package struct CommandTable: Sendable {
  /// The commands of the workbench.
  package static let standard = CommandTable([
    ModelCommands.all, AdapterCommands.all, ScalingCommands.all, ExplainCommands.all, DataCommands.all,
    TokenizerCommands.all,
    TrainingCommands.all, StabilityCommands.all, AdviceCommands.all, LookingCommands.all,
    HistogramCommands.all, TensorCommands.all, SavingCommands.all, ExportCommands.all,
    LintCommands.all, SessionCommands.all, LeavingCommands.all, NumberCommands.all, ListCommands.all,
    PEFTCommands.all, LoadingCommands.all,
    TrainerCommands.all,
  ])

  /// All entries, group by group, in reading order.
  package let all: [Command]
  /// The names that the language takes as those of commands; entries with a dot are not among them.
  package let names: Set<String>
  private let byName: [String: Command]
  /// The names of all arguments, and the words of all choices.
  let labels: Set<String>
  let choiceWords: Set<String>

  /// Joins lists of entries. Two entries of one name are a programmer's error.
  package init(_ groups: [[Command]]) {
    let entries = groups.flatMap { $0 }
    all = entries
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
