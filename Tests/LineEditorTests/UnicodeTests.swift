// Characters beyond ASCII, at a terminal.
import TestSupport
import Testing

@Suite struct UnicodeTests {
  @Test(arguments: [["LC_ALL": "C.UTF-8"], ["LC_ALL": "C"], ["LC_ALL": "", "LANG": ""]])
  func lettersArriveInAnyLocale(environment: [String: String]) throws {
    let terminal = try demo(environment: environment)
    try terminal.send("café = \"λ → ∞\"" + Key.enter)
    try terminal.waitForScreen("> café = \"λ → ∞\"\n= café = \"λ → ∞\"\n>")
  }

  @Test func wideCharactersTakeTwoColumns() throws {
    let terminal = try demo()
    try terminal.send("漢字x" + Key.left + Key.left + "!")
    try terminal.waitForScreen("> 漢!字x", cursor: (row: 0, column: 5))
    try terminal.send(Key.backspace + Key.backspace + Key.enter)
    try terminal.waitForScreen("> 字x\n= 字x\n>")
  }

  @Test func wideCharacterThatDoesNotFitGoesToTheNextRow() throws {
    let terminal = try demo(columns: 10)
    try terminal.send("1234567漢" + Key.metaEnter + "b" + Key.up + Key.home + "0")
    try terminal.waitForScreen("> 01234567\n漢\n. b", cursor: (row: 0, column: 3))
  }

  @Test func bytesThatAreNotUTF8AreShown() throws {
    let terminal = try demo()
    try terminal.send(bytes: [UInt8(ascii: "a"), 0xFF, UInt8(ascii: "b"), 0xC3, UInt8(ascii: "c"), 0x0D])
    try terminal.waitForScreen("> a\u{FFFD}b\u{FFFD}c\n= a\u{FFFD}b\u{FFFD}c\n>")
  }
}
