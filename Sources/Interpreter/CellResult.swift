// What executing a cell ends with.
package import Language

/// The end of a cell; what it showed and its error went out as events already.
package struct CellResult {
  /// The last value that was shown; None where there was none.
  package var value: Value
  /// The error that ended the cell.
  package var diagnostic: Diagnostic?
  /// Whether the error is one of form: nothing of the cell was executed.
  package var isSyntaxError: Bool
  /// The user asked to stop, and the rest of the cell was skipped.
  package var wasInterrupted: Bool
  /// What `quit` or `exit` tells the shell, where one of them ended the cell and its session; nil else.
  package var exitCode: Int?

  package init(
    value: Value = .none, diagnostic: Diagnostic? = nil, isSyntaxError: Bool = false,
    wasInterrupted: Bool = false, exitCode: Int? = nil
  ) {
    self.value = value
    self.diagnostic = diagnostic
    self.isSyntaxError = isSyntaxError
    self.wasInterrupted = wasInterrupted
    self.exitCode = exitCode
  }
}
