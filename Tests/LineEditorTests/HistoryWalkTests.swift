// Going through the history, without a terminal.
import LineEditor
import Testing

@Suite struct HistoryWalkTests {
  private func draft(_ text: String, _ cursor: Int) -> Draft {
    Draft(text: Array(text.unicodeScalars), cursor: cursor)
  }

  @Test func blankEntriesAndRepetitionsAreLeftOut() {
    var walk = HistoryWalk(["a", "a", " ", "b"])
    #expect(walk.entries == ["a", "b"])
    let added = ["b", "\n", "a"].map { walk.add($0) }
    #expect(added == [false, false, true])
    #expect(walk.entries == ["a", "b", "a"])
  }

  @Test func walkGoesBackAndForth() {
    var walk = HistoryWalk(["x = 1", "y = 2", "x = 3\n4"])
    #expect(walk.newer(from: draft("x", 1)) == nil)
    #expect(walk.older(from: draft("x", 1)) == draft("x = 3\n4", 5))
    #expect(walk.older(from: draft("x = 3\n4", 5)) == draft("x = 1", 5))
    #expect(walk.older(from: draft("x = 1", 5)) == nil)
    #expect(walk.newer(from: draft("x = 1", 5)) == draft("x = 3\n4", 7))
    #expect(walk.newer(from: draft("x = 3\n4", 7)) == draft("x", 1))
    #expect(walk.newer(from: draft("x", 1)) == nil)
  }

  @Test func editedEntryBeginsANewWalk() {
    var walk = HistoryWalk(["ab", "b", "c"])
    #expect(walk.older(from: draft("", 0)) == draft("c", 1))
    #expect(walk.older(from: draft("a", 1)) == draft("ab", 2))
    #expect(walk.newer(from: draft("ab", 2)) == draft("a", 1))
  }

  @Test func emptyHistory() {
    var walk = HistoryWalk([])
    #expect(walk.older(from: draft("", 0)) == nil)
    #expect(walk.newer(from: draft("", 0)) == nil)
  }
}
