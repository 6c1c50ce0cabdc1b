// A place of its own for each test to run the program in.
import Foundation
import TestSupport

/// A temporary folder, in which each program that a test starts keeps its cache and history; it goes when the test ends.
final class Bench {
  let place: TemporaryFolder
  var folder: URL { place.url }

  /// What the program said and how it ended.
  struct Result {
    var exit: PseudoTerminal.Exit
    var output: String
    var errors: String
  }

  init() throws {
    place = try TemporaryFolder()
  }

  func write(_ text: String, to name: String) throws {
    try place.write(text, to: name)
  }

  func write(bytes: [UInt8], to name: String) throws {
    try place.write(bytes: bytes, to: name)
  }

  func read(_ name: String) throws -> String {
    try place.text(name)
  }

  /// Runs the program to its end in the folder, off a terminal. Standard input is a pipe with `input`, or empty.
  func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
  ) throws -> Result {
    if let input { try write(input, to: ".input") }
    let start = input == nil ? "</dev/null \"$@\"" : "cat .input | \"$@\""
    let terminal = try PseudoTerminal(
      "/bin/sh", ["-c", "\(start) >.output 2>.errors", "sh", TestProgram.path("ranklab")] + arguments,
      in: place,
      environment: environment)
    let exit = try terminal.waitForExit()
    return Result(exit: exit, output: try read(".output"), errors: try read(".errors"))
  }

  /// Runs a text as a script file.
  func run(script: String, environment: [String: String] = [:]) throws -> Result {
    try write(script, to: "script.rank")
    return try run(["run", "script.rank"], environment: environment)
  }

  /// Starts the program in the folder, on a terminal.
  func terminal(
    _ arguments: [String] = [], environment: [String: String] = [:], columns: Int = 80, rows: Int = 24
  ) throws -> PseudoTerminal {
    try PseudoTerminal(
      TestProgram.path("ranklab"), arguments, in: place, environment: environment, columns: columns,
      rows: rows)
  }

  /// Starts a command of the shell in the folder, on a terminal; `$RANKLAB` is the program.
  func shell(
    _ command: String, environment: [String: String] = [:], columns: Int = 80, rows: Int = 24
  ) throws -> PseudoTerminal {
    let more = try environment.merging(["RANKLAB": TestProgram.path("ranklab")]) { $1 }
    return try PseudoTerminal(
      "/bin/sh", ["-c", command], in: place, environment: more, columns: columns, rows: rows)
  }

  /// Starts a prompt and waits until it is ready for keys.
  func prompt(
    _ arguments: [String] = [], environment: [String: String] = [:], columns: Int = 80, rows: Int = 24
  ) throws -> PseudoTerminal {
    let terminal = try terminal(arguments, environment: environment, columns: columns, rows: rows)
    try terminal.waitForPrompt()
    return terminal
  }
}
