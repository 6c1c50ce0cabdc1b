// The draft in libedit's buffer.
import CEditLine

extension LineEditor {
  /// What libedit's buffer holds: the lines that are shown, marks included.
  var shown: Draft {
    withBuffer { characters, cursor in
      Draft(text: characters.map(Unicode.Scalar.init(wide:)), cursor: cursor)
    }
  }

  private func withBuffer<Result>(_ body: (UnsafeBufferPointer<wchar_t>, _ cursor: Int) -> Result) -> Result {
    guard let line = el_wline(library)?.pointee, let start = line.buffer else {
      return body(UnsafeBufferPointer(start: nil, count: 0), 0)
    }
    return body(UnsafeBufferPointer(start: start, count: line.lastchar - start), line.cursor - start)
  }

  /// The cell that is being written.
  var draft: Draft {
    let inner = mark.draft(of: shown, before: lastCursor)
    return Draft(text: above + inner.text + below, cursor: above.count + inner.cursor)
  }

  /// Puts a draft into the buffer, as much of it as fits into some rows of the screen. Only what differs is
  /// replaced; the caller has the screen redrawn.
  func store(_ draft: Draft, rows: Int? = nil) {
    let window = window(of: draft, rows: rows ?? rowLimit)
    above = Array(draft.text[..<window.lowerBound])
    below = Array(draft.text[window.upperBound...])
    leftBuffer.set(shownPrompt.marked)
    let inner = Draft(text: Array(draft.text[window]), cursor: draft.cursor - window.lowerBound)
    replaceBuffer(with: mark.shown(inner))
  }

  /// The prompt before the first shown line.
  var shownPrompt: PromptText { above.isEmpty ? left : continuation }

  private func window(of draft: Draft, rows: Int) -> Range<Int> {
    // With vi's keys libedit keeps its own copies of the buffer for its undo.
    guard usesEmacsKeys else { return 0..<draft.text.count }
    return CellWindow.range(
      of: draft, first: above.count, limit: rows, columns: size.columns, prompt: left.visible)
  }

  private func replaceBuffer(with new: Draft) {
    let old = shown
    let common = zip(old.text, new.text).prefix { $0 == $1 }.count
    let tail = zip(old.text[common...].reversed(), new.text[common...].reversed()).prefix { $0 == $1 }.count
    let removed = old.text.count - tail - common
    _ = el_cursor(library, Int32(old.text.count - tail - old.cursor))
    if removed > 0 { el_deletestr(library, Int32(removed)) }
    let inserted = new.text[common..<(new.text.count - tail)]
    if !inserted.isEmpty { _ = el_winsertstr(library, inserted.map(\.wide) + [0]) }
    _ = el_cursor(library, Int32(new.cursor - common - inserted.count))
  }

  /// Repairs what a command of libedit left: damaged marks, the cursor in a mark, more text than the screen
  /// has room for. Draws the cell when there was anything to do.
  func repair() {
    let (isAsking, isIntact) = withBuffer { characters, cursor in
      let scalars = characters.lazy.map(Unicode.Scalar.init(wide:))
      return (isLibraryAsking(scalars), mark.isIntact(scalars, cursor: cursor))
    }
    if !isAsking, !isIntact || isTooTall {
      let row = cursorRow
      store(draft)
      redraw(fromRow: row)
    }
    lastCursor = withBuffer { $1 }
  }

  private var isTooTall: Bool {
    guard usesEmacsKeys, shownRows > rowLimit else { return false }
    let draft = draft
    return window(of: draft, rows: rowLimit) != above.count..<(draft.text.count - below.count)
  }

  /// libedit's searches and its command line use the buffer for their own question: behind the text, on a
  /// line of its own, or in place of it. Such a buffer is left alone.
  private func isLibraryAsking(_ scalars: some BidirectionalCollection<Unicode.Scalar>) -> Bool {
    guard let newline = scalars.lastIndex(of: "\n") else { return false }
    let last = scalars[newline...].dropFirst()
    let questions =
      ["bck:", "bck?", "fwd:", "fwd?"] + (newline == scalars.startIndex ? [": ", "/", "?"] : [])
    return questions.contains { last.starts(with: $0.unicodeScalars) }
  }
}
