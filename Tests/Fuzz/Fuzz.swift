// Runs campaigns of damaged input, and measures the memory that hostile files take.

import ArgumentParser
import FuzzSupport

@main struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ranklab-fuzz", abstract: "Feeds the readers of files with damaged input.",
    subcommands: [Run.self, Memory.self, Verdicts.self], defaultSubcommand: Run.self)
}
