// `ranklab lint`: faults of configurations, for a terminal and for continuous integration.
import ArgumentParser
import Display
import Foundation
import Interpreter
import Laboratory
import LineEditor
import Workbench

struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Find faults in LoRA configurations.",
    discussion: """
      Reads adapter_config.json, folders with one, and Python scripts. Exit code 1 where there is an error or a warning, \
      2 where a file cannot be read. What a script computes is named as not read: that is no fault, and the code stays 0.
      """)

  @OptionGroup var common: CommonOptions

  @Option(help: ArgumentHelp("The learning rate, where the file does not say it.", valueName: "rate"))
  var lr: Double?

  @Option(help: ArgumentHelp("The optimiser: adamw or sgd.", valueName: "name"))
  var optimizer: String?

  @Argument(help: ArgumentHelp("Configurations and scripts.", valueName: "file"))
  var files: [String]

  func validate() throws {
    if LintTraining(learningRate: lr, optimizer: optimizer) == nil {
      throw ValidationError("The optimiser must be adamw or sgd.")
    }
  }

  func run() throws {
    let process = HostProcess(color: common.color)
    let training = LintTraining(learningRate: lr, optimizer: optimizer) ?? LintTraining()
    let codes = try InputFile.named(files).map { file in
      if process.interrupts.isSet { throw process.exit(process.wasStopped) }
      return process.lint(file, training)
    }
    if let worst = codes.max(), worst > 0 { throw ExitCode(worst) }
  }
}

extension HostProcess {
  /// Prints what is found in a file; gives the exit code: 0 for nothing but notes, 1 for more, 2 where it cannot be read.
  func lint(_ file: InputFile, _ training: LintTraining) -> Int32 {
    guard let path = file.path else {
      console.say("error: \(file.quoted) cannot be read: its name is not UTF-8; rename it and try again")
      return 2
    }
    do {
      let report = try LintFile.report(
        path, in: FileManager.default.currentDirectoryPath, training: training)
      for event in report.events { console.write(event) }
      return report.hasFaults ? 1 : 0
    } catch {
      let failure = ModuleErrors.describe(error)
      let details = [failure.label, failure.body].filter { !$0.isEmpty }.joined(separator: ". ")
      console.say("error: \(failure.title)" + (details.isEmpty ? "" : ": \(details)"))
      return 2
    }
  }
}
