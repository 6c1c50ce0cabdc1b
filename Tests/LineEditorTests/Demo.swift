// The program under test.
import TestSupport

/// The demonstration prompt, ready for keys.
func demo(
  _ arguments: [String] = [], environment: [String: String] = [:], columns: Int = 60, rows: Int = 16
) throws -> PseudoTerminal {
  let terminal = try PseudoTerminal(
    TestProgram.path("editor-demo"), arguments, environment: environment, columns: columns, rows: rows)
  try terminal.waitForPrompt()
  return terminal
}

extension PseudoTerminal {
  /// Waits until the program is at rest, an empty prompt is the last row, and the cursor in it.
  func waitForPrompt() throws {
    try wait(for: "prompt") { $0.rows.last == ">" && $0.row == $0.rows.count - 1 && $0.column == 2 }
  }

  /// Types a cell, runs it and waits for the next prompt.
  func run(_ cell: String) throws {
    let before = screen.transcript
    try send(cell + Key.enter)
    try wait(for: "next prompt") { screen in
      screen.transcript != before && screen.rows.last == ">" && screen.row == screen.rows.count - 1
        && screen.column == 2
    }
  }
}
