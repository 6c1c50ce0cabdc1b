// What a terminal shows after the bytes that a program wrote to it.

/// A terminal's screen: the part of an xterm that line editors use.
package struct Screen {
  package private(set) var columns: Int
  package private(set) var height: Int
  /// The cursor, from 0.
  package internal(set) var row = 0
  package internal(set) var column = 0
  /// Rows that went out of the screen at its top, oldest first.
  package internal(set) var scrolledOut: [String] = []
  /// Escapes that this screen does not know; a test of a program expects none.
  package internal(set) var unknown: [String] = []
  /// Whether pastes arrive in brackets.
  package internal(set) var pastesInBrackets = false
  /// Everything that was received, for a failing test.
  package internal(set) var received: [UInt8] = []

  /// Each cell holds a character with what combines with it; the second half of a wide one is empty.
  var cells: [[String]]
  /// The last column is filled, and the next character goes to the next row.
  var wrapIsDue = false
  var inserts = false
  var escape: [Unicode.Scalar] = []
  var decoder: [UInt8] = []

  package init(columns: Int, rows: Int) {
    self.columns = columns
    height = rows
    cells = Array(repeating: Self.blankRow(columns), count: rows)
  }

  /// The rows from the top to the last one that holds anything, without blanks at their ends.
  package var rows: [String] {
    var rows = cells.map(Self.trimmed)
    while rows.last?.isEmpty == true { rows.removeLast() }
    return rows
  }

  /// The row that the cursor is in.
  package var cursorRow: String { Self.trimmed(cells[row]) }

  package func hasRow(with text: String) -> Bool { rows.contains { $0.contains(text) } }

  package var text: String { rows.joined(separator: "\n") }

  /// What was ever shown and not erased: the rows that scrolled out, and the screen.
  package var transcript: String { (scrolledOut + rows).joined(separator: "\n") }

  /// Changes the size as xterm does: text is cut or room added at the right and at the bottom, and rows
  /// scroll out as far as the cursor needs it.
  package mutating func resize(columns: Int, rows: Int) {
    while row >= rows { scroll(); row -= 1 }
    cells = cells.prefix(rows).map { Array(($0 + Self.blankRow(columns)).prefix(columns)) }
    while cells.count < rows { cells.append(Self.blankRow(columns)) }
    self.columns = columns
    height = rows
    column = min(column, columns - 1)
    wrapIsDue = false
  }

  mutating func scroll() {
    scrolledOut.append(Self.trimmed(cells.removeFirst()))
    cells.append(Self.blankRow(columns))
  }

  mutating func lineFeed() {
    if row == height - 1 { scroll() } else { row += 1 }
  }

  static func blankRow(_ columns: Int) -> [String] {
    Array(repeating: " ", count: columns)
  }

  private static func trimmed(_ row: [String]) -> String {
    row[..<(row.lastIndex { $0 != " " && $0 != "" }.map { $0 + 1 } ?? 0)].joined()
  }
}
