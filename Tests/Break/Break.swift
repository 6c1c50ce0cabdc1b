// Tries to break the program on purpose, and keeps count.
import ArgumentParser

@main struct Break: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ranklab-break", abstract: "Tries to break the program on purpose, and keeps count.",
    subcommands: [Part.self, Work.self, Memory.self, Verdicts.self, Delays.self] + guided,
    defaultSubcommand: Part.self)

  /// What there is only where the build counts what inputs reach.
  private static var guided: [any ParsableCommand.Type] {
    #if FUZZER
      [Guided.self]
    #else
      []
    #endif
  }
}
