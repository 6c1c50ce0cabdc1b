// What the editor draws beside libedit: after a resize, below the cell, and over an accepted cell.
import CEditLine
import Glibc
import Text

extension LineEditor {
  var size: (columns: Int, rows: Int) {
    Terminal.size(STDOUT_FILENO) ?? (columns: 80, rows: 24)
  }

  /// How many rows of the screen a cell may take while it is edited.
  var rowLimit: Int { max(size.rows - 1, 1) }

  private var layout: TextLayout {
    TextLayout(prompt: shownPrompt.visible, shown: shown, columns: size.columns)
  }

  /// How many rows libedit draws.
  var shownRows: Int { layout.rows }

  /// The row among these, from 0, that the screen's cursor is in while libedit waits for a key.
  var cursorRow: Int { layout.cursorRow }

  /// Draws the cell anew where it stands; the screen's cursor is in this row of it.
  func redraw(fromRow row: Int) {
    write(.lineStart, .up(min(row, size.rows - 1)), .eraseBelow)
    cel_refresh(library)
  }

  /// Most terminals break lines anew for the new width, so the row is counted with that.
  func redrawAfterResize() {
    el_resize(library)
    let row = cursorRow
    store(draft)
    redraw(fromRow: row)
  }

  /// Moves the screen's cursor to the beginning of the row below the cell.
  func leaveText() {
    let layout = layout
    let rowsBelow = min(layout.rows - 1 - layout.cursorRow, size.rows - 1)
    write(.lineStart, .feed(rowsBelow + 1))
  }

  /// Prints a page of a list below the cell and draws the cell again under it. A tall cell shows fewer lines
  /// then, so that the list stays on the screen. Gives where the next page begins; 0 after the last.
  func printBelow(_ candidates: [EditorCandidate], from start: Int) -> Int {
    leaveText()
    store(draft, rows: max(rowLimit / 2, 1))
    let page = CompletionList.page(
      candidates, from: start, columns: size.columns, rows: size.rows - shownRows - 1)
    write(.eraseBelow)
    for row in page.rows {
      write(TerminalText(row))
      write(.nextRow)
    }
    cel_refresh(library)
    return page.end
  }

  /// Prints an accepted cell over itself, colored, after it was shown in some rows. Without color that is done
  /// only for a cell of which not all lines are on the screen.
  func reprint(_ cell: String, over rows: Int) {
    let isPart = !above.isEmpty || !below.isEmpty || rows >= size.rows
    guard understandsEscapes, hooks.recolor != nil || isPart else { return }
    let seen = cell.pictured(indent: (left.visible.count, continuation.visible.count))
    let text = hooks.recolor?(seen) ?? TerminalText(seen)
    write(.lineStart, .up(min(rows, size.rows - 1)), .eraseBelow)
    write(text.indented(by: prompt, then: continuationText))
    write(.feed(1))
  }
}
