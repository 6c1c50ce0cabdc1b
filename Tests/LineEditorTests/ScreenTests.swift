// The screen that the terminal tests look at, and their expectations in files.
import TestSupport
import Testing

@Suite struct ScreenTests {
  private func screen(_ output: String, columns: Int = 8, rows: Int = 3) -> Screen {
    var screen = Screen(columns: columns, rows: rows)
    screen.receive(Array(output.utf8))
    return screen
  }

  @Test func textWrapsAfterTheLastColumn() {
    #expect(screen("12345678").row == 0)
    #expect(screen("123456789").rows == ["12345678", "9"])
    #expect(screen("12345678\r\nx").rows == ["12345678", "x"])
    #expect(screen("1234567漢").rows == ["1234567", "漢"])
  }

  @Test func screenScrolls() {
    let scrolled = screen("1\r\n2\r\n3\r\n4")
    #expect(scrolled.rows == ["2", "3", "4"])
    #expect(scrolled.transcript == "1\n2\n3\n4")
  }

  @Test func cursorMoves() {
    #expect(screen("abc\u{1B}[2Dx\u{1B}[By\u{1B}[Az\u{1B}[2Cw").rows == ["axcz  w", "  y"])
    #expect(screen("abc\rx\u{8}\u{1B}[Cy\tz").rows == ["xyc    z"])
    #expect(screen("\u{1B}[2;3Hx\u{1B}[Hy").rows == ["y", "  x"])
  }

  @Test func textIsErased() {
    #expect(screen("abcdef\u{1B}[3D\u{1B}[K").rows == ["abc"])
    #expect(screen("abcdef\u{1B}[3D\u{1B}[1K").rows == ["    ef"])
    #expect(screen("a\r\nb\r\nc\u{1B}[A\u{1B}[J").rows == ["a", "b"])
    #expect(screen("a\r\nb\u{1B}[2J").rows == [])
  }

  @Test func textIsInsertedAndDeleted() {
    #expect(screen("abcd\r\u{1B}[2@x").rows == ["x abcd"])
    #expect(screen("abcd\r\u{1B}[2P").rows == ["cd"])
    #expect(screen("a\r\nb\u{1B}[A\u{1B}[L").rows == ["", "a", "b"])
    #expect(screen("a\r\nb\u{1B}[A\u{1B}[M").rows == ["b"])
    #expect(screen("ab\r\u{1B}[4hxy\u{1B}[4l\u{1B}[31mz").rows == ["xyzb"])
  }

  @Test func charactersOfSeveralBytesArriveInPieces() {
    var screen = Screen(columns: 8, rows: 1)
    for byte in Array("é漢e\u{301}".utf8) { screen.receive([byte]) }
    #expect(screen.rows == ["é漢é"])
    #expect(screen.column == 4)
  }

  @Test func unknownEscapesAreReported() {
    #expect(screen("\u{1B}[5n\u{1B}Q").unknown == ["[5n", "Q"])
    #expect(screen("\u{1B}[?2004h").pastesInBrackets)
  }

  @Test func expectationsAreWrittenAndCompared() throws {
    let folder = try TemporaryFolder()
    let source = folder.path + "/Some.swift"
    func difference(_ text: String, isUpdating: Bool = false) throws -> String? {
      try ExpectedText.difference(text, from: "a.txt", source: source, isUpdating: isUpdating)
    }
    #expect(try difference("x") == "no expectation a.txt; the text is:\nx\n")
    #expect(try difference("a\nb2\nc\nd", isUpdating: true) == nil)
    #expect(try difference("a\nb2\nc\nd\n") == nil)
    #expect(
      try difference("a\nb\nd\ne") == """
        a.txt:
          a
        - b2
        - c
        + b
          d
        + e
        """)
  }
}
