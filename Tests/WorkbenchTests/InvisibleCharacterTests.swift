// Characters that cannot be seen in a program: line ends of Windows, marks of byte order, spaces that are none.
import Interpreter
import InterpreterSupport
import Language
import Testing
import Workbench

@Suite struct InvisibleCharacterTests {
  /// What a cell shows: the text of its events.
  private static func shown(_ program: String) -> String {
    var lines: [String] = []
    Session().execute(Source(program)) { event in
      if let text = Transcript.text(event, width: MistakeTests.width) { lines.append(text) }
    }
    return lines.joined(separator: "\n")
  }

  @Test(arguments: [
    "x = 3\r\nx", "\u{FEFF}x = 3\nx", "x\u{A0}=\u{A0}3\nx", "x =\t3\nx", "x = 3\u{200B}\nx",
    "x = 3\n\u{C}\nx",
  ])
  func areSkipped(_ program: String) {
    #expect(InvisibleCharacterTests.shown(program) == "3")
  }

  @Test(arguments: [
    ("x = 3\r\nshow(zzz)\r\n", "  show(zzz)\n       ^^^"),
    ("\u{FEFF}zzz", "  \u{FEFF}zzz\n  ^^^"),
    ("\tzzz", "      zzz\n      ^^^"),
    ("\"a\"\t+\tzzz", "  \"a\" +   zzz\n          ^^^"),
    ("x = 1\u{0}", "  x = 1\\0\n       ^"),
    ("x = \u{1B}[31m", "  x = \\e[31m\n      ^"),
    ("\"漢字\" + zzz", "  \"漢字\" + zzz\n           ^^^"),
  ])
  func keepTheCaretInItsColumn(_ program: String, _ expected: String) {
    let text = InvisibleCharacterTests.shown(program)
    #expect(text.contains("\n" + expected), "\(text)")
  }

  @Test func aNullByteIsNamed() {
    #expect(
      InvisibleCharacterTests.shown("x = 1\u{0}").hasPrefix(
        "error: `\\u{0}` is not a character of the language"))
  }
}
