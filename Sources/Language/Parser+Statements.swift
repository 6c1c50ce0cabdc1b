// Statements in order, assignments and expressions; the kinds with a head of their own are in Parser+Blocks.
import Text

extension Parser {
  mutating func parseProgram() throws(SyntaxFailure) -> [Statement] {
    var statements: [Statement] = []
    skipLineBreaks()
    if kind == .question { statements.append(try parseHelp()) }
    if case .binary(.greater) = kind {
      throw SyntaxFailure(.pastedPrompt(fix: restOfStatement(after: token)), token.span)
    }
    if kind == .foreign, text == ">>" {
      let last = next.kind == .binary(.greater) ? next : token
      throw SyntaxFailure(.pastedPrompt(fix: restOfStatement(after: last)), token.span.joined(last.span))
    }
    try parseStatements(inBlock: false, into: &statements)
    return statements
  }

  /// Parses up to the end of the text, or to the `}` of a block.
  mutating func parseStatements(
    inBlock: Bool, into statements: inout [Statement]
  ) throws(SyntaxFailure) {
    if !statements.isEmpty { try requireStatementEnd(inBlock: inBlock) }
    while true {
      while kind == .newline || kind == .semicolon { advance() }
      if kind == .end || inBlock && kind == .close(.curly) { return }
      try parseStatement(into: &statements)
      try requireStatementEnd(inBlock: inBlock)
    }
  }

  var isAtStatementEnd: Bool {
    [.newline, .semicolon, .end, .close(.curly)].contains(kind)
  }

  private func requireStatementEnd(inBlock: Bool) throws(SyntaxFailure) {
    if [.newline, .semicolon, .end].contains(kind) || inBlock && kind == .close(.curly) { return }
    if isKeyword(.else) || isKeyword(.elif) { throw SyntaxFailure(.misplacedElse(text, fix: ""), token.span) }
    if token.beginsExpression, kind != .invalid, index > 0 {
      if let slip = trailingSlip() { throw slip }
      switch list.tokens[index - 1].kind {
      case .name, .number, .text, .close(.round), .close(.square):
        throw unexpected(.missingOperator(found: found))
      default: break
      }
    }
    throw unexpected(.missingStatementEnd(found: found))
  }

  /// Appends one statement; an import with `as` gives an assignment too.
  private mutating func parseStatement(into statements: inout [Statement]) throws(SyntaxFailure) {
    if let slip = lineSlip() { throw slip }
    switch kind {
    case .keyword(.for): statements.append(try parseFor())
    case .keyword(.if): statements.append(try parseConditional())
    case .keyword(.def): statements.append(try parseFunction())
    case .keyword(.return): statements.append(try parseReturn())
    case .keyword(.from): try parseFrom(into: &statements)
    case .keyword(.import): try parseImport(into: &statements)
    case .keyword(.else), .keyword(.elif): throw SyntaxFailure(.misplacedElse(text, fix: ""), token.span)
    case .foreign where text == "@": throw SyntaxFailure(.python(.decorator), token.span)
    case .name:
      if let end = helpMark {
        statements.append(try parseTrailingHelp(end))
      } else if isTime {
        try parseTimed(into: &statements)
      } else if commands.contains(text), let call = try parseCommand() {
        statements.append(Statement(.expression(call), call.span))
      } else {
        statements.append(try parseSimpleStatement())
      }
    default: statements.append(try parseSimpleStatement())
    }
  }

  // MARK: - Time

  /// The one name of the table that stands before a whole statement.
  static let time = "time"

  private var isTime: Bool {
    guard text == Parser.time, commands.contains(Parser.time) else { return false }
    switch next.kind {
    case .name: return list.text(next.span) != Parser.time
    case .keyword(let word): return [.for, .if].contains(word) || next.beginsExpression
    default: return next.beginsExpression
    }
  }

  private mutating func parseTimed(into statements: inout [Statement]) throws(SyntaxFailure) {
    let start = token.span
    advance()
    var timed: [Statement] = []
    try parseStatement(into: &timed)
    statements += timed.map { Statement(.timed($0), start.joined($0.span)) }
  }

  // MARK: - Assignments and expressions

  private mutating func parseSimpleStatement() throws(SyntaxFailure) -> Statement {
    let first = try parseExpression()
    switch kind {
    case .assign:
      return try parseAssignment([first])
    case .comma:
      return try parseAssignment(try parseTargets(first))
    case .foreign where Parser.augmented.contains(text):
      if case .name(let name) = first.expression.kind, commands.contains(name) {
        throw SyntaxFailure(.builtInAssigned(name, fix: nil), first.span)
      }
      let target = excerpt(first.span)
      let fix =
        next.beginsExpression
        ? "\(target) = \(target) \(text.dropLast()) \(restOfStatement(after: token))" : ""
      throw SyntaxFailure(.python(.augmentedAssignment(text), fix: fix), token.span)
    case .colon:
      if case .name(let name) = first.expression.kind {
        throw SyntaxFailure(.python(.annotation, fix: annotationFix(name)), token.span)
      }
    default:
      try requireNoCommand(first, mayBegin: true)
    }
    return Statement(.expression(first.expression), first.span)
  }

  /// The assignment without its type, behind `name`; the current token is the `:`.
  @inline(never)
  private func annotationFix(_ name: String) -> String {
    let rest = restOfStatement(after: token)
    guard !rest.isEmpty, rest != "…" else { return "" }
    if let equals = rest.firstIndex(of: "="), next.isWord || next.kind == .keyword(.none) {
      return "\(name) \(rest[equals...])"
    }
    if commands.contains(name) { return "\(name) \(rest)" }
    return [.number, .text].contains(next.kind) ? "\(name) = \(rest)" : ""
  }

  private static let augmented: Set<String> = ["+=", "-=", "*=", "/=", "//=", "%=", "**="]

  /// The expressions of `a, b`, which must be the targets of an assignment: there are no tuples.
  private mutating func parseTargets(_ first: Node) throws(SyntaxFailure) -> [Node] {
    var targets = [first]
    let comma = token.span
    while kind == .comma {
      advance()
      guard token.beginsExpression else { break }
      targets.append(try parseExpression())
    }
    guard kind == .assign, targets.count > 1 else {
      if let slip = numberWithComma(targets, comma) { throw slip }
      let whole = excerpt(first.span.joined(targets[targets.count - 1].span))
      throw SyntaxFailure(.python(.tuple, fix: "[\(whole)]"), comma)
    }
    return targets
  }

  /// `1,000` in place of a tuple of two numbers; nil for anything else.
  @inline(never)
  private func numberWithComma(_ targets: [Node], _ comma: Span) -> SyntaxFailure? {
    guard targets.count == 2, case .number = targets[0].expression.kind,
      case .number = targets[1].expression.kind
    else { return nil }
    var back = self
    while back.index > 0, back.token.span.start > comma.start { back.index -= 1 }
    return back.commaInNumber()
  }

  /// From the `=`, which the current token is.
  private mutating func parseAssignment(_ targets: [Node]) throws(SyntaxFailure) -> Statement {
    var names: [Name] = []
    for target in targets {
      guard case .name(let name) = target.expression.kind else {
        throw SyntaxFailure(assignmentProblem(target, isOnly: targets.count == 1), target.span)
      }
      if commands.contains(name) {
        throw builtIn(name, target.span, isOnly: targets.count == 1)
      }
      names.append(Name(name, target.span))
    }
    let span = targets[0].span
    advance()
    let value = try parseExpression()
    try requireOneValue(value)
    if kind == .assign { throw chained(names, value) }
    return Statement(.assignment(names, value.expression), span.joined(value.span))
  }

  /// The error for the second `=` of a statement, which the current token is.
  @inline(never)
  private func chained(_ names: [Name], _ value: Node) -> SyntaxFailure {
    let rest = restOfStatement(after: token)
    let fix =
      names.count == 1 && !rest.isEmpty
      ? "\(excerpt(value.span)) = \(rest); \(names[0].text) = \(excerpt(value.span))" : ""
    return SyntaxFailure(.chainedAssignment(fix: fix), token.span)
  }

  /// The error for a name of the table on the left of `=`, which the current token is.
  @inline(never)
  private func builtIn(_ name: String, _ span: Span, isOnly: Bool) -> SyntaxFailure {
    let rest = restOfStatement(after: token)
    let isWord = isOnly && next.isWord && rest == list.text(next.span) && rest != name
    return SyntaxFailure(
      .builtInAssigned(
        name, fix: isWord ? "\(name) \(rest)" : nil,
        renamed: isOnly && !isWord && !rest.isEmpty ? "my_\(name) = \(rest)" : ""),
      span)
  }

  /// Why a target cannot be assigned; the current token is the `=`.
  @inline(never)
  private func assignmentProblem(_ target: Node, isOnly: Bool) -> SyntaxError {
    switch target.expression.kind {
    case .index(let owner, let position):
      return .itemAssigned(fix: isOnly ? itemFix(owner, position) : "")
    case .field: return .fieldAssigned
    case .bool, .none: return .reservedWord(excerpt(target.span), .variable)
    case .text(let name) where isOnly && Parser.isName(name):
      return .notAssignable(fix: "\(name) = \(restOfStatement(after: token))")
    default:
      let rest = restOfStatement(after: token)
      let isReversed = isOnly && next.isWord && rest == list.text(next.span) && !commands.contains(rest)
      return .notAssignable(fix: isReversed ? "\(rest) = \(excerpt(target.span))" : "")
    }
  }

  static func isName(_ text: String) -> Bool {
    let tokens = Lexer.tokens(String(text.prefix(60))).tokens
    return tokens.count == 2 && tokens[0].isWord && tokens[0].span.end == text.utf8.count
  }

  private mutating func parseReturn() throws(SyntaxFailure) -> Statement {
    let word = token.span
    guard functionDepth > 0 else {
      throw SyntaxFailure(.misplacedReturn(fix: restOfStatement(after: token)), word)
    }
    advance()
    if isAtStatementEnd { return Statement(.result(nil), word) }
    let value = try parseExpression()
    try requireOneValue(value)
    return Statement(.result(value.expression), word.joined(value.span))
  }

  /// Refuses `1, 2` and a command form where a value ends.
  @inline(never)
  private mutating func requireOneValue(_ value: Node) throws(SyntaxFailure) {
    if kind == .comma {
      if let slip = commaInNumber() { throw slip }
      let rest = next.beginsExpression ? ", \(restOfStatement(after: token))" : ""
      replacedPart = Span(value.span.start, statementEnd)
      throw SyntaxFailure(.python(.tuple, fix: "[\(excerpt(value.span))\(rest)]"), token.span)
    }
    try requireNoCommand(value, mayBegin: false)
  }

  /// Refuses a name directly followed by another value: a command form in an expression, or, where one
  /// `mayBegin`, a word that is no command.
  private func requireNoCommand(_ value: Node, mayBegin: Bool) throws(SyntaxFailure) {
    guard case .name(let name) = value.expression.kind, token.beginsExpression, kind != .invalid else {
      return
    }
    if mayBegin, kind == .number, text.hasPrefix("."), token.span.start == value.span.end {
      throw SyntaxFailure(.missingName(.field, found: found), token.span)
    }
    let fix = "\(name)(\(restOfStatement(after: list.tokens[index - 1])))"
    let isCommand = commands.contains(name)
    if !mayBegin, isCommand { throw SyntaxFailure(.commandInExpression(name, fix: fix), value.span) }
    guard mayBegin, !isCommand else { return }
    let suggestion = Suggestion.closest(to: name, among: commands.sorted())
    if suggestion != nil || [.name, .number, .text].contains(kind) {
      let rest = restOfStatement(after: list.tokens[index - 1])
      let candidate = suggestion.map { "\($0) \(rest)" } ?? fix
      // Words of a sentence are no arguments.
      let parses = !candidate.contains("…") && failure(of: candidate) == nil
      throw SyntaxFailure(
        .unknownCommand(name, suggestion: suggestion, fix: parses ? candidate : ""), value.span)
    }
  }

  /// The text from behind a token to the end of its line or statement, without a comment.
  @inline(never)
  func restOfStatement(after token: Token) -> String {
    guard var place = list.tokens.firstIndex(where: { $0.span.start >= token.span.end }) else { return "" }
    let start = list.tokens[place].span.start
    var end = start
    while ![.newline, .semicolon, .end, .close(.curly)].contains(list.tokens[place].kind) {
      end = list.tokens[place].span.end
      place += 1
    }
    return excerpt(Span(start, end))
  }
}
