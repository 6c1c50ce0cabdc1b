// What a cell may hold while it is edited, and how it is pictured.
import LineEditor
import Testing

@Suite struct EnteredTextTests {
  @Test(arguments: [
    ("a\u{1B}\u{7}b", "a\u{1B}\u{7}b"), ("a\u{9B}b", "a\u{FFFD}b"),
    ("\u{202E}x\u{2066}", "\u{FFFD}x\u{FFFD}"),
    ("\u{200F}\u{61C}\u{2028}", "\u{FFFD}\u{FFFD}\u{FFFD}"), ("é漢😀e\u{301}\n\t", "é漢😀e\u{301}\n\t"),
  ])
  func whatWouldReachTheTerminalIsReplaced(text: String, expected: String) {
    #expect(text.entered == expected)
  }

  @Test(arguments: [
    ("a\u{1B}]0;t\u{7}", "a^[]0;t^G"), ("\u{0}\u{1F}\u{7F}", "^@^_^?"), ("x = 1\ny", "x = 1\ny"),
    ("a\tb", "a     b"), ("a\n\tb", "a\n      b"), ("ab\u{1}\tx", "ab^A  x"),
  ])
  func controlCharactersArePictured(text: String, expected: String) {
    #expect(text.pictured(indent: (2, 2)) == expected)
  }
}
