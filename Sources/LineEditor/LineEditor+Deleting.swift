// The commands that delete, cut and put back.
import CEditLine
import Text

extension LineEditor {
  func deleteBackward() -> KeyResult { edit { _ = $0.remove($0.cursor - 1..<$0.cursor) } }
  func deleteForward() -> KeyResult { edit { _ = $0.remove($0.cursor..<$0.cursor + 1) } }

  /// In an empty cell, ends the input.
  func deleteForwardOrEnd() -> KeyResult {
    guard draft.text.isEmpty else { return deleteForward() }
    ending = .endOfFile
    write(.nextRow)
    return .endOfFile
  }

  /// Cuts to the end of the line, and at its end the newline.
  func cutToLineEnd() -> KeyResult {
    cut { $0.cursor..<max($0.lineEnd, min($0.cursor + 1, $0.text.count)) }
  }

  /// Cuts to the beginning of the line, and at its beginning the newline before it.
  func cutToLineStart() -> KeyResult {
    cut { min($0.lineStart, max($0.cursor - 1, 0))..<$0.cursor }
  }

  func cutWordBackward() -> KeyResult { cut { $0.previousWord..<$0.cursor } }
  func cutWordForward() -> KeyResult { cut { $0.cursor..<$0.nextWord } }

  func putBack() -> KeyResult { edit { $0.insert(kill.text) } }

  private func cut(_ range: (Draft) -> Range<Int>) -> KeyResult {
    let source = draft
    var left = source
    let range = range(source)
    let removed = left.remove(range)
    guard !removed.isEmpty else { return .refuse }
    kill.take(removed, backward: range.upperBound == source.cursor, source: source, left: left)
    store(left)
    return .refresh
  }
}
