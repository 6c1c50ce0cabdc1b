// The terminal of the tests: what a wait waits for, and where a program may write.
import TestSupport
import Testing

@Suite struct PseudoTerminalTests {
  private func shell(_ script: String) throws -> PseudoTerminal {
    try PseudoTerminal("/bin/sh", ["-c", script], columns: 200)
  }

  /// Counts without going to sleep, as a program that computes.
  private let work = "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done"

  /// The text that is waited for stands there long before the rest.
  @Test func aWaitEndsWithTheLastOutput() throws {
    let terminal = try shell("echo first; \(work); echo second; \(work); echo third; read line")
    try terminal.wait(for: "first")
    #expect(terminal.screen.text == "first\nsecond\nthird")
  }

  /// A program that works in a child, and has not looked at its input yet, is not at rest either.
  @Test func aWaitEndsWithTheAnswerToTheLastKey() throws {
    let terminal = try shell(
      "while read line; do (\(work); echo \"[$line\"; \(work); echo \"$line]\"); done")
    for key in ["a", "b", "c"] {
      try terminal.send(key + Key.enter)
      try terminal.wait(for: "[\(key)")
      #expect(terminal.screen.text.hasSuffix("\(key)\n[\(key)\n\(key)]"))
    }
  }

  /// What is compared is what the last wait found.
  @Test func aGlimpseLeavesTheScreen() throws {
    let terminal = try shell("echo first; \(work); echo second; while :; do :; done")
    let moment = try terminal.glimpse("first")
    #expect(moment.hasRow(with: "first"))
    try terminal.glimpse("second")
    #expect(terminal.screen.text == "")
  }

  @Test func aProgramThatGoesOnWorkingFails() throws {
    let terminal = try shell("echo yes; while :; do :; done")
    try terminal.glimpse("yes")
    terminal.patience = .milliseconds(100)
    let error = try #require(throws: PseudoTerminalError.self) { try terminal.wait(for: "yes") }
    #expect(error.description.hasPrefix("no rest after “yes”; the screen shows:\n  | yes\n"))
  }

  /// Somebody may stop it in the midst of its output.
  @Test func aProgramStoppedFromOutsideIsNotAtRest() throws {
    let terminal = try shell("echo first; kill -STOP $$; echo second; read line")
    try terminal.glimpse("first")
    terminal.patience = .milliseconds(100)
    #expect(throws: PseudoTerminalError.self) { try terminal.wait(for: "first") }
  }

  @Test func aTerminalThatShowsSomethingElseFails() throws {
    let terminal = try shell("echo no")
    let error = try #require(throws: PseudoTerminalError.self) { try terminal.wait(for: "yes") }
    #expect(error.description.hasPrefix("no “yes”, but the program ended; the screen shows:\n  | no\n"))
    #expect(try terminal.waitForExit() == .code(0))
    #expect(throws: PseudoTerminalError.self) { try PseudoTerminal("/nonexistent") }
  }

  @Test func aProgramWhoseEndIsReachedShowsAll() throws {
    let terminal = try shell("echo yes; echo more")
    try terminal.wait(for: "yes")
    #expect(terminal.screen.text == "yes\nmore")
    #expect(try terminal.waitForExit() == .code(0))
  }

  @Test func endsOfPrograms() throws {
    #expect(try shell("exit 7").waitForExit() == .code(7))
    #expect(try shell("kill -KILL $$").waitForExit() == .signal(9))
  }

  /// Home, caches and all else that a program writes by itself are in a folder that goes with the terminal.
  @Test func eachProgramHasAFolderOfItsOwn() throws {
    var terminal: PseudoTerminal? = try shell(
      "pwd; for v in HOME TMPDIR XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME; do "
        + "eval echo \\$$v; done; echo text >file; test -e $HOME/file && echo written")
    let folder = try #require(terminal?.folder.path)
    #expect(try terminal?.waitForExit() == .code(0))
    let rows = try #require(terminal?.screen.text.split(separator: "\n").map(String.init))
    let names = ["", "", "", "/cache", "/config", "/data", "/state"]
    #expect(rows == names.map { folder + $0 } + ["written"])
    terminal = nil
    #expect(try shell("test -e \(folder)").waitForExit() == .code(1))
  }
}
