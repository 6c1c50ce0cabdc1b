// Cells that are taller than the screen.
import TestSupport
import Testing

@Suite struct TallCellTests {
  private let pasted = (1...12).map { "line \($0)" }.joined(separator: "\n")

  @Test func theCursorScrollsTheLines() throws {
    let terminal = try demo(rows: 6)
    try terminal.send(Key.paste(pasted))
    let end = ". line 8\n. line 9\n. line 10\n. line 11\n. line 12"
    try terminal.wait(for: "the end") { $0.text.hasSuffix(end) && $0.column == 9 }
    try terminal.send(Key.up + Key.up + Key.up + Key.up)
    try terminal.wait(for: "line 8") { $0.text.hasSuffix(end) && $0.cursorRow == ". line 8" }
    try terminal.send(Key.up + Key.up + Key.up)
    let middle = ". line 5\n. line 6\n. line 7\n. line 8\n. line 9"
    try terminal.wait(for: "line 5") { $0.text.hasSuffix(middle) && $0.cursorRow == ". line 5" }
    try terminal.send("!" + Key.home + Key.left + "?")
    let edited = ". line 4?\n. line 5!\n. line 6\n. line 7\n. line 8"
    try terminal.wait(for: "line 4?") { $0.text.hasSuffix(edited) && $0.cursorRow == ". line 4?" }
    try terminal.send(Key.up + Key.up + Key.up + Key.home + "# ")
    let start = "> # line 1\n. line 2\n. line 3\n. line 4?\n. line 5!"
    try terminal.wait(for: "line 1") { $0.text.hasSuffix(start) && $0.cursorRow == "> # line 1" }
    try terminal.run("")
    let cell = pasted.replacing("line 1\n", with: "# line 1\n").replacing("4", with: "4?").replacing(
      "5", with: "5!")
    let lines = cell.split(separator: "\n")
    #expect(
      terminal.screen.transcript.hasSuffix(
        "> " + lines.joined(separator: "\n. ") + "\n" + lines.map { "= " + $0 }.joined(separator: "\n")
          + "\n>"))
    #expect(terminal.screen.unknown == [])
  }

  @Test func typingPastTheLastRowScrolls() throws {
    let terminal = try demo(columns: 12, rows: 4)
    try terminal.send("a" + Key.metaEnter + "b" + Key.metaEnter + "0123456789012345")
    try terminal.wait(for: "the last line") { $0.text.hasSuffix(". b\n. 0123456789\n012345") }
    try terminal.send("6789012345")
    try terminal.wait(for: "the last line alone") { $0.text.hasSuffix(". 0123456789\n012345678901\n2345") }
    try terminal.send(Key.enter)
    try terminal.wait(for: "= 0123456789")
    try terminal.waitForPrompt()
    #expect(
      terminal.screen.transcript.contains(
        "> a\n. b\n. 0123456789\n012345678901\n2345\n= a\n= b\n= 0123456789"))
  }

  @Test func listLeavesRoomForTheCell() throws {
    let terminal = try demo(rows: 9)
    try terminal.send(Key.paste(pasted) + Key.metaEnter + "sc\t\t")
    let list = "  scaling        command  Show or choose the scaling mode\n"
    try terminal.wait(for: "the list") {
      $0.text.contains(list) && $0.rows.last == ". scaling" && $0.column == 9
    }
    #expect(terminal.screen.rows.suffix(4) == [". line 10", ". line 11", ". line 12", ". scaling"])
    try terminal.send(Key.up)
    try terminal.wait(for: "line 12") { $0.cursorRow == ". line 12" }
  }

  @Test func searchFindsATallCell() throws {
    let terminal = try demo(rows: 6)
    try terminal.run(Key.paste(pasted))
    try terminal.run("short")
    try terminal.send(Key.paste(pasted.replacing("line", with: "other")))
    try terminal.wait(for: ". other 12")
    try terminal.send(Key.control("r") + "line 1")
    try terminal.wait(for: "bck:line 1")
    try terminal.send(Key.escape + Key.up + Key.down)
    try terminal.wait(for: "the found cell") { !$0.text.contains("bck") && !$0.text.contains("other") }
    try terminal.run("")
    #expect(terminal.screen.text.hasSuffix("= line 9\n= line 10\n= line 11\n= line 12\n>"))
  }
}
