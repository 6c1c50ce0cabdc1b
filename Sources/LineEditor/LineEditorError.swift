// Why there is no line editor.

/// A reason for which the prompt cannot edit lines. The caller reads plain lines then.
package enum LineEditorError: Error, Equatable, CustomStringConvertible {
  /// Standard input or standard output is not a terminal.
  case notATerminal
  /// A process has one editor at a time.
  case alreadyOpen
  /// libedit could not start.
  case unavailable

  package var description: String {
    switch self {
    case .notATerminal: "lines can be edited only where input and output are a terminal"
    case .alreadyOpen: "a line editor is open already"
    case .unavailable: "the line editor could not start"
    }
  }
}
