// How diagnostics are drawn: carets, windows, several places, colours, narrow and ASCII screens.
import Language
import Testing

@Suite struct RenderingTests {
  private func diagnostic(
    _ text: String, _ span: Span, label: String = "here", name: String? = nil, firstLine: Int = 1
  ) -> Diagnostic {
    Diagnostic("it is wrong", at: span, label: label, source: Source(text, name: name, firstLine: firstLine))
  }

  @Test func anExampleOfTheDesign() {
    let diagnostic = Diagnostic(
      "no value is named `tsak`", at: Span(9, 13), label: "did you mean `task`?",
      source: Source("train(m, tsak)"))
    #expect(
      diagnostic.rendered() == """
        error: no value is named `tsak`
          train(m, tsak)
                   ^^^^ did you mean `task`?
        """)
  }

  @Test func filesShowNameLineAndColumn() {
    #expect(
      diagnostic("x = 1\né = b", Span(11, 12), name: "tutorials/x.md", firstLine: 12).rendered() == """
        error: it is wrong
          --> tutorials/x.md:13:5
          é = b
              ^ here
        """)
  }

  @Test func withoutAPlace() {
    let diagnostic = Diagnostic(
      "the file cannot be read", label: "it is a folder", body: "Give a file.", level: .warning)
    #expect(
      diagnostic.rendered() == """
        warning: the file cannot be read
          it is a folder
          Give a file.
        """)
  }

  @Test func bodyIsWrappedAndFixIsIndented() {
    var diagnostic = diagnostic("x = 1", Span(0, 1), label: "")
    diagnostic.body = "One two three four five six seven eight nine ten."
    diagnostic.fix = "for x in y {\n  show(x)\n}"
    #expect(
      diagnostic.rendered(width: 30) == """
        error: it is wrong
          x = 1
          ^
          One two three four five six
          seven eight nine ten.
          write: for x in y {
                   show(x)
                 }
        """)
  }

  @Test func placesInLineOrder() {
    var diagnostic = diagnostic("a = (\nb = 1, c\nd", Span(10, 11), label: "main")
    diagnostic.others = [
      Diagnostic.Label(Span(15, 16), "after"), Diagnostic.Label(Span(4, 5), "before"),
      Diagnostic.Label(Span(6, 7), "same line"),
    ]
    #expect(
      diagnostic.rendered() == """
        error: it is wrong
          a = (
              - before
          b = 1, c
              ^ main
          - same line
          d
          - after
        """)
  }

  /// Wide, combining and control characters and tabs take the columns that the terminal gives them.
  @Test(arguments: [
    ("漢字 = x", Span(9, 10), "  漢字 = x\n         ^ here"),
    ("漢字 = x", Span(0, 6), "  漢字 = x\n  ^^^^ here"),
    ("e\u{301} = x", Span(6, 7), "  e\u{301} = x\n      ^ here"),
    ("'👩‍🔬' x", Span(14, 15), "  '👩‍🔬' x\n       ^ here"),
    ("\tx = y", Span(5, 6), "      x = y\n          ^ here"),
    ("ab\tx", Span(3, 4), "  ab  x\n      ^ here"),
    ("a\u{1B}b x", Span(4, 5), "  a\\eb x\n       ^ here"),
    ("'\u{202E}' x", Span(6, 7), "  '\\u{202E}' x\n             ^ here"),
    ("a\u{9B}2J x", Span(6, 7), "  a\\u{9B}2J x\n            ^ here"),
    ("f(\na,\nb)\r\nc", Span(0, 8), "  f(\n  ^^ here"),
    ("x = 1\r\ny", Span(0, 5), "  x = 1\n  ^^^^^ here"),
    ("x =", Span(3, 3), "  x =\n     ^ here"),
    ("x\n", Span(2, 2), "  \n  ^ here"),
    ("", Span(0, 0), "  \n  ^ here"),
    ("x", Span(5, 9), "  x\n   ^ here"),
    ("x", Span(-3, -1), "  x\n  ^ here"),
  ])
  func carets(text: String, span: Span, expected: String) {
    #expect(diagnostic(text, span).rendered() == "error: it is wrong\n" + expected)
  }

  @Test func longLinesAreCut() {
    let text = (0..<30).map { "word\($0)" }.joined(separator: " ") + " end"
    #expect(
      diagnostic(text, Span(100, 106)).rendered(width: 40) == """
        error: it is wrong
          …ord13 word14 word15 word16 word17 wo…
                             ^^^^^^ here
        """)
    let end = Span(text.utf8.count - 3, text.utf8.count)
    #expect(
      diagnostic(text, end, label: "a label that does not fit behind it").rendered(width: 40) == """
        error: it is wrong
          …rd25 word26 word27 word28 word29 end
                                            ^^^
          a label that does not fit behind it
        """)
    #expect(
      diagnostic(text, Span(0, 5)).rendered(unicode: false, width: 40) == """
        error: it is wrong
          word0 word1 word2 word3 word4 wo...
          ^^^^^ here
        """)
  }

  @Test func asciiScreens() {
    var diagnostic = diagnostic("漢 = «x» …", Span(8, 9))
    diagnostic.fix = "é → e"
    #expect(
      diagnostic.rendered(unicode: false) == """
        error: it is wrong
          ?? = ?x? ...
                ^ here
          write: ? ? e
        """)
  }

  @Test func colours() {
    #expect(
      diagnostic("x = y", Span(4, 5), name: "a").rendered(color: true)
        == "\u{1B}[1;31merror:\u{1B}[0m it is wrong\n\u{1B}[2m  --> \u{1B}[0ma:1:5\n  x = y\n"
        + "      \u{1B}[1;31m^ here\u{1B}[0m")
  }
}
