// A place of its own for each test to run the program in.
import Foundation
import TestSupport

/// A temporary folder with a cache and a history of its own; it goes when the test ends.
final class Bench {
  let folder: URL

  /// What the program said and how it ended.
  struct Result {
    var exit: PseudoTerminal.Exit
    var output: String
    var errors: String
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("ranklab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  func write(bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  func read(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// Runs the program to its end in the folder, off a terminal. Standard input is a pipe with `input`, or empty.
  func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:]
  ) throws -> Result {
    if let input { try write(input, to: ".input") }
    let start = input == nil ? "</dev/null \"$@\"" : "cat .input | \"$@\""
    let command = "cd \"$0\" && \(start) >.output 2>.errors"
    let terminal = try PseudoTerminal(
      "/bin/sh", ["-c", command, folder.path, TestProgram.path("ranklab")] + arguments,
      environment: variables(environment), patience: .seconds(300))
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
      "/bin/sh",
      ["-c", "cd \"$0\" && exec \"$@\"", folder.path, TestProgram.path("ranklab")] + arguments,
      environment: variables(environment), columns: columns, rows: rows, patience: .seconds(300))
  }

  /// Starts a command of the shell in the folder, on a terminal; `$RANKLAB` is the program.
  func shell(
    _ command: String, environment: [String: String] = [:], columns: Int = 80, rows: Int = 24
  ) throws -> PseudoTerminal {
    let more = try environment.merging(["RANKLAB": TestProgram.path("ranklab")]) { $1 }
    return try PseudoTerminal(
      "/bin/sh", ["-c", "cd \"$0\" && { \(command)\n}", folder.path], environment: variables(more),
      columns: columns, rows: rows, patience: .seconds(300))
  }

  /// Starts a prompt and waits until it is ready for keys.
  func prompt(
    _ arguments: [String] = [], environment: [String: String] = [:], columns: Int = 80, rows: Int = 24
  ) throws -> PseudoTerminal {
    let terminal = try terminal(arguments, environment: environment, columns: columns, rows: rows)
    try terminal.waitForPrompt()
    return terminal
  }

  private func variables(_ more: [String: String]) -> [String: String] {
    [
      "XDG_CACHE_HOME": folder.appendingPathComponent("cache").path,
      "XDG_CONFIG_HOME": folder.appendingPathComponent("config").path,
      "XDG_STATE_HOME": folder.appendingPathComponent("state").path,
    ].merging(more) { $1 }
  }
}
