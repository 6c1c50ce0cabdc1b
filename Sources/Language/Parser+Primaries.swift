// Literals, names, groups, lists, comprehensions and dictionaries.

extension Parser {
  mutating func parsePrimary() throws(SyntaxFailure) -> Node {
    switch kind {
    case .open(.round): return try parseGroup()
    case .open(.square): return try parseList()
    case .open(.curly): return try parseDictionary()
    default: return try parseWord()
    }
  }

  /// A literal or a name. Apart from `parsePrimary`, whose stack frame is part of every level of nesting.
  @inline(never)
  private mutating func parseWord() throws(SyntaxFailure) -> Node {
    let span = token.span
    let value: Expression.Kind
    switch kind {
    case .name: value = .name(text)
    case .number: value = .number(try number())
    case .text: value = .text(try TextLiteral.value(span, in: list))
    case .keyword(.true), .keyword(.lowerTrue): value = .bool(true)
    case .keyword(.false), .keyword(.lowerFalse): value = .bool(false)
    case .keyword(.none), .keyword(.lowerNone): value = .none
    case .keyword(.not): throw SyntaxFailure(.misplacedNot, span)
    default: throw missingExpression()
    }
    let isText = kind == .text
    advance()
    if isText && kind == .text {
      let mark = openings.last?.kind == .open(.square) || openings.last?.kind == .open(.round) ? "," : " +"
      let both = "\(excerpt(span, limit: 30))\(mark) \(excerpt(token.span, limit: 30))"
      throw SyntaxFailure(.adjacentTexts(fix: both), token.span)
    }
    return Node(value, span, height: 1)
  }

  private func number() throws(SyntaxFailure) -> Double {
    var digits = text
    if digits.utf8.contains(UInt8(ascii: "_")) { digits.removeAll { $0 == "_" } }
    guard let value = Double(digits) else { throw SyntaxFailure(.malformedNumber(text), token.span) }
    return value
  }

  private mutating func parseGroup() throws(SyntaxFailure) -> Node {
    let start = token.span.start
    let lineBreaks = try open()
    if kind == .close(.round) { throw notOneValue(from: start) }
    let inner = try parseExpression()
    if kind == .comma || isKeyword(.for) { throw notOneValue(from: start) }
    let end = try close(.round, lineBreaksCounted: lineBreaks)
    return try node(.group(inner.expression), Span(start, end), above: inner.height)
  }

  /// The error for a tuple or a generator in round brackets that open at `start`.
  @inline(never)
  private func notOneValue(from start: Int) -> SyntaxFailure {
    let fix = bracketed(openedAt: start)
    if isKeyword(.for) { return SyntaxFailure(.python(.generator, fix: fix), token.span) }
    let isEmpty = kind == .close(.round)
    if isEmpty, next.kind == .end, openings.count > blocks.count + 1 {
      // `show(()`: a bracket is open, and nothing else is said.
      var end = self
      end.index += 1
      end.openings.removeLast()
      return end.unexpected(.missingExpression(found: end.found))
    }
    return SyntaxFailure(.python(.tuple, fix: fix), isEmpty ? Span(start, token.span.end) : token.span)
  }

  // MARK: - Lists

  private mutating func parseList() throws(SyntaxFailure) -> Node {
    let start = token.span.start
    let lineBreaks = try open()
    var items: [Expression] = []
    var height = 0
    while kind != .close(.square) {
      try refuseUnpacking()
      let item = try parseExpression()
      if items.isEmpty, isKeyword(.for) {
        return try parseComprehension(item, from: start, lineBreaks: lineBreaks)
      }
      items.append(item.expression)
      height = max(height, item.height)
      guard take(.comma) else { break }
    }
    let end = try close(.square, lineBreaksCounted: lineBreaks)
    return try node(.list(items), Span(start, end), above: height)
  }

  /// From the `for` of `[element for variable in list if condition]`.
  private mutating func parseComprehension(
    _ element: Node, from start: Int, lineBreaks: Bool
  ) throws(SyntaxFailure) -> Node {
    let first = token.span
    advance()
    let variables = try parseLoopVariables()
    // Not `parseExpression`: an `if` here begins the condition.
    let items = try parseOperators()
    let condition = take(.keyword(.if)) ? try parseOperators() : nil
    if isKeyword(.for) || isKeyword(.if) || isKeyword(.else) && condition != nil {
      throw secondClause(element, condition, from: first)
    }
    let end = try close(.square, lineBreaksCounted: lineBreaks)
    let kind = Expression.Kind.comprehension(
      element: element.expression, variables: variables, list: items.expression,
      condition: condition?.expression)
    let height = max(element.height, items.height, condition?.height ?? 0)
    return try node(kind, Span(start, end), above: height)
  }

  /// The error for a second `for` or `if`, or an `else`, in a list, at which the current token is.
  // Mutating, so that its caller, a part of every level of nesting, passes the parser by its address.
  @inline(never)
  private mutating func secondClause(_ element: Node, _ condition: Node?, from first: Span) -> SyntaxFailure {
    var fix = ""
    if isKeyword(.else), let condition {
      fix = "[\(excerpt(element.span)) \(excerpt(Span(first.start, condition.span.end)))]"
    } else if isKeyword(.if), condition != nil, let end = endOfBracket {
      let both = "\(excerpt(Span(first.start, previousEnd))) and \(excerpt(Span(next.span.start, end)))"
      fix = "[\(excerpt(element.span)) \(both)]"
    } else if condition == nil {
      fix = nestedFix(element, first: Span(first.start, previousEnd))
    }
    return SyntaxFailure(.python(.nestedComprehension, fix: fix), token.span)
  }

  // MARK: - Dictionaries

  private mutating func parseDictionary() throws(SyntaxFailure) -> Node {
    let start = token.span.start
    let lineBreaks = try open()
    var items: [DictionaryItem] = []
    var height = 0
    while kind != .close(.curly) {
      try refuseUnpacking()
      let key = try parseExpression()
      guard take(.colon) else { throw missingColon(isFirst: items.isEmpty, openedAt: start) }
      let value = try parseExpression()
      if isKeyword(.for) {
        throw SyntaxFailure(.python(.dictionaryComprehension, fix: pairsFix(key, value)), token.span)
      }
      items.append(DictionaryItem(key: key.expression, value: value.expression))
      height = max(height, key.height, value.height)
      guard take(.comma) else { break }
    }
    let end = try close(.curly, lineBreaksCounted: lineBreaks)
    return try node(.dictionary(items), Span(start, end), above: height)
  }

  /// The error behind a key without a colon: without any other item it looks like a set.
  @inline(never)
  private func missingColon(isFirst: Bool, openedAt start: Int) -> SyntaxFailure {
    if isFirst, [.comma, .close(.curly), .keyword(.for)].contains(kind) {
      return SyntaxFailure(.python(.set, fix: bracketed(openedAt: start)), Span(start, start + 1))
    }
    return unexpected(.missingWord(":", found: found))
  }

  /// Refuses `*a` and `**a`, where a value may begin.
  func refuseUnpacking() throws(SyntaxFailure) {
    if kind == .binary(.multiply) || kind == .binary(.power) {
      throw SyntaxFailure(.python(.unpacking), token.span)
    }
  }
}
