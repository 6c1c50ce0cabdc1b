// The mark in front of each further line. libedit draws a prompt only before the first line of its
// buffer, so the marks are text in that buffer: put in when a cell goes to libedit, taken out when it comes back.

/// Translates between a cell and the buffer that shows it.
package struct ContinuationMark: Equatable {
  /// What stands before each line but the first; without newlines, may be empty.
  package var scalars: [Unicode.Scalar]

  package init(scalars: [Unicode.Scalar]) {
    self.scalars = scalars
  }

  /// The buffer's content for a draft.
  package func shown(_ draft: Draft) -> Draft {
    var shown = Draft()
    shown.text.reserveCapacity(draft.text.count)
    for (index, scalar) in draft.text.enumerated() {
      if index == draft.cursor { shown.cursor = shown.text.count }
      shown.text.append(scalar)
      if scalar == "\n" { shown.text += scalars }
    }
    if draft.cursor == draft.text.count { shown.cursor = shown.text.count }
    return shown
  }

  /// The draft that a buffer shows. A mark that a command of libedit damaged is taken out as far as it is
  /// there. A cursor inside a mark goes in the direction in which it was moving: to the end of the line
  /// before when it came from behind (`before` is where it stood), else to the beginning of the line.
  package func draft(of shown: Draft, before: Int) -> Draft {
    var draft = Draft()
    draft.text.reserveCapacity(shown.text.count)
    var index = 0
    var cursor: Int?
    while index < shown.text.count {
      if index == shown.cursor { cursor = draft.text.count }
      let scalar = shown.text[index]
      draft.text.append(scalar)
      index += 1
      guard scalar == "\n" else { continue }
      let mark = zip(scalars, shown.text[index...]).prefix { $0 == $1 }.count
      if shown.cursor >= index && shown.cursor < index + mark {
        cursor = before > shown.cursor ? draft.text.count - 1 : draft.text.count
      }
      index += mark
    }
    draft.cursor = cursor ?? draft.text.count
    return draft
  }

  /// Whether a buffer is as `shown` makes it.
  package func isIntact(_ shown: some RandomAccessCollection<Unicode.Scalar>, cursor: Int) -> Bool {
    guard !scalars.isEmpty else { return true }
    var rest = shown[...]
    while let newline = rest.firstIndex(of: "\n") {
      rest = rest[rest.index(after: newline)...]
      guard rest.starts(with: scalars) else { return false }
      let start = shown.distance(from: shown.startIndex, to: rest.startIndex)
      if cursor >= start && cursor < start + scalars.count { return false }
    }
    return true
  }
}
