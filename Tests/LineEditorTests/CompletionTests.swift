// The completion key, at a terminal.
import TestSupport
import Testing

@Suite struct CompletionTests {
  @Test func onlyCandidateIsTakenWithItsSuffix() throws {
    let terminal = try demo()
    try terminal.send("m = at\t")
    try terminal.waitForScreen("> m = attach(")
    try terminal.send("b\t, s" + "e\t" + "1)" + Key.enter)
    try terminal.waitForScreen("> m = attach(base, seed=1)\n= m = attach(base, seed=1)\n>")
  }

  @Test func suffixIsNotDoubled() throws {
    let terminal = try demo()
    try terminal.send("(x)" + Key.home + "at\t")
    try terminal.waitForScreen("> attach(x)", cursor: (row: 0, column: 8))
  }

  @Test func commonBeginningIsTakenThenTheListShown() throws {
    let terminal = try demo()
    try terminal.send("sc\t")
    try terminal.waitForScreen("> scaling")
    try terminal.send("\t")
    try terminal.waitForScreen(
      """
      > scaling
        scaling        command  Show or choose the scaling mode
        scaling_table  command  The multiplier of each rank in...
      > scaling
      """, cursor: (row: 3, column: 9))
    try terminal.send("_\t" + "1)" + Key.enter)
    try terminal.wait(for: "= scaling_table(1)")
  }

  @Test func listInALaterLineOfACell() throws {
    let terminal = try demo()
    try terminal.send("f(" + Key.enter + "sc\t" + Key.metaEnter + "end" + Key.up + Key.end + "\t")
    try terminal.wait(for: "the list") { $0.rows.count == 8 && $0.row == 6 && $0.column == 11 }
    #expect(try ExpectedText.difference(terminal.screen.text, from: "list-in-a-cell.txt") == nil)
  }

  @Test func listThatDoesNotFitIsCut() throws {
    let terminal = try demo(columns: 30, rows: 8)
    try terminal.send("\t")
    try terminal.waitForScreen(
      """
      >
        attach   command  Add an...
        base     value    A tran...
        compare  command  Train ...
        plot     command  Draw a...
        scaling  command  Show o...
        and 5 more: Tab shows them
      >
      """)
  }

  /// Each further Tab shows what had no room, and after the last the first again.
  @Test func furtherTabsShowTheRest() throws {
    let terminal = try demo(columns: 40, rows: 8)
    try terminal.send("\t")
    try terminal.wait(for: "and 5 more: Tab shows them")
    let first = terminal.screen.text
    try terminal.send("\t")
    try terminal.wait(for: "the second page") { screen in
      screen.rows.last == ">" && screen.rows.contains { $0.hasPrefix("  train") }
    }
    try terminal.send("\t")
    try terminal.waitForScreen(first)
    try terminal.send("sc\t\t")
    try terminal.wait(for: "a list of its own") { screen in
      screen.rows.contains { $0.hasPrefix("  scaling_table") } && screen.rows.last == "> scaling"
    }
  }

  @Test func tabIndentsAtTheBeginningOfALine() throws {
    let terminal = try demo()
    try terminal.send("a" + Key.metaEnter + "\tb")
    try terminal.waitForScreen("> a\n.   b")
  }

  @Test func umlautsCount() throws {
    let terminal = try demo()
    try terminal.send("x=\"é漢\" + gr\t" + "!")
    try terminal.waitForScreen("> x=\"é漢\" + größe!")
  }
}
