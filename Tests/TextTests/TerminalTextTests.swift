// The gate to a terminal: what passes, and in what form.
import Testing
import Text

@Suite struct TerminalTextTests {
  /// What a terminal must never get out of a text: orders to it, and signs that turn text round.
  private static let hostile =
    "a\u{1B}]52;c;aGFjaw==\u{7}b\u{1B}]0;t\u{9C}c\u{9B}2Jd\u{1B}[8me\u{7F}f\u{202E}g\u{2066}h\u{200F}i\u{61C}j\u{0}k\tl\rm"

  @Test func controlCharactersAreWrittenOut() {
    #expect(
      TerminalText(Self.hostile).string
        == #"a\e]52;c;aGFjaw==\u{7}b\e]0;t\u{9C}c\u{9B}2Jd\e[8me\u{7F}f\u{202E}g\u{2066}h\u{200F}i\u{61C}j\0k\tl"#
        + "\nm")
  }

  @Test func allThatIsUnsafeIsWrittenOut() {
    for value in UInt32(0)...0x3000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      for unicode in [true, false] {
        let text = TerminalText("a\(Character(scalar))b", unicode: unicode).string
        #expect(text.unicodeScalars.allSatisfy { !$0.isUnsafe || $0 == "\n" }, "\(value)")
        #expect(unicode || text.utf8.allSatisfy { $0 == 0x0A || $0 >= 0x20 && $0 < 0x7F }, "\(value)")
      }
    }
  }

  @Test(arguments: [
    ("", ""), ("a", "<a>"), ("a\nb", "<a>\n<b>"), ("a\n\nb\n", "<a>\n\n<b>\n"), ("\u{1B}[0ma", "<\\e[0ma>"),
  ])
  func coloursStandOnEachLine(text: String, expected: String) {
    let colored = TerminalText(text).colored("1;31").string
    #expect(
      colored.replacing("\u{1B}[1;31m", with: "<").replacing("\u{1B}[0m", with: ">") == expected)
  }

  @Test func partsAreJoinedAsTheyAre() {
    let text = [TerminalText("a").colored("2"), TerminalText("b\u{7}")].joined(separator: "\n")
    #expect(text.string == "\u{1B}[2ma\u{1B}[0m\nb\\u{7}")
    #expect(
      text.indented(by: TerminalText("> "), then: TerminalText(". ")).string
        == "> \u{1B}[2ma\u{1B}[0m\n. b\\u{7}")
    #expect([TerminalText]().joined(separator: ", ").isEmpty)
  }

  @Test(arguments: [
    ("\tx", "    x"), ("a\tb\n\tc", "a   b\n    c"), ("漢\tx", "漢  x"), ("a\u{1B}b", "a\\eb"),
    ("abcd\te", "abcd    e"),
  ])
  func tabsOfCodeAreWidened(text: String, expected: String) {
    #expect(text.safeCode(unicode: true) == expected)
  }

  @Test func ordersAreWhatATerminalKnows() {
    #expect(
      [
        TerminalOrder.lineStart, .up(3), .up(0), .nextRow, .feed(2), .eraseBelow, .marksPastes(true),
        .marksPastes(false),
      ]
      .map(\.string)
        == ["\r", "\u{1B}[3A", "", "\r\n", "\n\n", "\u{1B}[J", "\u{1B}[?2004h", "\u{1B}[?2004l"])
  }

  @Test func namesAreWrittenOutOnOneLine() {
    #expect(inBackquotes("a\u{1B}]0;x\u{7}\nb\u{202E}\u{AD}") == #"`a\e]0;x\u{7}\nb\u{202E}\u{AD}`"#)
    #expect(asSentence("make room") == "Make room.")
    #expect(asSentence("`x` is there") == "`x` is there.")
    #expect(asSentence("") == "")
  }
}
