// Whether a text typed at the prompt is a whole cell, or wants another line.

package enum Completeness: Equatable, Sendable {
  case complete
  /// The text ends in an open bracket, block or text of several lines, behind a binary operator, or behind
  /// a head without its block. `indent` is the number of spaces with which the next line would begin.
  case incomplete(indent: Int)
  /// Wrong in a way that more lines cannot mend.
  case invalid
}

/// An empty text is complete.
package func isComplete(_ text: String, commands: Set<String>) -> Completeness {
  // With the line break that another line would come behind, an error at the end is one that it may mend.
  var parser = Parser(Lexer.tokens(text + "\n"), commands: commands)
  do {
    _ = try parser.parseProgram()
    return parser.list.endsInContinuation ? .incomplete(indent: 0) : .complete
  } catch {
    switch error.error {
    case .unclosedBracket, .missingExpression, .missingBlock, .missingName, .missingWord:
      return parser.kind == .end ? .incomplete(indent: 2 * parser.openings.count) : .invalid
    case .unclosedText:
      return parser.kind == .unclosedText(triple: true) ? .incomplete(indent: 0) : .invalid
    default:
      return .invalid
    }
  }
}
