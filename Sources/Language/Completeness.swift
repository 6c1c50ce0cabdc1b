// Whether a text typed at the prompt is a whole cell, or wants another line.
package import Text

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
