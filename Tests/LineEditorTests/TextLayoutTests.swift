// Rows on the screen.
import LineEditor
import Testing

@Suite struct TextLayoutTests {
  private func layout(_ text: String, _ cursor: Int, columns: Int = 10) -> [Int] {
    let layout = TextLayout(
      prompt: [">", " "], shown: Draft(text: Array(text.unicodeScalars), cursor: cursor), columns: columns)
    return [layout.rows, layout.cursorRow]
  }

  @Test func rowsAreCountedAsTheyAreDrawn() {
    #expect(layout("", 0) == [1, 0])
    #expect(layout("1234567", 7) == [1, 0])
    #expect(layout("12345678", 8) == [2, 1])
    #expect(layout("a\nb\nc", 2) == [3, 1])
    #expect(layout("1234567漢", 7) == [2, 0])
    #expect(layout("\t\t", 2) == [2, 1])
    #expect(layout("abc", 3, columns: 0) == [6, 5])
  }
}
