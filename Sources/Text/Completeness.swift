// Whether a text typed at the prompt is a whole cell.

/// What Enter does with a cell.
package enum Completeness: Equatable, Sendable {
  /// It can run as it stands.
  case complete
  /// It goes on: it ends in an open bracket, block or text of several lines, behind a binary operator, or behind a head
  /// without its block. `indent` is the number of spaces with which the next line would begin.
  case incomplete(indent: Int)
  /// Wrong in a way that more lines cannot mend: it is accepted, and its error shown.
  case invalid
}
