// Marks in the buffer.
import LineEditor
import Testing

@Suite struct ContinuationMarkTests {
  private let mark = ContinuationMark(scalars: [".", " "])

  private func shown(_ text: String, _ cursor: Int) -> Draft {
    Draft(text: Array(text.unicodeScalars), cursor: cursor)
  }

  @Test func marksComeAndGo() {
    for text in ["", "a", "a\nb", "a\n\n", "\n", ". \n. ", "é\n漢"] {
      let length = text.unicodeScalars.count
      for cursor in 0...length {
        let draft = shown(text, cursor)
        let buffer = mark.shown(draft)
        #expect(buffer.text.count == length + 2 * text.filter { $0 == "\n" }.count)
        #expect(mark.isIntact(buffer.text, cursor: buffer.cursor))
        #expect(mark.draft(of: buffer, before: 0) == draft)
      }
    }
  }

  @Test func cursorInAMarkGoesWhereItWasGoing() {
    #expect(mark.draft(of: shown("ab\n. cd", 4), before: 5) == shown("ab\ncd", 2))
    #expect(mark.draft(of: shown("ab\n. cd", 3), before: 2) == shown("ab\ncd", 3))
    #expect(!mark.isIntact(shown("ab\n. cd", 4).text, cursor: 4))
  }

  @Test func damagedMarksAreTakenOut() {
    #expect(mark.draft(of: shown("ab\n.cd\nef", 9), before: 0) == shown("ab\ncd\nef", 8))
    #expect(!mark.isIntact(shown("ab\n.cd", 0).text, cursor: 0))
    #expect(!mark.isIntact(shown("ab\ncd", 0).text, cursor: 0))
  }
}
