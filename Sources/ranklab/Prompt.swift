// The prompt: reads cells with the line editor and executes them in its session.
import Display
import Foundation
import Interpreter
import Laboratory
import Language
import LineEditor
import Text

/// The prompt of one session: reads a cell, keeps it in the history, executes it and draws its events, again and again.
struct Prompt {
  private let process: HostProcess
  private let session: Session

  init(_ process: HostProcess, _ session: Session) {
    self.process = process
    self.session = session
  }

  /// Until the end of input; returns the exit code of the process.
  func run() -> Outcome {
    let console = process.console
    let history = process.folder("XDG_STATE_HOME", ".local/state").map { HistoryFile(path: $0 + "/history") }
    let editor: LineEditor
    do {
      editor = try LineEditor(history: entries(history), hooks: hooks)
    } catch {
      console.say("error: \(error)")
      return .failure
    }
    defer { editor.close() }
    while true {
      editor.rightPrompt = rightPrompt
      switch editor.read() {
      case .cell(let cell):
        remember(cell, history)
        process.interrupts.clear()
        let result = JobTerminal.run {
          session.execute(Source(cell)) { console.write($0) }
        }
        if process.interrupts.isTerminated { return Outcome(ending: process.interrupts) }
        if session.hasLeft { return process.outcome(of: result, in: session) }
      case .interrupted: continue
      case .endOfFile: return .success
      case .terminated: return Outcome(ending: process.interrupts)
      }
    }
  }

  /// The scaling mode, where the terminal has a right edge to put it at.
  private var rightPrompt: TerminalText {
    guard Terminal.understandsEscapes else { return TerminalText() }
    return Style.dim.applied(to: session.scalingMode, color: process.console.hasColor)
  }

  /// The cells of earlier sessions; none, and a note, where the file cannot be read.
  private func entries(_ history: HistoryFile?) -> [String] {
    do {
      return try history?.load() ?? []
    } catch {
      process.console.write(.note("\(error)"))
      return []
    }
  }

  /// Keeps a cell in the history file; where that fails, a note says so once.
  private func remember(_ cell: String, _ history: HistoryFile?) {
    do {
      try history?.append(cell)
    } catch {
      session.warnOnce("history", "\(error)")
    }
  }

  /// What the editor asks of the session: completions, whether a cell is whole, its colours.
  private var hooks: EditorHooks {
    let session = session
    let colors = process.console.hasColor
    return EditorHooks(
      complete: { text, cursor in editorCompletion(session, text, cursor) },
      isComplete: { session.isComplete($0) },
      recolor: colors ? { highlighted($0, commands: session.table.names) } : nil)
  }
}

/// The core counts UTF-8 bytes, the editor Unicode scalars.
private func editorCompletion(_ session: Session, _ text: String, _ cursor: Int) -> EditorCompletion {
  let before = String(String.UnicodeScalarView(text.unicodeScalars.prefix(cursor)))
  let completion = session.complete(text, cursor: before.utf8.count)
  func scalars(_ offset: Int) -> Int {
    String(decoding: text.utf8.prefix(offset), as: UTF8.self).unicodeScalars.count
  }
  return EditorCompletion(
    start: scalars(completion.span.start), end: scalars(completion.span.end),
    candidates: completion.candidates.map {
      EditorCandidate(text: $0.text, kind: $0.kind.rawValue, summary: $0.meaning, suffix: $0.suffix)
    })
}
