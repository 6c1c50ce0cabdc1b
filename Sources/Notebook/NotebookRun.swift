// Running a notebook from top to bottom in one fresh session.
import Display
package import Language
package import Interpreter

/// What comes by while a notebook runs, in order.
package enum NotebookItem {
  case prose(String)
  case cell(MarkdownNotebook.Cell)
  case event(Event)
}

/// How the run of a notebook ended.
package struct NotebookResult {
  /// The result of the last cell that was run.
  package var last: CellResult
  /// Whether every cell ran to its end, or failed where the fence says so.
  package var isComplete: Bool
}

extension MarkdownNotebook {
  /// Runs the cells in order. Stops at the first error that its fence does not announce, at an interruption, and behind
  /// a cell that leaves; what is not run then is said.
  package func run(in session: Session, sink: @escaping (NotebookItem) -> Void) -> NotebookResult {
    var last = CellResult()
    var left = cells.count { !$0.attributes.contains(.noRun) }
    for part in parts {
      switch part {
      case .prose(let text):
        sink(.prose(text))
      case .cell(let cell):
        sink(.cell(cell))
        if cell.attributes.contains(.noRun) { continue }
        left -= 1
        last = session.execute(source(of: cell)) { sink(.event($0)) }
        if last.exitCode != nil {
          if left > 0 { sink(.event(.note(MarkdownNotebook.notRun(left)))) }
          return NotebookResult(last: last, isComplete: false)
        }
        if last.wasInterrupted || last.diagnostic != nil && !cell.attributes.contains(.error) {
          return NotebookResult(last: last, isComplete: false)
        }
      }
    }
    return NotebookResult(last: last, isComplete: true)
  }

  /// What is said of the cells below one that leaves.
  static func notRun(_ count: Int) -> String {
    count == 1 ? "left; the cell below is not run" : "left; the \(count) cells below are not run"
  }

  /// A cell's code, with the line of the file on which it begins.
  package func source(of cell: Cell) -> Source {
    Source(cell.code, name: name, firstLine: cell.firstLine)
  }
}
