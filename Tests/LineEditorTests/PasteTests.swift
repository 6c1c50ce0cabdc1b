// Pasting, at a terminal.
import TestSupport
import Testing

@Suite struct PasteTests {
  @Test func twoHundredLinesAreOneCell() throws {
    let terminal = try demo(columns: 80, rows: 10)
    let lines = (1...200).map { "value\($0) = attach(base,\tr=\($0)) # a comment that makes it longer" }
    try terminal.send(Key.paste(lines.joined(separator: "\n")))
    try terminal.wait(for: "value200")
    try terminal.run("")
    let expected =
      lines.enumerated().map { ($0 == 0 ? "> " : ". ") + $1 } + lines.map { "= " + $0 } + [">"]
    #expect(terminal.screen.transcript == expected.map(expandingTab).joined(separator: "\n"))
    #expect(terminal.screen.unknown == [])
  }

  private func expandingTab(_ line: String) -> String {
    guard let tab = line.firstIndex(of: "\t") else { return line }
    let column = line.distance(from: line.startIndex, to: tab)
    return line.replacing("\t", with: String(repeating: " ", count: 8 - column % 8))
  }

  @Test func pasteDoesNotRunAndLosesItsLastNewline() throws {
    let terminal = try demo()
    try terminal.send(Key.paste("a = 1\nb = 2\n"))
    try terminal.waitForScreen("> a = 1\n. b = 2", cursor: (row: 1, column: 7))
    try terminal.send(Key.up + Key.home + Key.paste("0\n"))
    try terminal.waitForScreen("> 0a = 1\n. b = 2", cursor: (row: 0, column: 3))
  }

  @Test func transcriptLosesPromptsAndOutput() throws {
    let terminal = try demo()
    try terminal.send(Key.paste("> f(\n.   1)\n= 2\n> g()\n= 3\n") + Key.enter)
    try terminal.waitForScreen("> f(\n.   1)\n. g()\n= f(\n=   1)\n= g()\n>")
  }

  @Test func tabInAPasteIsATab() throws {
    let terminal = try demo()
    try terminal.send(Key.paste("if {\n\tatt\n}") + Key.enter)
    try terminal.waitForScreen("> if {\n.       att\n. }\n= if {\n=       att\n= }\n>")
  }

  /// The terminal drops what the program has not read when the interrupt key comes, so how much of the
  /// paste arrives is open.
  @Test func interruptEndsAPasteWithoutEnd() throws {
    let terminal = try demo()
    try terminal.send("\u{1B}[200~abc")
    try terminal.send(Key.control("c"))
    try terminal.wait(for: "next prompt") { $0.rows.count == 2 && $0.rows.last == ">" }
    #expect(terminal.screen.rows[0].hasSuffix("^C"))
    try terminal.run("1")
  }
}
