// What the parser throws.

/// A syntax error and its place.
package struct SyntaxFailure: Error, Equatable, Sendable {
  package var error: SyntaxError
  package var span: Span
  /// What a fix takes the place of, where that is more or less than the place itself.
  var part: Span?

  package init(_ error: SyntaxError, _ span: Span) {
    self.init(error, span, part: nil)
  }

  init(_ error: SyntaxError, _ span: Span, part: Span?) {
    self.error = error
    self.span = span
    self.part = part
  }
}
