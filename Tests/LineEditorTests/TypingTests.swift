// Typing, Enter and the lines of a cell, at a terminal.
import TestSupport
import Testing

@Suite struct TypingTests {
  @Test func enterRunsACompleteCell() throws {
    let terminal = try demo()
    try terminal.run("x = 1")
    try terminal.send(Key.control("d"))
    #expect(try terminal.waitForExit() == .code(0))
    #expect(
      terminal.screen.text == """
        > x = 1
        = x = 1
        >
        bye
        """)
    #expect(terminal.screen.unknown == [])
    #expect(!terminal.screen.pastesInBrackets)
  }

  @Test func enterBreaksTheLineOfAnIncompleteCell() throws {
    let terminal = try demo()
    try terminal.send("for r in [1, 2] {" + Key.enter + "show(" + Key.enter + "r)" + Key.enter)
    try terminal.waitForScreen(
      """
      > for r in [1, 2] {
      .   show(
      .     r)
      .
      """, cursor: (row: 3, column: 4))
    try terminal.send("}" + Key.enter)
    try terminal.waitForScreen(
      """
      > for r in [1, 2] {
      .   show(
      .     r)
      . }
      = for r in [1, 2] {
      =   show(
      =     r)
      = }
      >
      """)
  }

  @Test func metaEnterBreaksACompleteLineAndEnterRunsAllFromAnywhere() throws {
    let terminal = try demo()
    try terminal.send("a = 1" + Key.metaEnter + "b = 2")
    try terminal.waitForScreen("> a = 1\n. b = 2", cursor: (row: 1, column: 7))
    try terminal.send(Key.up + Key.home + Key.right + Key.enter)
    try terminal.waitForScreen("> a = 1\n. b = 2\n= a = 1\n= b = 2\n>")
  }

  @Test func controlJIsEnter() throws {
    let terminal = try demo()
    try terminal.send("f(\n1)\n")
    try terminal.waitForScreen("> f(\n.   1)\n= f(\n=   1)\n>")
  }

  @Test func cellThatMoreTextCannotMendRuns() throws {
    let terminal = try demo()
    try terminal.send("f())" + Key.enter)
    try terminal.waitForScreen("> f())\n= f())\n>")
  }

  @Test func emptyCell() throws {
    let terminal = try demo()
    try terminal.run("")
    try terminal.run("1")
    try terminal.waitForScreen(">\n=\n> 1\n= 1\n>")
  }

  @Test func arrowsMoveThroughLinesAndKeepTheColumn() throws {
    let terminal = try demo()
    try terminal.send("first line" + Key.metaEnter + "two" + Key.metaEnter + "third line")
    try terminal.waitForScreen("> first line\n. two\n. third line", cursor: (row: 2, column: 12))
    try terminal.send(Key.up)
    try terminal.waitForScreen("> first line\n. two\n. third line", cursor: (row: 1, column: 5))
    try terminal.send(Key.up)
    try terminal.waitForScreen("> first line\n. two\n. third line", cursor: (row: 0, column: 12))
    try terminal.send("!" + Key.down + Key.home + "(" + Key.end + ")" + Key.down + Key.home + "# ")
    try terminal.waitForScreen("> first line!\n. (two)\n. # third line", cursor: (row: 2, column: 4))
  }

  @Test func leftAndRightStepOverTheMark() throws {
    let terminal = try demo()
    try terminal.send("ab" + Key.metaEnter + "cd" + Key.left + Key.left)
    try terminal.waitForScreen("> ab\n. cd", cursor: (row: 1, column: 2))
    try terminal.send(Key.left)
    try terminal.waitForScreen("> ab\n. cd", cursor: (row: 0, column: 4))
    try terminal.send(Key.right)
    try terminal.waitForScreen("> ab\n. cd", cursor: (row: 1, column: 2))
    try terminal.send(Key.backspace)
    try terminal.waitForScreen("> abcd", cursor: (row: 0, column: 4))
    try terminal.send(Key.metaEnter + Key.left + Key.delete + "-")
    try terminal.waitForScreen("> ab-cd", cursor: (row: 0, column: 5))
  }

  @Test func deletingKeysWorkOnTheLine() throws {
    let terminal = try demo()
    try terminal.send("one two" + Key.metaEnter + "three four" + Key.control("w") + Key.control("y"))
    try terminal.waitForScreen("> one two\n. three four", cursor: (row: 1, column: 12))
    try terminal.send(Key.control("u"))
    try terminal.waitForScreen("> one two\n.", cursor: (row: 1, column: 2))
    try terminal.send(Key.up + Key.control("y"))
    try terminal.waitForScreen("> three fourone two\n.", cursor: (row: 0, column: 12))
    try terminal.send(Key.control("k"))
    try terminal.waitForScreen("> three four\n.", cursor: (row: 0, column: 12))
    try terminal.send(
      Key.control("k") + Key.control("y") + Key.backspace + ";" + Key.control("a") + "\u{1B}d")
    try terminal.waitForScreen(">  fourone two;", cursor: (row: 0, column: 2))
  }

  @Test func wordKeysCrossLines() throws {
    let terminal = try demo()
    try terminal.send("ab" + Key.metaEnter + "cd" + "\u{1B}b" + "\u{1B}b" + "+" + "\u{1B}f" + "\u{1B}f" + "-")
    try terminal.waitForScreen("> +ab\n. cd-", cursor: (row: 1, column: 5))
  }

  @Test func controlVAndAReturnMakeAWholeLine() throws {
    let terminal = try demo()
    try terminal.send("ab" + Key.control("v") + "\r" + "cd")
    try terminal.waitForScreen("> ab\n. cd", cursor: (row: 1, column: 4))
    try terminal.send(Key.enter)
    try terminal.waitForScreen("> ab\n. cd\n= ab\n= cd\n>")
  }

  @Test func longLineWraps() throws {
    let terminal = try demo(columns: 20)
    try terminal.send("0123456789abcdefghijklmnopqrstuvwxyz" + Key.metaEnter + "b" + Key.up + "!")
    try terminal.waitForScreen(
      "> 0!123456789abcdefg\nhijklmnopqrstuvwxyz\n. b", cursor: (row: 0, column: 4))
    try terminal.run(Key.down + "!")
    #expect(try ExpectedText.difference(terminal.screen.text, from: "wrapped-line.txt") == nil)
  }

  @Test func cellAtTheBottomOfTheScreen() throws {
    let terminal = try demo(rows: 6)
    for number in 1...4 { try terminal.run("\(number)") }
    try terminal.send("[" + Key.enter + "1," + Key.enter + "2" + Key.up + Key.up + "0,")
    try terminal.waitForScreen("= 3\n> 4\n= 4\n> [0,\n.   1,\n.   2", cursor: (row: 3, column: 5))
  }

  @Test func rightPromptGoesWithTheCell() throws {
    let terminal = try PseudoTerminal(
      TestProgram.path("editor-demo"), ["--right", "lora"], columns: 24)
    try terminal.waitForScreen(">                 lora")
    try terminal.send("abc" + Key.enter)
    try terminal.waitForScreen("> abc\n= abc\n>                 lora")
  }

  @Test func acceptedCellIsColored() throws {
    let terminal = try demo(["--color"])
    try terminal.send("f(" + Key.enter + "1)" + Key.enter)
    try terminal.waitForScreen("> f(\n.   1)\n= f(\n=   1)\n>")
    let received = String(decoding: terminal.screen.received, as: UTF8.self)
    #expect(received.contains("> \u{1B}[36mf(\u{1B}[0m\r\n. \u{1B}[36m  1)\u{1B}[0m\r\n"))
  }

  @Test func dumbTerminalGetsNoEscapes() throws {
    let terminal = try demo(["--color"], environment: ["TERM": "dumb"])
    try terminal.send("f(" + Key.enter + "1)" + Key.enter + Key.control("d"))
    #expect(try terminal.waitForExit() == .code(0))
    #expect(!terminal.screen.received.contains(0x1B))
    #expect(terminal.screen.text == "> f(\n.   1)\n= f(\n=   1)\n>\nbye")
  }
}
