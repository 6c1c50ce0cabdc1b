// The commands that end a cell, break its lines, move in it and paste into it.
import CEditLine
import Glibc
import Text

extension LineEditor {
  /// Enter: ends the cell when it is complete or beyond help, otherwise breaks the line at the cursor.
  func enter() -> KeyResult {
    if ending != nil { return endBelow() }
    let draft = draft
    if case .incomplete(let spaces) = hooks.isComplete(draft.string) {
      let indent = String(repeating: " ", count: spaces)
      return insert("\n" + indent)
    }
    ending = .cell(draft.string)
    return goBelow("\n")
  }

  /// Ends the read after `^C`; the text stays on the screen.
  func interrupt() -> KeyResult {
    if ending != nil {
      cel_interrupts_clear()
      interruptAttempts = 0
      return endBelow(after: "^C")
    }
    ending = .interrupted
    return goBelow(String(Self.interruptKey))
  }

  /// Moves the screen's cursor to the end of the text: libedit does that before it takes the next key, and
  /// that is the same key once more, which then finds `ending` set.
  private func goBelow(_ key: String) -> KeyResult {
    rightBuffer.set("")
    _ = el_cursor(library, Int32.max / 2)
    el_push(library, key)
    return .refresh
  }

  private func endBelow(after text: String = "") -> KeyResult {
    write(TerminalText(text))
    write(.nextRow)
    return .endOfFile
  }

  func breakLine() -> KeyResult {
    let draft = draft
    let indentation = draft.text[draft.lineStart..<draft.cursor].prefix { $0 == " " }
    return insert("\n" + String(indentation))
  }

  /// A closing bracket that is first on its line goes one step to the left.
  func insertClosing(_ key: Int32) -> KeyResult {
    guard let bracket = Unicode.Scalar(UInt32(key)) else { return .refuse }
    return edit { draft in
      draft.outdent()
      draft.insert([bracket])
    }
  }

  /// Takes everything to the end of a bracketed paste into the cell, at once and without running it. An
  /// interrupt, or a terminal that is gone, ends the paste early.
  func paste() -> KeyResult {
    let terminator = Array("\u{1B}[201~".unicodeScalars)
    var pasted: [Unicode.Scalar] = []
    var key: wchar_t = 0
    while !pasted.suffix(terminator.count).elementsEqual(terminator) {
      guard el_wgetc(library, &key) == 1, cel_interrupts() == 0 else { break }
      pasted.append(Unicode.Scalar(wide: key))
    }
    if pasted.suffix(terminator.count).elementsEqual(terminator) { pasted.removeLast(terminator.count) }
    return edit { $0.insert(PastedText.cleaned(pasted)) }
  }

  /// Starts libedit's own search, under another key. It works on its buffer, so all of the cell goes there;
  /// what comes out of it is cut to the screen when the search ends.
  func searchHistory() -> KeyResult {
    store(draft, rows: .max)
    el_push(library, "\u{18}\u{12}")
    return .refresh
  }

  /// Control-X Control-R, in libedit's notation.
  static let searchKey = "^X^R"

  func goLeft() -> KeyResult { edit { $0.cursor = max($0.cursor - 1, 0) } }
  func goRight() -> KeyResult { edit { $0.cursor = min($0.cursor + 1, $0.text.count) } }
  func goToLineStart() -> KeyResult { edit { $0.cursor = $0.lineStart } }
  func goToLineEnd() -> KeyResult { edit { $0.cursor = $0.lineEnd } }

  func goToPreviousWord() -> KeyResult { edit { $0.cursor = $0.previousWord } }
  func goToNextWord() -> KeyResult { edit { $0.cursor = $0.nextWord } }

  /// A line up; on the first line, the next older cell of the history.
  func goUp() -> KeyResult {
    let draft = draft
    if !draft.isOnFirstLine { return goVertically { $0.moveUp(column: $1) } }
    guard let older = walk.older(from: draft) else { return .refuse }
    store(older)
    return .refresh
  }

  /// A line down; on the last line, the next newer cell of the history.
  func goDown() -> KeyResult {
    let draft = draft
    if !draft.isOnLastLine { return goVertically { $0.moveDown(column: $1) } }
    guard let newer = walk.newer(from: draft) else { return .refuse }
    store(newer)
    return .refresh
  }

  /// Going up and down several times keeps to one column, through shorter lines too.
  private func goVertically(_ move: (inout Draft, Int) -> Void) -> KeyResult {
    var draft = draft
    let column = goal?.draft == draft ? goal?.column : nil
    let kept = column ?? draft.cursor - draft.lineStart
    move(&draft, kept)
    goal = (draft: draft, column: kept)
    store(draft)
    return .refresh
  }

  func insert(_ text: String) -> KeyResult {
    edit { $0.insert(Array(text.unicodeScalars)) }
  }

  /// Changes the draft and has it drawn; rings the bell when the change changed nothing.
  func edit(_ change: (inout Draft) -> Void) -> KeyResult {
    var changed = draft
    let before = changed
    change(&changed)
    guard changed != before else { return .refuse }
    store(changed)
    return .refresh
  }
}
