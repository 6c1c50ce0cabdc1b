// The lines of a tall cell that the screen has room for.

/// Chooses whole lines around the cursor. libedit draws a text that is taller than the screen from its end
/// and then loses the cursor, so it is given no more than fits.
package enum CellWindow {
  /// The range of a draft that is shown: whole lines, without the newline behind the last one, among them
  /// the cursor's. All of it when it fits into `limit` rows. `first` is where the window began before; it
  /// stays there as long as it can. A single line that does not fit is shown alone.
  package static func range(
    of draft: Draft, first: Int, limit: Int, columns: Int, prompt: [Unicode.Scalar]
  ) -> Range<Int> {
    let lines = lines(of: draft.text)
    let rows = lines.map { line in
      TextLayout(prompt: prompt, shown: Draft(text: Array(draft.text[line])), columns: columns).rows
    }
    guard rows.reduce(0, +) > limit else { return 0..<draft.text.count }
    let cursor = lines.lastIndex { $0.lowerBound <= draft.cursor } ?? 0
    var start = min(lines.lastIndex { $0.lowerBound <= first } ?? 0, cursor)
    var used = rows[start...cursor].reduce(0, +)
    while used > limit, start < cursor {
      used -= rows[start]
      start += 1
    }
    var end = cursor
    while end + 1 < lines.count, used + rows[end + 1] <= limit {
      end += 1
      used += rows[end]
    }
    while start > 0, used + rows[start - 1] <= limit {
      start -= 1
      used += rows[start]
    }
    return lines[start].lowerBound..<lines[end].upperBound
  }

  private static func lines(of text: [Unicode.Scalar]) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    var start = 0
    for (index, scalar) in text.enumerated() where scalar == "\n" {
      lines.append(start..<index)
      start = index + 1
    }
    return lines + [start..<text.count]
  }
}
