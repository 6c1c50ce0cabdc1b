// What can be wrong with a text: one case a situation, with the data that its sentences need.

/// A fault of form, found before anything is run. `SyntaxError+Diagnostic.swift` makes the sentences; a `fix` is the
/// text to write instead, or empty.
package indirect enum SyntaxError: Equatable, Sendable {
  // Characters and literals
  case unexpectedCharacter(String, replacement: String?, fix: String = "")
  case malformedNumber(String, fix: String = "")
  /// `1,000`, `0,5` or `1 000`.
  case brokenNumber(String, fix: String)
  /// `50%`, with the share that is meant.
  case percentage(fix: String)
  case unclosedText(quote: String, fix: String = "")
  /// A quote within a text that has ended it: `'it's'`.
  case quoteInText(fix: String)
  /// A path or an address without quotes.
  case unquotedText(fix: String)
  case malformedEscape(String, fix: String = "")
  case prefixedText(String)
  case adjacentTexts(fix: String)

  // Brackets and depth
  /// `comment` has a closing bracket in it that does not count.
  case unclosedBracket(String, closing: String, opening: Span, comment: Span? = nil)
  case mismatchedBracket(found: String, expected: String, opening: Span)
  case strayBracket(String)
  case missingComma(closing: String, found: String, opening: Span)
  /// `f[a=1]` or `f{a: 1}` where a call is meant.
  case wrongBrackets(String, fix: String)
  case nestingTooDeep(limit: Int)
  case formulaTooDeep(limit: Int)
  case nestedComparison

  // Statements
  case missingExpression(found: String)
  /// `= =` or `* *`, and what to write instead.
  case splitOperator(String, instead: String)
  case missingStatementEnd(found: String)
  /// `x y`, where a value ended before.
  case missingOperator(found: String)
  /// Behind an argument of the command form.
  case missingArgumentEnd(found: String, fix: String)
  /// `train m, steps 3` or `train --steps 3`.
  case argumentWithoutAssign(String, fix: String)
  case missingName(NameRole, found: String)
  case missingWord(String, found: String)
  case missingBlock(head: String, found: String, fix: String)
  /// `for (x in xs)`.
  case loopInBrackets(fix: String)
  case misplacedElse(String, fix: String)
  case misplacedReturn(fix: String)
  case misplacedNot
  case reservedWord(String, NameRole)
  case unknownCommand(String, suggestion: String?, fix: String)
  case commandInExpression(String, fix: String)
  case misplacedHelp(fix: String)
  /// The prompt of this or another program, with the rest of its line.
  case pastedPrompt(fix: String)
  /// A line that a program printed.
  case pastedOutput
  /// ```` ``` ````, which begins or ends a cell of Markdown.
  case pastedFence
  /// A line of a configuration in YAML; `fix` is the call that takes its values, or empty.
  case pastedYAML(fix: String)
  /// A command of another program's prompt, as `.quit`.
  case otherPrompt(String, fix: String)
  /// A command of the system's shell; the program without the mark before it.
  case shellCommand(String, program: String)
  /// `let x = 3`.
  case declaration(String, fix: String)

  // Assignment
  /// `fix` is a command that is likely meant, `renamed` the assignment to a free name.
  case builtInAssigned(String, fix: String?, renamed: String = "")
  case builtInRenamed(String, NameRole)
  case notAssignable(fix: String)
  case itemAssigned(fix: String)
  case fieldAssigned
  case chainedAssignment(fix: String)
  case assignmentInExpression(fix: String)

  // Calls and definitions
  case positionalAfterLabelled(label: String, first: Span, fix: String = "")
  /// `targets="a", "b"`.
  case listWithoutBrackets(String, fix: String)
  case duplicateLabel(String, first: Span)
  case labelNotName
  case notCallable(fix: String)
  case duplicateParameter(String, first: Span)
  case requiredAfterDefault(String, first: Span)

  /// Python that is not in the language; `fix` is what to write, or empty.
  case python(PythonConstruct, fix: String = "")
}
