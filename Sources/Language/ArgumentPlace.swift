// Where in an argument of a call the cursor is.

package struct ArgumentPlace: Equatable, Sendable {
  /// A bracket between the argument and the cursor.
  package enum Container: Equatable, Sendable {
    case list
    /// A dictionary, before and behind the colon.
    case key, entry
  }

  /// The callee as written.
  package var command: String
  /// The argument's label; without one, `positional` says which it is.
  package var label: String?
  /// How many arguments without a label stand before it.
  package var positional: Int
  /// The brackets between, outermost first; empty directly in the argument.
  package var containers: [Container] = []
  /// The texts that the innermost of these brackets holds already: items of a list, keys of a dictionary.
  package var siblings: [String] = []
}
