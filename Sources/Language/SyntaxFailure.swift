// What the parser throws.

/// A syntax error and its place. Three words in size: each level of nesting has room for one on the stack.
package struct SyntaxFailure: Error, Equatable, Sendable {
  private indirect enum Content: Equatable {
    case whole(SyntaxError)
    case partial(SyntaxError, Span)
  }

  private var content: Content
  package var span: Span

  package var error: SyntaxError {
    get {
      switch content {
      case .whole(let error), .partial(let error, _): error
      }
    }
    set { content = part.map { .partial(newValue, $0) } ?? .whole(newValue) }
  }

  /// What a fix takes the place of, where that is more or less than the place itself.
  var part: Span? {
    if case .partial(_, let part) = content { part } else { nil }
  }

  package init(_ error: SyntaxError, _ span: Span) {
    self.init(error, span, part: nil)
  }

  init(_ error: SyntaxError, _ span: Span, part: Span?) {
    content = part.map { .partial(error, $0) } ?? .whole(error)
    self.span = span
  }
}
