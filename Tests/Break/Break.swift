// Tries to break the program on purpose, and keeps count.
import ArgumentParser

@main struct Break: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ranklab-break", abstract: "Tries to break the program on purpose, and keeps count.",
    subcommands: [Part.self, Work.self, Memory.self, Verdicts.self], defaultSubcommand: Part.self)
}
