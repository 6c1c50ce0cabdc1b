// Signals, jobs and the terminal's modes.
import Glibc
import TestSupport
import Testing

@Suite struct SignalTests {
  @Test func interruptAtThePromptKeepsTheLineVisible() throws {
    let terminal = try demo()
    try terminal.send("f(" + Key.enter + "abc" + Key.up)
    try terminal.waitForScreen("> f(\n.   abc", cursor: (row: 0, column: 4))
    try terminal.send(Key.control("c"))
    try terminal.waitForScreen("> f(\n.   abc^C\n>", cursor: (row: 2, column: 2))
    try terminal.run("1")
    try terminal.waitForScreen("> f(\n.   abc^C\n> 1\n= 1\n>")
  }

  @Test func interruptAfterALoneEscape() throws {
    let terminal = try demo()
    try terminal.send("ab")
    try terminal.waitForScreen("> ab")
    try terminal.send(Key.escape)
    try terminal.send(Key.control("c"))
    try terminal.waitForScreen("> ab^C\n>")
  }

  @Test func manyInterruptsAtThePromptEndNothing() throws {
    let terminal = try demo()
    for count in 1...5 {
      try terminal.send(Key.control("c"))
      try terminal.wait(for: "prompt \(count)") {
        $0.rows.filter { $0 == "> ^C" }.count == count && $0.column == 2
      }
    }
    try terminal.send("1" + Key.enter)
    try terminal.wait(for: "= 1")
  }

  @Test func interruptStopsTheJob() throws {
    let terminal = try demo()
    try terminal.send("job" + Key.enter)
    try terminal.glimpse("job runs")
    try terminal.send(Key.control("c"))
    try terminal.wait(for: "job stopped by 1")
    try terminal.send("1" + Key.enter)
    try terminal.wait(for: "= 1")
  }

  /// What is on its way to the screen when the key comes arrives all the same.
  @Test func interruptDropsNothingOfTheOutput() throws {
    let terminal = try demo()
    try terminal.send("flood" + Key.enter)
    try terminal.glimpse("1000")
    try terminal.send(Key.control("c"))
    try terminal.wait(for: "lines")
    let lines = terminal.screen.transcript.split(separator: "\n").dropFirst().dropLast(2)
    #expect(lines.count >= 1000)
    #expect(zip(lines, 1...).first { $0 != "\($1)" } == nil)
    #expect(terminal.screen.rows.suffix(2) == ["flood of \(lines.count) lines", ">"])
  }

  @Test func interruptDropsWhatWasTypedAhead() throws {
    let terminal = try demo()
    try terminal.send("job" + Key.enter)
    try terminal.glimpse("job runs")
    try terminal.send("x = 1" + Key.enter)
    try terminal.send(Key.control("c"))
    try terminal.waitForScreen("> job\njob runs\njob stopped by 1\n>")
  }

  @Test func typeAheadWaitsForThePrompt() throws {
    let terminal = try demo()
    try terminal.send("listen" + Key.enter)
    try terminal.glimpse("job runs")
    try terminal.send("x = 1" + Key.enter)
    try terminal.waitForScreen("> listen\njob runs\na line waits\n> x = 1\n= x = 1\n>")
  }

  @Test func resizeWhileTyping() throws {
    let terminal = try demo(columns: 30)
    try terminal.run("1")
    try terminal.send("f(" + Key.enter + "0123456789")
    try terminal.waitForScreen("> 1\n= 1\n> f(\n.   0123456789")
    try terminal.resize(columns: 40, rows: 12)
    try terminal.send("0123456789abcdef" + Key.enter)
    try terminal.waitForScreen(
      "> 1\n= 1\n> f(\n.   01234567890123456789abcdef\n.", cursor: (row: 4, column: 4))
    try terminal.resize(columns: 50, rows: 12)
    try terminal.run("0)")
    #expect(
      terminal.screen.rows == [
        "> 1", "= 1", "> f(", ".   01234567890123456789abcdef", ".   0)", "= f(",
        "=   01234567890123456789abcdef", "=   0)", ">",
      ])
  }

  @Test func terminationRestoresTheTerminal() throws {
    let program = try TestProgram.path("editor-demo")
    let modes = "stty -a | grep -o ' -\\?icanon\\| -\\?echo '"
    let script = "\(modes); \(program); echo code $?; \(modes)"
    let terminal = try PseudoTerminal("/bin/sh", ["-c", script])
    try terminal.waitForPrompt()
    try terminal.send("pid" + Key.enter)
    try terminal.wait(for: "the process") { $0.rows.contains { $0.hasPrefix("pid ") && $0.hasSuffix(".") } }
    let row = try #require(terminal.screen.rows.first { $0.hasPrefix("pid ") })
    let process = try #require(pid_t(row.dropFirst(4).dropLast()))
    try terminal.send("f(" + Key.enter)
    try terminal.wait(for: ".   ") { $0.rows.last == "." }
    kill(process, SIGTERM)
    #expect(try terminal.waitForExit() == .code(0))
    #expect(terminal.screen.rows.contains("code 143"))
    #expect(terminal.screen.rows.prefix(2) == terminal.screen.rows.suffix(2))
    #expect(!terminal.screen.pastesInBrackets)
  }

  @Test func terminationStopsTheJobFirst() throws {
    let terminal = try demo()
    try terminal.send("job" + Key.enter)
    try terminal.glimpse("job runs")
    kill(terminal.process, SIGTERM)
    #expect(try terminal.waitForExit() == .code(143))
    #expect(terminal.screen.text == "> job\njob runs\njob stopped by 0")
  }

  @Test func hangUpEnds() throws {
    let terminal = try demo()
    kill(terminal.process, SIGHUP)
    #expect(try terminal.waitForExit() == .code(143))
  }

  @Test func thirdInterruptEndsAStuckJob() throws {
    let terminal = try demo()
    try terminal.send("stuck" + Key.enter)
    try terminal.glimpse("job runs")
    for count in 1...2 {
      try terminal.send(Key.control("c"))
      try terminal.glimpse("interrupts: \(count)")
    }
    try terminal.send(Key.control("c"))
    #expect(try terminal.waitForExit() == .code(130))
  }

  @Test func stopAndContinue() throws {
    let program = try TestProgram.path("editor-demo")
    let terminal = try PseudoTerminal(
      "/bin/bash", ["--norc", "--noprofile", "--noediting", "-i"], environment: ["PS1": "$ "])
    try terminal.wait(for: "$")
    try terminal.send(program + Key.enter)
    try terminal.waitForPrompt()
    try terminal.send("abc")
    try terminal.wait(for: "> abc")
    try terminal.send(Key.control("z"))
    try terminal.wait(for: "Stopped")
    try terminal.send("fg" + Key.enter)
    try terminal.wait(for: "the prompt again") {
      $0.rows.last == "> abc" && $0.pastesInBrackets && $0.column == 5
    }
    try terminal.run("d" + Key.left + Key.left + "!")
    #expect(terminal.screen.rows.suffix(3) == ["> ab!cd", "= ab!cd", ">"])
  }

  @Test func inputTypedAfterQuitIsKept() throws {
    let program = try TestProgram.path("editor-demo")
    let terminal = try PseudoTerminal("/bin/sh", ["-c", "\(program); read line; echo \"got $line\""])
    try terminal.waitForPrompt()
    try terminal.send("quit" + Key.enter + "later" + Key.enter)
    #expect(try terminal.waitForExit() == .code(0))
    #expect(terminal.screen.rows.contains("got later"))
  }
}
