// Where parts run the program: a folder, limits, time, and signals.
import Foundation
package import Glibc
package import TestSupport

/// A folder of a part's own, and the program in it off a terminal. For one at a terminal: `PseudoTerminal(program, …, in: folder)`.
package final class BreakBench {
  /// The path of `ranklab`.
  package let program: String
  /// Home, cache and working folder of each program that is run here.
  package let folder: TemporaryFolder
  /// What `..` means there: nothing of anybody else's is in it.
  private let above: TemporaryFolder

  package init(program: String, folder above: TemporaryFolder) throws {
    self.program = program
    self.above = above
    folder = try TemporaryFolder(at: above.url.appendingPathComponent("work"))
  }

  /// How a program ended and what it wrote. `exit` is nil where it did not end in time; it was killed then.
  package struct Result {
    package var exit: PseudoTerminal.Exit?
    package var output: [UInt8]
    package var errors: [UInt8]

    package var words: String { String(decoding: output + errors, as: UTF8.self) }
  }

  /// Leaves the folder empty.
  package func clear() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      try FileManager.default.removeItem(atPath: "\(folder.path)/\(name)")
    }
  }

  /// Runs the program in the folder.
  ///
  /// - Parameters:
  ///   - input: what it reads from a pipe; nil for an empty standard input.
  ///   - limits: commands of the shell before the program: `ulimit -f 20`, `trap '' XFSZ`.
  ///   - seconds: after which it is killed.
  ///   - meanwhile: is called once it was started, with its process, to send it signals.
  package func run(
    _ arguments: [String], input: [UInt8]? = nil, limits: String = "", environment: [String: String] = [:],
    seconds: Int = 60, meanwhile: (pid_t) throws -> Void = { _ in }
  ) throws -> Result {
    if let input { try folder.write(bytes: input, to: ".input") }
    let source = input == nil ? "/dev/null" : ".input"
    // The shell opens its files before a limit holds.
    let start = "exec <\(source) >.output 2>.errors; \(limits.isEmpty ? ":" : limits); exec \"$@\""
    let terminal = try PseudoTerminal(
      "/bin/sh", ["-c", start, "sh", program] + arguments, in: folder, environment: environment,
      patience: .seconds(seconds))
    try meanwhile(terminal.process)
    // Waiting in vain is the one error here; the program is killed as the terminal goes.
    let exit = try? terminal.waitForExit()
    return Result(exit: exit, output: bytes(".output"), errors: bytes(".errors"))
  }

  private func bytes(_ name: String) -> [UInt8] {
    FileManager.default.contents(atPath: "\(folder.path)/\(name)").map { Array($0) } ?? []
  }
}
