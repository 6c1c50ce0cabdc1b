// The prompt: reads cells of one or more lines from the terminal through libedit.
import CEditLine
import Glibc
package import Text

/// A prompt with multi-line editing, history, completion and paste.
///
/// A process has one at a time, used from the main thread. Enter ends a cell that is complete and breaks
/// the line of one that is not; Meta-Enter always breaks the line. While the editor exists, SIGINT, SIGTERM,
/// SIGHUP, SIGWINCH and SIGCONT are handled as `InterruptFlag` says.
package final class LineEditor {
  /// One line, perhaps coloured. A change shows at the next read.
  package var prompt: TerminalText {
    didSet { left = PromptText(prompt.string) }
  }
  /// Stands at the right edge while the cell is one row and leaves it room, and goes when the cell is
  /// accepted; may be empty.
  package var rightPrompt: TerminalText {
    didSet { right = PromptText(rightPrompt.string) }
  }

  let library: OpaquePointer
  let libraryHistory: OpaquePointer
  let hooks: EditorHooks
  /// The continuation prompt as it is printed with an accepted, colored cell.
  let continuation: PromptText
  let continuationText: TerminalText
  /// What marks further lines while the cell is edited. Empty with vi's keys, whose commands would damage it.
  let mark: ContinuationMark
  let usesEmacsKeys: Bool
  /// Whether the terminal understands escapes.
  let understandsEscapes: Bool

  var left: PromptText
  var right: PromptText
  /// The prompts as libedit reads them, at each redraw.
  let leftBuffer = PromptBuffer()
  let rightBuffer = PromptBuffer()

  var walk: HistoryWalk
  var kill = KillBuffer()
  let input = TerminalInput()
  var assembler = UTF8Assembler()
  /// Characters that are read and not yet given to libedit.
  var readAhead: [Unicode.Scalar] = []
  /// The lines of a tall cell that are not in libedit's buffer: those before it, each with its newline, and
  /// those behind it, each with the newline before it.
  var above: [Unicode.Scalar] = []
  var below: [Unicode.Scalar] = []
  /// How often an interrupt was given to libedit without its command having run.
  var interruptAttempts = 0
  /// Where the cursor stood in libedit's buffer when it last waited for a key.
  var lastCursor = 0
  /// The column that going up and down keeps, and the draft for which it holds.
  var goal: (draft: Draft, column: Int)?
  /// The cell whose completions were listed last, and the first of them that had no room; 0 where all had.
  var listing: (draft: Draft, end: Int)?
  /// What the read ends with, once the cursor is below the text.
  var ending: EditorInput?
  private var isOpen = true

  /// Opens the prompt on standard input and output.
  ///
  /// `programName` is the name that lines of the user's editrc may begin with. `history` holds earlier
  /// cells, oldest first. Throws a `LineEditorError`.
  package init(
    programName: String = "ranklab", prompt: TerminalText = TerminalText("> "),
    continuation: TerminalText = TerminalText(". "), rightPrompt: TerminalText = TerminalText(),
    history: [String] = [], hooks: EditorHooks
  ) throws {
    guard Terminal.isTerminal(STDIN_FILENO), Terminal.isTerminal(STDOUT_FILENO) else {
      throw LineEditorError.notATerminal
    }
    cel_signals_install()
    guard let library = cel_open(programName) else {
      throw cel_is_open() ? LineEditorError.alreadyOpen : LineEditorError.unavailable
    }
    walk = HistoryWalk(history.map(\.entered))
    guard let libraryHistory = cel_history_open(library, Int32(HistoryFile.limit)) else {
      cel_close(library)
      throw LineEditorError.unavailable
    }
    self.library = library
    self.libraryHistory = libraryHistory
    self.hooks = hooks
    self.prompt = prompt
    self.rightPrompt = rightPrompt
    left = PromptText(prompt.string)
    right = PromptText(rightPrompt.string)
    understandsEscapes = Terminal.understandsEscapes
    cel_source(library, true)
    usesEmacsKeys = cel_uses_emacs_keys(library)
    self.continuation = PromptText(continuation.string)
    continuationText = continuation
    mark = ContinuationMark(scalars: usesEmacsKeys ? self.continuation.visible : [])
    cel_set_client(library, Unmanaged.passUnretained(self).toOpaque())
    connect()
    cel_source(library, false)
    for entry in walk.entries { enterIntoLibraryHistory(entry) }
  }

  deinit {
    close()
  }

  /// Shows the prompt and reads one cell. An accepted cell enters the editor's history; keeping it in a
  /// file is the caller's part. After `close`, the answer is `endOfFile`, and after SIGTERM or SIGHUP
  /// `terminated`, both without a prompt.
  package func read() -> EditorInput {
    guard isOpen else { return .endOfFile }
    guard cel_terminations() == 0 else { return .terminated }
    begin()
    var count: Int32 = 0
    let line = el_wgets(library, &count)
    let input = ending ?? unannouncedEnding(line, count)
    finish(input)
    return input
  }

  /// Gives the terminal back. Input that waits is kept. Until then pastes are marked, between two reads too. Calling it again does nothing.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    cel_bracketed_paste(false)
    cel_close(library)
    cel_history_close(libraryHistory)
  }

  /// Begins a read: the state of the last one is forgotten, the terminal gets the editor's modes.
  private func begin() {
    cel_job_end()
    cel_interrupts_clear()
    cel_at_prompt(true)
    ending = nil
    goal = nil
    listing = nil
    above = []
    below = []
    interruptAttempts = 0
    // The interrupt key drops the keys that wait, and with them the rest of a character.
    assembler = UTF8Assembler()
    _ = cel_take_continue()
    _ = cel_take_suspend()
    lastCursor = 0
    walk.reset()
    leftBuffer.set(left.marked)
    rightBuffer.set(right.marked)
    // libedit would draw the prompt first, and keys that come in between would be echoed over it.
    cel_prepare_terminal(library, true)
    if pastesInBrackets { cel_bracketed_paste(true) }
  }

  /// Ends a read; an accepted cell is printed again in colour and enters the history.
  private func finish(_ input: EditorInput) {
    // What is pasted while a cell runs waits for the next read, which must see where it begins and ends.
    switch input {
    case .cell, .interrupted: break
    case .endOfFile, .terminated: cel_bracketed_paste(false)
    }
    cel_at_prompt(false)
    guard case .cell(let cell) = input else { return }
    reprint(cell, over: shownRows)
    if walk.add(cell) { enterIntoLibraryHistory(cell) }
  }

  /// What a read means that none of our commands ended: a line from the user's own binding of
  /// libedit's commands, its end-of-file key, or a terminal that is gone.
  private func unannouncedEnding(_ line: UnsafePointer<wchar_t>?, _ count: Int32) -> EditorInput {
    guard line != nil, count > 0 else {
      leaveText()
      return cel_terminations() > 0 ? .terminated : .endOfFile
    }
    var draft = draft
    draft.cursor = draft.text.count
    if draft.text.last == "\n" { draft.text.removeLast() }
    return .cell(draft.string)
  }

  /// Whether the terminal marks where a paste begins and ends.
  var pastesInBrackets: Bool { understandsEscapes }

  /// libedit's search shows an entry by copying it into the buffer, so entries carry the marks.
  private func enterIntoLibraryHistory(_ cell: String) {
    let isOneLine = !cell.utf8.contains(UInt8(ascii: "\n"))
    cel_history_enter(libraryHistory, isOneLine ? cell : mark.shown(Draft(cell)).string)
  }

  /// Prints text; libedit prints the rest.
  func write(_ text: TerminalText) { send(text.string) }

  /// Gives the terminal orders; only those of plain control characters where it understands no escapes.
  func write(_ orders: TerminalOrder...) {
    send(orders.map(\.string).filter { understandsEscapes || !$0.hasPrefix("\u{1B}") }.joined())
  }

  /// Writes to the terminal, past libedit.
  private func send(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { cel_write($0.baseAddress, $0.count) }
    }
  }
}
