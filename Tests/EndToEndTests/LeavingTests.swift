// Leaving: `quit` and `exit` at the prompt, in scripts, in pipes and in notebooks.
import TestSupport
import Testing

@Suite struct LeavingTests {
  @Test(arguments: ["quit", "exit", "quit()", "exit()", "quit 0", "exit(0)"])
  func leavesThePrompt(_ word: String) throws {
    let terminal = try Bench().prompt()
    try terminal.run("6 * 7")
    try terminal.send(word + Key.enter)
    #expect(try terminal.waitForExit() == .code(0))
    #expect(!terminal.screen.pastesInBrackets)
  }

  /// From within a loop and a function, too: at once, and it says what is not run.
  @Test(arguments: [
    "for x in [1, 2] { show(x); quit }; show(\"never\")", "def f() { exit() }; f(); show(\"never\")",
    "exit; show(\"never\")",
  ])
  func leavesFromWithin(_ cell: String) throws {
    let terminal = try Bench().prompt()
    try terminal.send(cell + Key.enter)
    #expect(try terminal.waitForExit() == .code(0))
    #expect(terminal.screen.transcript.contains("left; the rest of the cell is not run"))
    #expect(!terminal.screen.transcript.split(separator: "\n").contains { $0.hasPrefix("never") })
  }

  @Test func aShellIsToldOfAFailure() throws {
    let bench = try Bench()
    #expect(try bench.run(["-c", "quit(1)"]).exit == .code(1))
    let terminal = try bench.prompt()
    try terminal.send("exit(1)" + Key.enter)
    #expect(try terminal.waitForExit() == .code(1))
  }

  /// The names that other programs have for it are answered with ours.
  @Test(arguments: [".quit", ":q", "\\q"]) func otherWordsAreAnswered(_ word: String) throws {
    let terminal = try Bench().prompt()
    let lines = try terminal.run(word)
    #expect(lines.contains("  write: quit"))
    #expect(try terminal.leave() == .code(0))
  }

  @Test func endsAScript() throws {
    let bench = try Bench()
    let result = try bench.run(script: "show(1)\nif True { quit }\nshow(2)\n")
    #expect(result.exit == .code(0))
    #expect(result.output == "1\n")
    #expect(result.errors == "left; the rest of the cell is not run\n")
    let piped = try bench.run([], input: "show(1)\nexit\n")
    #expect(piped.exit == .code(0) && piped.output == "1\n" && piped.errors == "")
  }

  /// With `-i` too: who leaves does not want a prompt.
  @Test func endsAScriptBeforeItsPrompt() throws {
    let bench = try Bench()
    try bench.write("show(1); quit\n", to: "a.rank")
    let terminal = try bench.terminal(["run", "-i", "a.rank"])
    #expect(try terminal.waitForExit() == .code(0))
  }

  @Test func endsANotebook() throws {
    let bench = try Bench()
    try bench.write(
      "```ranklab\nshow(1)\nquit\n```\n\n```ranklab\nshow(2)\n```\n\n```ranklab\nshow(3)\n```\n",
      to: "book.md")
    let result = try bench.run(["run", "book.md"])
    #expect(result.exit == .code(0))
    #expect(!result.output.contains("> show(2)"))
    #expect(result.errors == "left; the 2 cells below are not run\n")
    // Outputs below were not made, so they were not compared: that is no pass.
    let check = try bench.run(["check", "book.md"])
    #expect(check.exit == .code(2))
    #expect(check.errors.contains("book.md:2: left; the 2 cells below are not run\n"))
  }
}
