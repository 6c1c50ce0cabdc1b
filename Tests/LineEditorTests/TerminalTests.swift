// Where there is no terminal to edit on.
import Glibc
import LineEditor
import TestSupport
import Testing

@Suite struct TerminalTests {
  @Test func fileIsNoTerminal() {
    let descriptor = open("/dev/null", O_RDWR)
    defer { close(descriptor) }
    #expect(!Terminal.isTerminal(descriptor))
    #expect(Terminal.size(descriptor) == nil)
    #expect(Terminal.size(-1) == nil)
  }

  @Test(arguments: ["echo | PROGRAM", "PROGRAM | cat"])
  func editorNeedsATerminalOnBothSides(command: String) throws {
    let program = try TestProgram.path("editor-demo")
    let terminal = try PseudoTerminal(
      "/bin/sh", ["-c", command.replacing("PROGRAM", with: program)], columns: 80)
    #expect(try terminal.waitForExit() == .code(command.hasSuffix("cat") ? 0 : 1))
    #expect(
      terminal.screen.text == "no editor: lines can be edited only where input and output are a terminal")
  }
}
