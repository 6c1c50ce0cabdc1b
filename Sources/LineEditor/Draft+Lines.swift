// Lines and words of a draft.

extension Draft {
  /// Where the line of the cursor begins.
  package var lineStart: Int {
    text[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0
  }

  /// Where the line of the cursor ends, before its newline.
  package var lineEnd: Int {
    text[cursor...].firstIndex(of: "\n") ?? text.count
  }

  package var isOnFirstLine: Bool { lineStart == 0 }
  package var isOnLastLine: Bool { lineEnd == text.count }

  /// Whether only spaces and tabs stand between the beginning of the line and the cursor.
  package var isInIndentation: Bool {
    text[lineStart..<cursor].allSatisfy { $0 == " " || $0 == "\t" }
  }

  /// Moves the cursor to a column of the line above, or to that line's end. Nothing happens on the first line.
  package mutating func moveUp(column: Int) {
    guard !isOnFirstLine else { return }
    cursor = lineStart - 1
    cursor = min(lineStart + column, lineEnd)
  }

  /// The same for the line below.
  package mutating func moveDown(column: Int) {
    guard !isOnLastLine else { return }
    cursor = lineEnd + 1
    cursor = min(lineStart + column, lineEnd)
  }

  /// Where the word before the cursor begins, after skipping what is not a word.
  package var previousWord: Int {
    var at = cursor
    while at > 0, !text[at - 1].isWord { at -= 1 }
    while at > 0, text[at - 1].isWord { at -= 1 }
    return at
  }

  /// Where the word after the cursor ends, after skipping what is not a word.
  package var nextWord: Int {
    var at = cursor
    while at < text.count, !text[at].isWord { at += 1 }
    while at < text.count, text[at].isWord { at += 1 }
    return at
  }

  /// Takes away up to two spaces before the cursor when the line holds nothing else there.
  package mutating func outdent() {
    guard isInIndentation else { return }
    _ = remove(max(lineStart, cursor - 2)..<cursor)
  }
}

extension Unicode.Scalar {
  /// Whether editing by words takes this for a part of a word.
  package var isWord: Bool {
    self == "_" || properties.isAlphabetic || properties.numericType != nil
  }
}
