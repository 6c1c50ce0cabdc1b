// Width, cutting, wrapping and safety of text.
import Display
import Testing
import Text

@Suite("Width of text")
struct TextWidthTests {
  @Test(arguments: [
    ("", 0), ("loss", 4), ("é", 1), ("e\u{301}", 1), ("日本語", 6), ("한글", 4), ("ｱ", 1), ("Ａ", 2), ("—", 1),
    ("⣿", 1), ("🙂", 2), ("👩‍💻", 2), ("🇩🇪", 2), ("👍🏽", 2), ("1️⃣", 2), ("a\u{200B}b", 2), ("\u{1B}", 0), ("×", 1),
    ("\u{2329}\u{232A}", 4), ("\u{FE10}\u{FE19}", 4),
  ])
  func displayWidth(_ text: String, _ width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test(arguments: [
    ("learning rate", 13, "learning rate"), ("learning rate", 12, "learning ra…"),
    ("learning rate", 10, "learning…"),
    ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("ab", 1, "…"), ("ab", 0, ""), ("ab", -3, ""),
  ])
  func cut(_ text: String, _ width: Int, _ expected: String) {
    #expect(text.cut(to: width, unicode: true) == expected)
  }

  @Test func cutInASCII() {
    #expect("learning rate".cut(to: 8, unicode: false) == "learn...")
    #expect("learning".cut(to: 2, unicode: false) == "..")
    #expect("layers.11.q_proj".cutInMiddle(to: 9, unicode: true) == "laye…proj")
    #expect("layers.11.q_proj".cutInMiddle(to: 3, unicode: true) == "l…j")
    #expect("layers.11.q_proj".cutInMiddle(to: 2, unicode: true) == "l…")
    #expect("q_proj".cutInMiddle(to: 6, unicode: true) == "q_proj")
  }

  @Test func padding() {
    #expect("日".padded(to: 4) == "日  ")
    #expect("日".padded(to: 4, onLeft: true) == "  日")
    #expect("long".padded(to: 2) == "long")
  }

  @Test(arguments: [
    ("one two three", 7, ["one two", "three"]), ("one two three", 8, ["one two", "three"]),
    ("a\n\n  b c", 3, ["a", "", "  b", "c"]), ("abcdefgh ij", 3, ["abc", "def", "gh", "ij"]),
    ("a abcdef", 3, ["a", "abc", "def"]), ("日本語", 3, ["日", "本", "語"]), ("日本", 1, ["日", "本"]),
    ("ab", 0, ["a", "b"]), ("ab", -1, ["a", "b"]), ("", 5, [""]), ("  ", 5, [""]),
    ("a\r\nb\n", 5, ["a", "b", ""]),
    ("no\u{A0}break here", 8, ["no\u{A0}break", "here"]),
  ])
  func wrapped(_ text: String, _ width: Int, _ lines: [String]) {
    #expect(text.wrapped(to: width) == lines)
  }

  @Test func hangingLinesKeepToTheWidth() {
    let lines = StyledText("ab abcdefgh c").wrapped(to: 8, hanging: 3).map(\.plain)
    #expect(lines == ["ab abcde", "   fgh c"])
    #expect(StyledText("ab cd").wrapped(to: 2, hanging: 9).map(\.plain) == ["ab", " c", " d"])
  }

  @Test func stylesSurviveWrapping() {
    var text = StyledText("plain ")
    text.append("bold words", .title)
    let lines = text.wrapped(to: 10).map { $0.rendered(color: true) }
    #expect(lines == ["plain \u{1B}[1mbold\u{1B}[0m", "\u{1B}[1mwords\u{1B}[0m"])
  }

  @Test(arguments: [
    ("a\tb\u{1B}[31m\u{0}", "a\\tb\\e[31m\\0"), ("one\ntwo\r\nthree", "one two three"),
    ("\u{202E}evil", "\\u{202E}evil"), ("\u{9B}2J", "\\u{9B}2J"), ("e\u{301}×—", "e\u{301}×—"),
  ])
  func controlCharactersAreWrittenOut(_ text: String, _ expected: String) {
    #expect(text.safe(unicode: true) == expected)
  }

  @Test func asciiSpellings() {
    #expect(
      "α/√r ± 2 × 10³ — Größe 日e\u{301}".safe(unicode: false) == "alpha/sqrt r +- 2 x 10^3 - Groesse ?e")
    #expect("a\nb".safe(unicode: false, keepingLineBreaks: true) == "a\nb")
  }
}
