// The errors for a token that fits nowhere, and short quotations of the text for messages.

extension Parser {
  /// The error for a current token that cannot stand here: its own problem, a bracket's, one of Python's
  /// constructs, or `otherwise`.
  func unexpected(_ otherwise: SyntaxError) -> SyntaxFailure {
    let span = token.span
    switch kind {
    case .invalid:
      if let problem = list.problems[span.start] { return SyntaxFailure(problem, span) }
    case .unclosedText:
      let quote = list.text(Span(span.start, span.end)).prefix(4).drop { $0 == "r" || $0 == "R" }
      let triple = kind == .unclosedText(triple: true)
      return SyntaxFailure(.unclosedText(quote: String(quote.prefix(triple ? 3 : 1))), span)
    case .end:
      if let opening = openings.last, case .open(let bracket) = opening.kind {
        return SyntaxFailure(
          .unclosedBracket(bracket.rawValue, closing: bracket.closing, opening: opening.span), endOfText)
      }
    case .close(let bracket):
      guard let opening = openings.last, case .open(let opened) = opening.kind else {
        return SyntaxFailure(.strayBracket(bracket.closing), span)
      }
      if opened != bracket {
        return SyntaxFailure(
          .mismatchedBracket(found: bracket.closing, expected: opened.closing, opening: opening.span), span)
      }
    case .question:
      return SyntaxFailure(.misplacedHelp, span)
    case .foreign:
      return SyntaxFailure(foreignOperator(text), span)
    case .keyword(let word):
      if let construct = Parser.constructs[word] { return SyntaxFailure(.python(construct), span) }
    default:
      break
    }
    return SyntaxFailure(otherwise, kind == .end ? endOfText : span)
  }

  /// The error inside brackets where `,` or the closing bracket should be.
  func unexpectedInBracket() -> SyntaxFailure {
    guard let opening = openings.last, case .open(let bracket) = opening.kind else {
      return unexpected(.missingStatementEnd(found: found))
    }
    if kind == .assign, index > 0 {
      return SyntaxFailure(assignmentInExpression, token.span)
    }
    return unexpected(.missingComma(closing: bracket.closing, found: found, opening: opening.span))
  }

  func missingExpression() -> SyntaxFailure {
    if isKeyword(.for), openings.isEmpty == false { return unexpected(.python(.generator)) }
    return unexpected(.missingExpression(found: found))
  }

  /// The place behind the last token that is not a line break.
  private var endOfText: Span {
    let last = list.tokens.last { $0.kind != .newline && $0.kind != .end }
    let end = last?.span.end ?? list.bytes.count
    return Span(end, end)
  }

  /// The current token in words.
  var found: String {
    switch kind {
    case .end: "the end"
    case .newline: "the end of the line"
    case .text: "a text"
    case .number: "a number"
    default: "`\(excerpt(token.span))`"
    }
  }

  /// `a = b` where a comparison was meant.
  var assignmentInExpression: SyntaxError {
    var start = index
    // Back to the start of the operand: a name, or a chain of fields.
    while start > 0, [.name, .dot].contains(list.tokens[start - 1].kind) { start -= 1 }
    guard start < index else { return .assignmentInExpression(fix: "") }
    let left = excerpt(Span(list.tokens[start].span.start, list.tokens[index - 1].span.end))
    let right = next.beginsExpression ? excerpt(next.span) : "…"
    return .assignmentInExpression(fix: "\(left) == \(right)")
  }

  /// The text of a span for use in a message: shortened with `…` where it is long or has several lines.
  func excerpt(_ span: Span, limit: Int = 60) -> String {
    guard span.end - span.start <= 4 * limit else { return "…" }
    let text = list.text(span)
    return text.count <= limit && !text.contains(where: \.isNewline) ? text : "…"
  }

  private func foreignOperator(_ text: String) -> SyntaxError {
    switch text {
    case "+=", "-=", "*=", "/=", "//=", "%=", "**=", "@=", "&=", "|=", "^=":
      .python(.augmentedAssignment(text))
    case ":=": .python(.walrus)
    case "->": .python(.annotation)
    case "&&": .python(.foreignOperator(text, instead: "and"))
    case "||": .python(.foreignOperator(text, instead: "or"))
    case "!": .python(.foreignOperator(text, instead: "not"))
    case "===": .python(.foreignOperator(text, instead: "=="))
    case "!==", "<>": .python(.foreignOperator(text, instead: "!="))
    case "^": .python(.foreignOperator(text, instead: "**"))
    default: .python(.foreignOperator(text, instead: ""))
    }
  }

  /// The words of Python that begin what the language does not have.
  static let constructs: [Keyword: PythonConstruct] = [
    .class: .classes, .while: .whileLoop, .try: .exceptions, .except: .exceptions, .finally: .exceptions,
    .with: .contexts, .del: .deletion, .is: .identity, .lambda: .lambda, .break: .loopExit("break"),
    .continue: .loopExit("continue"), .pass: .emptyStatement, .async: .asynchronous, .await: .asynchronous,
    .yield: .generators, .global: .scope, .nonlocal: .scope, .raise: .raising, .assert: .raising,
  ]
}
