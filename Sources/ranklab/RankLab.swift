// The executable: its arguments, and which front end they ask for.
import ArgumentParser
import Display
import Glibc

@main
struct RankLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ranklab",
    abstract: "A lab bench for LoRA rank and scaling.",
    discussion: """
      Without arguments, a prompt; where standard input is no terminal, it is run as a script. `ranklab -c TEXT` runs \
      a text; `--color auto|always|never` goes with every form.
      """,
    version: "0.1.0",
    subcommands: [PromptCommand.self, RunCommand.self, CheckCommand.self, LintCommand.self],
    defaultSubcommand: PromptCommand.self)
}

struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("When to use colour: auto, always or never.", valueName: "when"))
  var color: ColorChoice = .auto
}

extension ColorChoice: ExpressibleByArgument {}

struct PromptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompt", abstract: "The prompt, or a script on standard input.")

  @OptionGroup var common: CommonOptions

  @Option(
    name: .customShort("c"), parsing: .unconditional,
    help: ArgumentHelp("Run this text as a script.", valueName: "text"))
  var text: String?

  func run() throws {
    let process = HostProcess(color: common.color)
    if let text {
      throw process.exit(process.runScript(text, name: nil))
    }
    if process.isInteractive { throw process.exit(Prompt(process).run()) }
    throw process.exit(process.runStandardInput())
  }
}

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run scripts (.rank) and Markdown notebooks.",
    discussion: "Each file runs in a session of its own. `-` is standard input.")

  @OptionGroup var common: CommonOptions

  @Argument(help: ArgumentHelp("Scripts and notebooks.", valueName: "file"))
  var files: [String]

  func run() throws {
    let process = HostProcess(color: common.color)
    for file in files {
      let code = file == "-" ? process.runStandardInput() : process.runFile(file)
      if code != .success { throw process.exit(code) }
    }
  }
}

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Run notebooks and compare their outputs with those written in them.",
    discussion: "Numbers need to agree to the digits written. Exit code 2 where something differs.")

  @OptionGroup var common: CommonOptions

  @Flag(help: "Write the outputs that came into the files.")
  var update = false

  @Argument(help: ArgumentHelp("Notebooks.", valueName: "file"))
  var files: [String]

  func run() throws {
    let process = HostProcess(color: common.color)
    var worst = Outcome.success
    for file in files {
      let code = process.checkFile(file, update: update)
      if code != .success && worst == .success { worst = code }
    }
    if worst != .success { throw process.exit(worst) }
  }
}
