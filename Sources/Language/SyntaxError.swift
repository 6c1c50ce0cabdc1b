// What can be wrong with a text: one case a situation, with the data that its sentences need.

package indirect enum SyntaxError: Equatable, Sendable {
  // Characters and literals
  case unexpectedCharacter(String, replacement: String?)
  case malformedNumber(String)
  case unclosedText(quote: String)
  case malformedEscape(String)
  case prefixedText(String)
  case adjacentTexts(fix: String)

  // Brackets and depth
  case unclosedBracket(String, closing: String, opening: Span)
  case mismatchedBracket(found: String, expected: String, opening: Span)
  case strayBracket(String)
  case missingComma(closing: String, found: String, opening: Span)
  case nestingTooDeep(limit: Int)
  case formulaTooDeep(limit: Int)
  case nestedComparison

  // Statements
  case missingExpression(found: String)
  case missingStatementEnd(found: String)
  /// Behind an argument of the command form.
  case missingArgumentEnd(found: String)
  case missingName(NameRole, found: String)
  case missingWord(String, found: String)
  case missingBlock(head: String, found: String)
  case misplacedElse(String)
  case misplacedReturn
  case misplacedNot
  case reservedWord(String, NameRole)
  case unknownCommand(String, suggestion: String?, fix: String)
  case commandInExpression(String, fix: String)
  case misplacedHelp
  case pastedPrompt

  // Assignment
  case builtInAssigned(String, fix: String?)
  case builtInRenamed(String, NameRole)
  case notAssignable
  case chainedAssignment
  case assignmentInExpression(fix: String)

  // Calls and definitions
  case positionalAfterLabelled(label: String, first: Span)
  case duplicateLabel(String, first: Span)
  case labelNotName
  case notCallable
  case duplicateParameter(String, first: Span)
  case requiredAfterDefault(String, first: Span)

  /// Python that is not in the language; `fix` is what to write, or empty.
  case python(PythonConstruct, fix: String = "")
}
