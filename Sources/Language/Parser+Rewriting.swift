// The statement around a mistake, written anew: what an error offers to type in its place.

extension Parser {
  /// Characters and lines of what is offered at most: more is not typed again.
  private static let longestOffer = (characters: 400, lines: 14)

  /// The tokens of the statement around the current token: the place of its first, and the one behind its last.
  /// Blocks that are open around it are not part of it.
  var statementPlaces: Range<Int> {
    let opening = blocks.last.flatMap { block in list.tokens.firstIndex { $0.span.start == block } }
    var start = opening.map { $0 + 1 } ?? 0
    var level = 0
    for place in start..<max(start, index) {
      switch list.tokens[place].kind {
      case .open: level += 1
      case .close: level -= 1
      case .newline where level == 0, .semicolon where level == 0: start = place + 1
      default: break
      }
    }
    var end = min(start, index)
    level = 0
    while list.tokens[end].kind != .end {
      switch list.tokens[end].kind {
      case .open: level += 1
      case .close where level == 0 && end > index: return start..<end
      case .close: level -= 1
      case .newline where level <= 0 && end >= index, .semicolon where level <= 0 && end >= index:
        return start..<end
      default: break
      }
      end += 1
    }
    while end > start + 1, list.tokens[end - 1].kind == .newline { end -= 1 }
    return start..<end
  }

  /// Where the statement around the current token ends.
  var statementEnd: Int {
    let places = statementPlaces
    return places.isEmpty ? token.span.end : list.tokens[places.upperBound - 1].span.end
  }

  /// The statement around the current token.
  var statementSpan: Span {
    let places = statementPlaces
    guard !places.isEmpty else { return token.span }
    return list.tokens[places.lowerBound].span.joined(list.tokens[places.upperBound - 1].span)
  }

  /// The statement around the current token with a part of it replaced; empty where nothing can be offered.
  func statement(replacing part: Span, with text: String) -> String {
    let whole = statementSpan
    guard whole.start <= part.start, part.end <= whole.end, !text.isEmpty else { return "" }
    return offered(list.text(Span(whole.start, part.start)) + text + list.text(Span(part.end, whole.end)))
  }

  /// The text itself where it is short and a program of the language, else empty.
  func offered(_ text: String) -> String {
    let most = Parser.longestOffer
    guard text.utf8.count <= most.characters, !text.contains("…"),
      text.split(separator: "\n", omittingEmptySubsequences: false).count <= most.lines
    else { return "" }
    return failure(of: text) == nil ? text : ""
  }

  /// What is wrong with a text in the place of the current statement; nil where it is a program.
  func failure(of text: String) -> SyntaxFailure? {
    var parser = Parser(Lexer.tokens(text), commands: commands, labels: labels)
    parser.functionDepth = functionDepth
    do {
      _ = try parser.parseProgram()
      return nil
    } catch {
      return error
    }
  }

  /// An error with what only the tokens around it tell; found here, behind all recursion, so that a level of nesting
  /// takes no more of the stack for it.
  func explained(_ failure: SyntaxFailure) -> SyntaxFailure {
    var failure = failure
    switch failure.error {
    case .positionalAfterLabelled: return argumentOrder(failure)
    case .python(let construct, let fix): return explained(failure, construct, fix)
    case .misplacedElse(let word, _): failure.error = .misplacedElse(word, fix: joinedBranches)
    case .loopInBrackets: failure.error = .loopInBrackets(fix: withoutLoopBrackets)
    case .missingArgumentEnd(let found, _): failure.error = .missingArgumentEnd(found: found, fix: withComma)
    case .misplacedHelp:
      let ternary = ternaryFix
      if !ternary.isEmpty { failure.error = .python(.conditional, fix: ternary) }
    default: break
    }
    return failure
  }

  private func explained(
    _ failure: SyntaxFailure, _ construct: PythonConstruct, _ fix: String
  ) -> SyntaxFailure {
    var failure = failure
    switch construct {
    case .indentedBlock:
      if isMainGuard {
        failure.error = .python(.mainGuard, fix: blockInBraces)
      } else {
        failure.error = .python(construct, fix: blockInBraces)
      }
    case .conditional:
      if let part = replacedPart { failure.error = .python(construct, fix: conditionalFix(part)) }
    case .lambda: failure.error = .python(construct, fix: lambdaFix())
    case .walrus: failure.error = .python(construct, fix: walrusFix)
    case .nestedLoopNames: failure.error = .python(construct, fix: nestedNamesFix)
    case .formattedText:
      let whole = statement(replacing: failure.span, with: fix)
      if !whole.isEmpty, !whole.contains("\n") { failure.error = .python(construct, fix: whole) }
    case .tuple:
      if let part = replacedPart {
        let whole = statement(replacing: part, with: fix)
        failure.error = .python(construct, fix: whole)
      }
    default: break
    }
    return failure
  }

  // MARK: - Statements of several parts

  /// `if a { … } else { … }` where the `else`, the current token, stands on a line of its own; else empty.
  private var joinedBranches: String {
    var place = index - 1
    while place >= 0, list.tokens[place].kind == .newline { place -= 1 }
    guard place >= 0, list.tokens[place].kind == .close(.curly) else { return "" }
    var before = self
    before.index = place
    let head = before.statementSpan
    guard list.text(head).hasPrefix("if ") else { return "" }
    let rest = statementSpan
    return offered(list.text(head) + " " + list.text(Span(token.span.start, rest.end)))
  }

  /// The command with a comma before the current token, where a word or a bracket ends before it and a word begins.
  private var withComma: String {
    guard index > 0, [.name, .text].contains(kind) else { return "" }
    switch list.tokens[index - 1].kind {
    case .name, .text, .close(.round), .close(.square): break
    default: return ""
    }
    return statement(replacing: Span(previousEnd, token.span.start), with: ", ")
  }

  /// `if a { x = b } else { x = c }` for `x = a ? b : c`, of which the current token is the `?`.
  private var ternaryFix: String {
    let places = statementPlaces
    var level = 0
    var colon: Int?
    for place in index..<max(index, places.upperBound) {
      switch list.tokens[place].kind {
      case .open: level += 1
      case .close: level -= 1
      case .colon where level == 0 && colon == nil: colon = place
      default: break
      }
    }
    guard let colon, colon > index + 1, colon + 1 < places.upperBound, places.lowerBound < index else {
      return ""
    }
    let assign = (places.lowerBound..<index).last { list.tokens[$0].kind == .assign }
    let start = assign.map { $0 + 1 } ?? places.lowerBound
    guard start < index else { return "" }
    let whole = statementSpan
    let before = list.text(Span(whole.start, list.tokens[start].span.start))
    let condition = list.text(Span(list.tokens[start].span.start, previousEnd))
    let yes = list.text(Span(next.span.start, list.tokens[colon - 1].span.end))
    let no = list.text(Span(list.tokens[colon + 1].span.start, whole.end))
    return offered("if \(condition) { \(before)\(yes) } else { \(before)\(no) }")
  }

  // MARK: - Heads of loops

  /// Whether the bracket that the current token opens is one name of several: `for (a, b), c in …`.
  var isNestedPattern: Bool {
    guard let end = closingPlace(of: index) else { return false }
    return list.tokens[min(end + 1, list.tokens.count - 1)].kind == .comma
  }

  /// The place of the bracket that closes the one at a place; nil where there is none.
  func closingPlace(of opening: Int) -> Int? {
    var level = 0
    for place in opening..<list.tokens.count {
      switch list.tokens[place].kind {
      case .open: level += 1
      case .close:
        level -= 1
        if level == 0 { return place }
      case .end: return nil
      default: break
      }
    }
    return nil
  }

  /// A loop without the brackets around its head or its names; the current token is the `(`.
  private var withoutLoopBrackets: String {
    guard let end = closingPlace(of: index), end > index + 1 else { return "" }
    let content = list.text(Span(next.span.start, list.tokens[end - 1].span.end))
    let part = token.span.joined(list.tokens[end].span)
    let whole = statement(replacing: part, with: content)
    if !whole.isEmpty { return whole }
    // `i = 0; i < 3; i++`
    let tokens = list.tokens[(index + 1)..<end].map { ($0.kind, list.text($0.span)) }
    let stepLength = tokens.count - 8
    guard stepLength == 2 || stepLength == 1, tokens[0].0 == .name, tokens[1].0 == .assign,
      tokens[3].0 == .semicolon,
      tokens[4].1 == tokens[0].1, ["<", "<="].contains(tokens[5].1), tokens[7].0 == .semicolon,
      tokens[8].1 == tokens[0].1, stepLength == 1 || ["++"].contains(tokens[9].1)
    else { return "" }
    let last = tokens[5].1 == "<" ? tokens[6].1 : "\(tokens[6].1) + 1"
    let range = tokens[2].1 == "0" ? "range(\(last))" : "range(\(tokens[2].1), \(last))"
    return statement(replacing: part, with: "\(tokens[0].1) in \(range)")
  }

  /// `for i, item in xs { a, b = item; … }` for `for i, (a, b) in xs { … }`, of which the current token is the bracket.
  private var nestedNamesFix: String {
    guard let end = closingPlace(of: index), end > index + 1 else { return "" }
    let names = list.text(Span(next.span.start, list.tokens[end - 1].span.end))
    let places = statementPlaces
    let block = (end..<max(end, places.upperBound)).first { list.tokens[$0].kind == .open(.curly) }
    guard let block else { return "" }
    let whole = statementSpan
    let head = list.text(Span(whole.start, token.span.start))
    let middle = list.text(Span(list.tokens[end].span.end, list.tokens[block].span.end))
    let rest = list.text(Span(list.tokens[block].span.end, whole.end))
    return offered("\(head)item\(middle) \(names) = item;\(rest)")
  }
}
