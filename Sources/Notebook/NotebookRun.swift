// Running a notebook from top to bottom in one fresh session.
import Display
import Language
import Workbench

/// What comes by while a notebook runs, in order.
package enum NotebookItem {
  case prose(String)
  case cell(MarkdownNotebook.Cell)
  case event(Event)
}

package struct NotebookResult {
  /// The result of the last cell that was run.
  package var last: CellResult
  /// Whether every cell ran to its end, or failed where the fence says so.
  package var isComplete: Bool
}

extension MarkdownNotebook {
  /// Runs the cells in order. Stops at the first error that its fence does not announce, and at an interruption.
  package func run(in session: Session, sink: @escaping (NotebookItem) -> Void) -> NotebookResult {
    var last = CellResult()
    for part in parts {
      switch part {
      case .prose(let text):
        sink(.prose(text))
      case .cell(let cell):
        sink(.cell(cell))
        if cell.attributes.contains(.noRun) { continue }
        last = session.execute(source(of: cell)) { sink(.event($0)) }
        if last.wasInterrupted || last.diagnostic != nil && !cell.attributes.contains(.error) {
          return NotebookResult(last: last, isComplete: false)
        }
      }
    }
    return NotebookResult(last: last, isComplete: true)
  }

  package func source(of cell: Cell) -> Source {
    Source(cell.code, name: name, firstLine: cell.firstLine)
  }
}
