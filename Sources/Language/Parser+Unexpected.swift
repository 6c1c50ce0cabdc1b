// The errors for a token that fits nowhere, and short quotations of the text for messages.

extension Parser {
  /// The error for a current token that cannot stand here: its own problem, a bracket's, one of Python's
  /// constructs, or `otherwise`.
  func unexpected(_ otherwise: SyntaxError) -> SyntaxFailure {
    let span = token.span
    switch kind {
    case .invalid:
      switch list.problems[span.start] {
      case .unexpectedCharacter(let character, let replacement?, _):
        return SyntaxFailure(
          .unexpectedCharacter(character, replacement: replacement, fix: withoutLookalikes()), span)
      case .python(.formattedText, _):
        return SyntaxFailure(.python(.formattedText, fix: formattedTextFix(span)), span)
      case let problem?: return SyntaxFailure(problem, span)
      case nil: break
      }
    case .unclosedText:
      let quote = list.text(Span(span.start, span.end)).prefix(4).drop { $0 == "r" || $0 == "R" }
      let triple = kind == .unclosedText(triple: true)
      let mark = String(quote.prefix(triple ? 3 : 1))
      return SyntaxFailure(.unclosedText(quote: mark, fix: closedText(span, quote: mark)), span)
    case .end:
      if let opening = openings.last, case .open(let bracket) = opening.kind {
        let comment = list.comments.last {
          $0.start > opening.span.end && list.text($0).contains(bracket.closing)
        }
        return SyntaxFailure(
          .unclosedBracket(
            bracket.rawValue, closing: bracket.closing, opening: opening.span, comment: comment), endOfText)
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
      return SyntaxFailure(.misplacedHelp(fix: helpFix), span)
    case .foreign:
      return SyntaxFailure(foreignOperator(text), span)
    case .keyword(let word):
      if let construct = Parser.constructs[word] {
        return SyntaxFailure(.python(construct, fix: fix(of: construct)), span)
      }
    default:
      break
    }
    if case .missingExpression = otherwise, let slip = operatorSlip() { return slip }
    switch otherwise {
    case .missingStatementEnd, .missingComma, .missingArgumentEnd:
      if let slip = trailingSlip() { return slip }
    default: break
    }
    return SyntaxFailure(otherwise, kind == .end ? endOfText : span)
  }

  /// The error inside brackets where `,` or the closing bracket should be.
  func unexpectedInBracket() -> SyntaxFailure {
    guard let opening = openings.last, case .open(let bracket) = opening.kind else {
      return unexpected(.missingStatementEnd(found: found))
    }
    if kind == .assign, index > 0 {
      if bracket == .square, let call = callInSquareBrackets(opening) {
        return SyntaxFailure(.wrongBrackets("[", fix: call), opening.span)
      }
      return SyntaxFailure(assignmentInExpression, token.span)
    }
    return unexpected(.missingComma(closing: bracket.closing, found: found, opening: opening.span))
  }

  func missingExpression() -> SyntaxFailure {
    if isKeyword(.for), openings.isEmpty == false { return unexpected(.python(.generator)) }
    return unexpected(.missingExpression(found: found))
  }

  /// `lora(r=16)` for `lora[r=16]`, where a name stands before the bracket.
  private func callInSquareBrackets(_ opening: Token) -> String? {
    guard let place = list.tokens.firstIndex(where: { $0.span == opening.span }), place > 0,
      list.tokens[place - 1].isWord, list.tokens[place - 1].span.end == opening.span.start
    else { return nil }
    let content = bracketed(openedAt: opening.span.start)
    return content.count > 2
      ? list.text(list.tokens[place - 1].span) + "(\(content.dropFirst().dropLast()))" : ""
  }

  /// Help on the name before or behind a `?` in the wrong place.
  private var helpFix: String {
    if index > 0, list.tokens[index - 1].isWord { return "?" + excerpt(list.tokens[index - 1].span) }
    return next.isWord ? "?" + excerpt(next.span) : "?train"
  }

  /// What to write in place of a word of Python, which the current token is.
  private func fix(of construct: PythonConstruct) -> String {
    switch construct {
    case .asynchronous: return text == "await" ? restOfStatement(after: token) : ""
    case .deletion:
      let name = restOfStatement(after: token)
      return !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
        ? "forget \(name)" : ""
    case .generators:
      let value = restOfStatement(after: token)
      return value.isEmpty || value == "…" ? "" : functionDepth > 0 ? "return [\(value)]" : value
    case .raising: return raisingFix
    default: return ""
    }
  }

  /// The message of an error that is raised, and the condition of an `assert`; the current token is the word.
  private var raisingFix: String {
    let rest = restOfStatement(after: token)
    guard !rest.isEmpty, rest != "…" else { return "" }
    let places = statementPlaces
    let end = max(index + 1, places.upperBound)
    if text == "raise" {
      let message = list.tokens[(index + 1)..<end].first { $0.kind == .text }
      return message.map { "show(\(list.text($0.span)))" } ?? ""
    }
    var level = 0
    for place in (index + 1)..<end {
      switch list.tokens[place].kind {
      case .open: level += 1
      case .close: level -= 1
      case .comma where level == 0 && place > index + 1 && place + 1 < end:
        let condition = list.text(Span(next.span.start, list.tokens[place - 1].span.end))
        let message = list.text(Span(list.tokens[place + 1].span.start, list.tokens[end - 1].span.end))
        return "if not (\(condition)) { show(\(message)) }"
      default: break
      }
    }
    return "show(\(rest))"
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
    case "++", "--": .python(.augmentedAssignment(text))
    case "->": .python(.annotation)
    case "&&": .python(.foreignOperator(text, instead: "and"))
    case "||": .python(.foreignOperator(text, instead: "or"))
    case "!": .python(.foreignOperator(text, instead: "not"))
    case "===": .python(.foreignOperator(text, instead: "=="))
    case "!==", "<>": .python(.foreignOperator(text, instead: "!="))
    case "^": .python(.foreignOperator(text, instead: "**"))
    case "=>": .python(.foreignOperator(text, instead: ">="))
    case "&": .python(.foreignOperator(text, instead: "and"))
    case "|": .python(.foreignOperator(text, instead: "or"))
    case "~": .python(.foreignOperator(text, instead: "not"))
    case "<<", ">>": .python(.foreignOperator(text, instead: text == "<<" ? "* 2 **" : "// 2 **"))
    case "`": .python(.foreignOperator(text, instead: "\""))
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
