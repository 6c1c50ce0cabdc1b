// What a program may tell a terminal beside text.

/// An order to a terminal: all that is ever sent to one apart from `TerminalText`. The terminal understands the sequences
/// of ECMA-48, and DEC's mode of marked pastes.
package enum TerminalOrder: Equatable, Sendable {
  /// The cursor goes to the first column.
  case lineStart
  /// The cursor goes up so many rows; 0 leaves it where it is.
  case up(Int)
  /// The cursor goes to the first column of the next row, also where the terminal's driver adds no carriage return.
  case nextRow
  /// The cursor goes down so many rows by line feeds, which move the screen up where it ends; 0 leaves it where it is.
  case feed(Int)
  /// What stands from the cursor on goes.
  case eraseBelow
  /// Whether the terminal says where a paste begins and ends.
  case marksPastes(Bool)

  package var string: String {
    switch self {
    case .lineStart: "\r"
    case .up(let rows): rows > 0 ? "\u{1B}[\(rows)A" : ""
    case .nextRow: "\r\n"
    case .feed(let rows): String(repeating: "\n", count: max(rows, 0))
    case .eraseBelow: "\u{1B}[J"
    case .marksPastes(let on): on ? "\u{1B}[?2004h" : "\u{1B}[?2004l"
    }
  }
}
