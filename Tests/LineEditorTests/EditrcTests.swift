// The user's own keys.
import TestSupport
import Testing

@Suite struct EditrcTests {
  private func demo(editrc: String) throws -> PseudoTerminal {
    let home = try TemporaryFolder()
    try home.write(editrc, to: ".editrc")
    let terminal = try PseudoTerminal(TestProgram.path("editor-demo"), in: home)
    try terminal.waitForPrompt()
    return terminal
  }

  @Test func theChoiceOfEmacsKeysKeepsOurBindings() throws {
    let terminal = try demo(editrc: "bind -e\nbind ^I lab-newline\n# a comment\n")
    try terminal.send("f(" + Key.enter + "1)\tg" + Key.enter)
    try terminal.waitForScreen("> f(\n.   1)\n.   g\n= f(\n=   1)\n=   g\n>")
  }

  @Test func viKeysEditACellOfSeveralLines() throws {
    let terminal = try demo(editrc: "bind -v\n")
    try terminal.send("f(" + Key.enter + "1)")
    try terminal.waitForScreen("> f(\n  1)")
    try terminal.send(Key.escape + "k0xig" + Key.escape + "jx")
    try terminal.waitForScreen("> g(\n 1)")
    try terminal.send(Key.enter)
    try terminal.waitForScreen("> g(\n 1)\n= g(\n=  1)\n>")
  }

  @Test func aPasteIsOneCellWithViKeys() throws {
    let terminal = try demo(editrc: "bind -v\n")
    try terminal.send(Key.paste("> f(\n.   1)\n= 1\n> g()"))
    try terminal.waitForScreen("> f(\n  1)\ng()")
    // Escape is still a key of its own, alone and with keys right behind it.
    try terminal.send(Key.escape)
    try terminal.send("0xih" + Key.escape + "k")
    try terminal.waitForScreen("> h(\n  1)\ng()", cursor: (row: 0, column: 2))
    try terminal.send(Key.enter)
    try terminal.waitForScreen("> h(\n  1)\ng()\n= h(\n=   1)\n= g()\n>")
    #expect(terminal.screen.unknown == [])
  }

  @Test func aLongPasteWithViKeys() throws {
    let terminal = try demo(editrc: "bind -v\n")
    let lines = (1...200).map { "value\($0) = \($0)" }
    try terminal.send(Key.paste(lines.joined(separator: "\n")) + Key.enter)
    try terminal.wait(for: "the next prompt") { $0.text.hasSuffix("= value200 = 200\n>") }
    #expect(
      terminal.screen.transcript.hasSuffix("\n" + lines.map { "= " + $0 }.joined(separator: "\n") + "\n>"))
  }

  @Test func interruptLeavesTheSearchOfViKeys() throws {
    let terminal = try demo(editrc: "bind -v\n")
    try terminal.send("abc" + Key.escape + "/b")
    try terminal.wait(for: "/b")
    try terminal.send(Key.control("c"))
    try terminal.wait(for: "the next prompt") { $0.rows.count > 1 && $0.rows.last == ">" }
    try terminal.run("1")
  }

  @Test func linesForOtherProgramsAreLeftOut() throws {
    let terminal = try demo(editrc: "other:bind -v\neditor-demo:bind ^O lab-newline\n")
    try terminal.send("a" + Key.control("o") + "b" + Key.enter)
    try terminal.waitForScreen("> a\n. b\n= a\n= b\n>")
  }
}
