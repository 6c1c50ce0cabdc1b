// What Enter does with a cell.

/// Whether a cell can run as it stands.
package enum Completeness: Equatable, Sendable {
  case complete
  /// The cell goes on; its next line begins with this indentation.
  case incomplete(indent: String)
  /// More text cannot make it right, so it is accepted and its error shown.
  case invalid
}
