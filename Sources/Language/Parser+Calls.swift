// Calls in both forms, `f(a, b=1)` and `f a, b=1`, and the help marks.

extension Parser {
  /// The arguments of a call while they are collected.
  private struct Arguments {
    var list: [Argument] = []
    var places: [String: Span] = [:]
    var height = 0

    mutating func append(_ label: Name?, _ value: Node, from start: Span) throws(SyntaxFailure) {
      if label == nil, let labelled = list.last?.label {
        throw SyntaxFailure(.positionalAfterLabelled(label: labelled.text, first: labelled.span), value.span)
      }
      list.append(Argument(label: label, value: value.expression, span: start.joined(value.span)))
      height = max(height, value.height)
    }
  }

  /// From the `(` behind a callee.
  mutating func parseCall(_ callee: Node) throws(SyntaxFailure) -> Node {
    switch callee.expression.kind {
    case .name, .field: break
    default: throw notCallable(callee)
    }
    let opening = token.span.start
    let lineBreaks = try open()
    var arguments = Arguments()
    while kind != .close(.round) {
      let start = token
      try parseArgument(into: &arguments)
      if isKeyword(.for) {
        throw SyntaxFailure(.python(.generator, fix: bracketed(openedAt: opening, from: start)), token.span)
      }
      guard take(.comma) else { break }
    }
    if kind == .assign { throw SyntaxFailure(.labelNotName, arguments.list[arguments.list.count - 1].span) }
    let end = try close(.round, lineBreaksCounted: lineBreaks)
    let call = Call(callee: callee.expression, arguments: arguments.list, form: .parentheses)
    return try node(.call(call), Span(callee.span.start, end), above: max(callee.height, arguments.height))
  }

  /// The error for a value that is no function, at whose `(` the current token is.
  // Mutating, so that its caller, a part of every level of nesting, passes the parser by its address.
  @inline(never)
  private mutating func notCallable(_ callee: Node) -> SyntaxFailure {
    switch callee.expression.kind {
    case .number, .group: break
    default: return SyntaxFailure(.notCallable(fix: ""), callee.span)
    }
    let content = bracketed(openedAt: token.span.start).dropFirst().dropLast()
    let isSimple = content.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
    let product =
      content.isEmpty ? "" : "\(excerpt(callee.span)) * \(isSimple ? String(content) : "(\(content))")"
    return SyntaxFailure(.notCallable(fix: product), callee.span)
  }

  private mutating func parseArgument(into arguments: inout Arguments) throws(SyntaxFailure) {
    let start = token.span
    try refuseUnpacking()
    let label = isBeforeAssign ? try parseLabel(&arguments) : nil
    let value = try parseExpression()
    try arguments.append(label, value, from: start)
  }

  private mutating func parseLabel(_ arguments: inout Arguments) throws(SyntaxFailure) -> Name {
    let name = try parseName(.label)
    advance()
    if let first = arguments.places.updateValue(name.span, forKey: name.text) {
      throw SyntaxFailure(.duplicateLabel(name.text, first: first), name.span)
    }
    return name
  }

  /// True for a word that an `=` follows.
  private var isBeforeAssign: Bool {
    switch kind {
    case .name, .keyword: break
    default: return false
    }
    var place = index + 1
    while !lineBreaksCount, list.tokens[place].kind == .newline { place += 1 }
    return list.tokens[place].kind == .assign
  }

  // MARK: - The command form

  /// The call that a statement beginning with a name of the table is: in command form, or the name alone.
  /// Nil for an ordinary expression or an assignment.
  mutating func parseCommand() throws(SyntaxFailure) -> Expression? {
    let name = token
    let callee = Expression(.name(text), name.span)
    switch next.kind {
    case .newline, .semicolon, .end, .close(.curly):
      advance()
      return Expression(.call(Call(callee: callee, arguments: [], form: .bare)), name.span)
    default:
      guard next.beginsExpression, next.span.start > name.span.end, !isSpacedCall else { return nil }
    }
    advance()
    var arguments = Arguments()
    while isInWords {
      arguments.list.append(
        Argument(label: nil, value: Expression(.name(text), token.span), span: token.span))
      advance()
    }
    if kind == .name, isJuxtaposed(next) {
      arguments.list.append(
        Argument(label: nil, value: Expression(.name(text), token.span), span: token.span))
      advance()
    }
    repeat {
      try parseArgument(into: &arguments)
    } while take(.comma)
    guard isAtStatementEnd else {
      if kind == .assign {
        throw SyntaxFailure(.labelNotName, arguments.list[arguments.list.count - 1].span)
      }
      if let slip = missingAssign() { throw slip }
      throw unexpected(.missingArgumentEnd(found: found, fix: ""))
    }
    let call = Call(callee: callee, arguments: arguments.list, form: .command)
    return try node(
      .call(call), name.span.joined(arguments.list[arguments.list.count - 1].span), above: arguments.height
    ).expression
  }

  /// True for the first of three words or more that end the statement, and for the next ones but the last two:
  /// `apropos weight decay rate`.
  private var isInWords: Bool {
    var place = index
    while list.tokens[place].kind == .name { place += 1 }
    let ends: [Token.Kind] = [.newline, .semicolon, .end, .close(.curly)]
    return place - index > 2 && ends.contains(list.tokens[place].kind)
  }

  /// `steps 3` and `--steps 3`, of which the current token is the value.
  private func missingAssign() -> SyntaxFailure? {
    let name = list.tokens[index - 1]
    guard name.isWord, [.number, .text, .name].contains(kind), labels?.contains(excerpt(name.span)) ?? true,
      index < 2 || list.tokens[index - 2].kind != .dot
    else { return nil }
    let fix = "\(excerpt(name.span))=\(excerpt(token.span))"
    return SyntaxFailure(.argumentWithoutAssign(excerpt(name.span), fix: fix), token.span)
  }

  /// True for what makes a second argument directly behind a bare name: `save session "x.rank"`.
  private func isJuxtaposed(_ token: Token) -> Bool {
    switch token.kind {
    case .name, .number, .text, .unclosedText: true
    default: false
    }
  }

  /// True for `show (a, b)` and `show ()`: the brackets hold arguments, not one value.
  private var isSpacedCall: Bool {
    guard next.kind == .open(.round) else { return false }
    var place = index + 2
    var level = 1
    while level > 0 {
      switch list.tokens[place].kind {
      case .open: level += 1
      case .close: level -= 1
      case .comma where level == 1, .assign where level == 1: return true
      case .end: return false
      default: break
      }
      place += 1
    }
    return list.tokens[(index + 2)..<(place - 1)].allSatisfy { $0.kind == .newline }
  }

  // MARK: - Help

  /// `?train`: the call `help train`; `?` alone is `help`.
  mutating func parseHelp() throws(SyntaxFailure) -> Statement {
    let mark = token.span
    advance()
    if kind == .newline || kind == .end { return help(mark, []) }
    var topic = Expression(.name(text), token.span)
    if case .keyword = kind { advance() } else { _ = try parseName(.topic) }
    while take(.dot) {
      let field = try parseName(.field)
      topic = Expression(.field(topic, field), topic.span.joined(field.span))
    }
    return help(mark, [topic])
  }

  /// The place of the `?` if the last statement of the text, from the current token on, is `name?`.
  var helpMark: Int? {
    var place = index + 1
    while list.tokens[place].kind == .dot, list.tokens[place + 1].kind == .name { place += 2 }
    guard list.tokens[place].kind == .question else { return nil }
    let rest = list.tokens[(place + 1)...]
    return rest.allSatisfy { $0.kind == .newline || $0.kind == .end } ? place : nil
  }

  /// `train?`, of which `helpMark` gave the place of the `?`.
  mutating func parseTrailingHelp(_ place: Int) throws(SyntaxFailure) -> Statement {
    var topic = Expression(.name(text), token.span)
    advance()
    while take(.dot) {
      let field = try parseName(.field)
      topic = Expression(.field(topic, field), topic.span.joined(field.span))
    }
    advance()
    return help(list.tokens[place].span, [topic])
  }

  private func help(_ mark: Span, _ topics: [Expression]) -> Statement {
    let callee = Expression(.name("help"), mark)
    let call = Call(
      callee: callee, arguments: topics.map { Argument(label: nil, value: $0, span: $0.span) },
      form: topics.isEmpty ? .bare : .command)
    let span = topics.reduce(mark) { $0.joined($1.span) }
    return Statement(.expression(Expression(.call(call), span)), span)
  }
}
