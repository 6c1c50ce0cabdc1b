// What the parser throws.

/// A syntax error and its place.
package struct SyntaxFailure: Error, Equatable, Sendable {
  package var error: SyntaxError
  package var span: Span

  package init(_ error: SyntaxError, _ span: Span) {
    self.error = error
    self.span = span
  }
}
