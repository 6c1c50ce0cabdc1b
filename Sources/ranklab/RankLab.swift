// The executable: its arguments, and which front end they ask for.
import ArgumentParser
import Display
import Foundation
import Glibc
import LineEditor
import Text

/// The program, whatever its arguments are.
@main
enum Program {
  /// Runs the command line on a stack of its own.
  static func main() { ProgramStack.run { RankLab.main() } }
}

/// `ranklab` with its subcommands, of which the prompt is meant where none is named.
struct RankLab: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ranklab",
    abstract: "A lab bench for LoRA rank and scaling.",
    discussion: """
      Without arguments, a prompt; where standard input is no terminal, it is run as a script. `ranklab -c TEXT` runs \
      a text; `--color auto|always|never` goes with every form.
      """,
    version: "0.2.0",
    subcommands: [PromptCommand.self, RunCommand.self, CheckCommand.self, LintCommand.self],
    defaultSubcommand: PromptCommand.self)

  /// Parses the arguments and runs what they ask for. What the argument parser has to say of them goes through the console:
  /// it repeats them.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let message = fullMessage(for: error)
      let code = exitCode(for: error)
      if !message.isEmpty {
        let console = Console(
          color: .never, environment: ProcessInfo.processInfo.environment, interrupts: InterruptFlag())
        if code.isSuccess { console.showOwn(message) } else { console.showAside(message) }
      }
      Foundation.exit(code.rawValue)
    }
  }
}

/// What every subcommand takes.
struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("When to use colour: auto, always or never.", valueName: "when"))
  var color: ColorChoice = .auto
}

extension ColorChoice: ExpressibleByArgument {}

/// What concerns the prompt, for the commands that may end in one.
struct PromptOptions: ParsableArguments {
  @Flag(name: .customShort("i"), help: "Go on at a prompt afterwards, with the names alive.")
  var staysInteractive = false

  @Flag(help: "Leave out the cells in ranklab/rc.rank of the configuration folder.")
  var noRc = false
}

/// `ranklab`, `ranklab -c TEXT`, `ranklab FILE`: a prompt, or one script.
struct PromptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prompt", abstract: "The prompt, or a script on standard input.",
    discussion:
      "A file is run as `ranklab run FILE` does, so that a script can name the program in its first line.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var prompt: PromptOptions

  @Option(
    name: .customShort("c"), parsing: .unconditional,
    help: ArgumentHelp("Run this text as a script.", valueName: "text"))
  var text: String?

  @Argument(
    help: ArgumentHelp("A script or a notebook: a name with a dot or a slash in it.", valueName: "file"))
  var file: String?

  /// Refuses a file whose name looks like a mistyped command, and a text beside a file.
  func validate() throws {
    // A mistyped command is no file.
    if let file, file != "-", !file.contains(where: { "./".contains($0) }) {
      throw ValidationError("There is no command \(InputFile.named([file])[0].quoted).")
    }
    if text != nil, file != nil { throw ValidationError("Either -c or a file, not both.") }
  }

  /// Runs what was asked for; the exit code leaves as an error of the parser's.
  func run() throws {
    let process = HostProcess(color: common.color)
    if text != nil || file != nil {
      throw process.exit(
        process.run(prompt) { session in
          text.map { process.runScript($0, name: nil, in: session) }
            ?? process.runFile(InputFile.named([file ?? "-"])[0], in: session)
        })
    }
    if process.isInteractive { throw process.exit(process.run(prompt, first: nil)) }
    throw process.exit(process.runStandardInput(in: process.session()))
  }
}

/// `ranklab run FILE …`: scripts and notebooks, up to the first that fails.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run scripts (.rank) and Markdown notebooks.",
    discussion: "Each file runs in a session of its own. `-` is standard input.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var prompt: PromptOptions

  @Argument(help: ArgumentHelp("Scripts and notebooks.", valueName: "file"))
  var files: [String]

  /// Runs the files one after the other.
  func run() throws {
    let process = HostProcess(color: common.color)
    let files = InputFile.named(files)
    for file in files.dropLast() {
      let code = process.runFile(file, in: process.session())
      if code != .success { throw process.exit(code) }
    }
    throw process.exit(process.run(prompt) { process.runFile(files.last ?? InputFile("-"), in: $0) })
  }
}

/// `ranklab check FILE …`: notebooks, whose outputs are compared with those written in them.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Run notebooks and compare their outputs with those written in them.",
    discussion: "Numbers need to agree to the digits written. Exit code 2 where something differs.")

  @OptionGroup var common: CommonOptions

  @Flag(help: "Write the outputs that came into the files.")
  var update = false

  @Argument(help: ArgumentHelp("Notebooks.", valueName: "file"))
  var files: [String]

  /// Checks every file; the exit code is that of the first that is not clean.
  func run() throws {
    let process = HostProcess(color: common.color)
    var worst = Outcome.success
    for file in InputFile.named(files) {
      if process.interrupts.isSet { throw process.exit(process.wasStopped) }
      let code = process.checkFile(file, update: update)
      if code != .success && worst == .success { worst = code }
    }
    if worst != .success { throw process.exit(worst) }
  }
}
