// The prompt at a terminal, as tests use it.
import TestSupport

extension PseudoTerminal {
  /// Waits until the program is at rest, an empty prompt is the last row, and the cursor in it.
  func waitForPrompt() throws {
    try wait(for: "prompt", Self.isAtPrompt)
  }

  /// Types a cell, runs it and waits for the next prompt. Returns what was shown in between.
  @discardableResult func run(_ cell: String) throws -> [String] {
    let before = lines.count
    let text = screen.transcript
    try send(cell + Key.enter)
    try wait(for: "prompt after `\(cell)`") { $0.transcript != text && Self.isAtPrompt($0) }
    return Array(lines[before...].dropLast())
  }

  /// Leaves the prompt.
  func leave() throws -> Exit {
    try send(Key.control("d"))
    return try waitForExit()
  }

  /// All that was shown, as lines.
  var lines: [String] {
    screen.transcript.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static func isAtPrompt(_ screen: Screen) -> Bool {
    screen.cellRows.last == ">" && screen.row == screen.rows.count - 1 && screen.column == 2
  }
}

extension Screen {
  /// The rows without the scaling mode at the right edge of the prompt.
  var cellRows: [String] {
    guard let last = rows.last, last.hasPrefix(">") else { return rows }
    return rows.dropLast() + [last.replacing(#/ {2,}[a-z]+(\([0-9.]+\))?$/#, with: "")]
  }
}

/// The first of the wanted lines that does not come after those before it; nil where all come, in order.
func firstMissing(_ wanted: [String], in lines: [String]) -> String? {
  var rest = lines[...]
  for line in wanted {
    guard let place = rest.firstIndex(of: line) else { return line }
    rest = rest[(place + 1)...]
  }
  return nil
}

extension String {
  /// Lines without the line break at the end; none where the text is empty.
  var lines: [String] {
    isEmpty
      ? []
      : (hasSuffix("\n") ? dropLast() : self[...]).split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init)
  }

  /// A line as a terminal of that width breaks it.
  func rows(columns: Int) -> [String] {
    stride(from: 0, to: max(count, 1), by: columns).map {
      String(dropFirst($0).prefix(columns)).trimmingEnd
    }
  }

  var trimmingEnd: String {
    String(self[..<(lastIndex { !$0.isWhitespace }.map(index(after:)) ?? startIndex)])
  }
}
