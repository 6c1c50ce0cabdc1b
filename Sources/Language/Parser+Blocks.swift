// Statements with a head and a block: for, if, def; and imports.

extension Parser {
  /// A name to be bound, or of another role.
  mutating func parseName(_ role: NameRole) throws(SyntaxFailure) -> Name {
    let span = token.span
    let name = text
    switch kind {
    case .name:
      let binds = [.variable, .loopVariable, .function, .parameter].contains(role)
      if binds && commands.contains(name) { throw SyntaxFailure(.builtInRenamed(name, role), span) }
    case .keyword where role == .field: break
    case .keyword: throw SyntaxFailure(.reservedWord(name, role), span)
    case .binary(.multiply) where role == .parameter, .binary(.power) where role == .parameter:
      throw SyntaxFailure(.python(.unpacking), span)
    default: throw unexpected(.missingName(role, found: found))
    }
    advance()
    return Name(name, span)
  }

  // MARK: - Blocks

  /// `{ … }` behind a head that begins with the token `head`; line breaks before the `{` are ignored.
  private mutating func parseBlock(head: Token) throws(SyntaxFailure) -> [Statement] {
    let word = list.text(head.span)
    if kind == .colon { throw SyntaxFailure(.python(.indentedBlock(word)), token.span) }
    skipLineBreaks()
    guard kind == .open(.curly) else {
      if kind == .assign { throw SyntaxFailure(assignmentInExpression, token.span) }
      throw unexpected(.missingBlock(head: word, found: found, fix: blockFix(head: head)))
    }
    try enter(token)
    openings.append(token)
    blocks.append(token.span.start)
    let before = lineBreaksCount
    lineBreaksCount = true
    advance()
    var statements: [Statement] = []
    try parseStatements(inBlock: true, into: &statements)
    _ = try close(.curly, lineBreaksCounted: before)
    blocks.removeLast()
    return statements
  }

  mutating func parseFor() throws(SyntaxFailure) -> Statement {
    let head = token
    advance()
    let variables = try parseLoopVariables()
    // A block is no list: the list is missing. In a dictionary a colon follows the first key.
    if kind == .open(.curly),
      ![.colon, .end].contains(list.tokens[min(index + 2, list.tokens.count - 1)].kind)
    {
      throw SyntaxFailure(.missingExpression(found: found), token.span)
    }
    let items = try parseExpression()
    let body = try parseBlock(head: head)
    return Statement(
      .forLoop(variables: variables, list: items.expression, body: body), Span(head.span.start, previousEnd))
  }

  /// `x in` or `a, b in`, of a loop or a comprehension.
  @inline(never)
  mutating func parseLoopVariables() throws(SyntaxFailure) -> [Name] {
    if kind == .open(.round), !isNestedPattern { throw SyntaxFailure(.loopInBrackets(fix: ""), token.span) }
    var variables: [Name] = []
    repeat {
      if kind == .open(.round) || kind == .open(.square) {
        throw SyntaxFailure(.python(.nestedLoopNames), token.span)
      }
      variables.append(try parseName(.loopVariable))
    } while take(.comma)
    guard take(.keyword(.in)) else { throw unexpected(.missingWord("in", found: found)) }
    return variables
  }

  mutating func parseConditional() throws(SyntaxFailure) -> Statement {
    let start = token.span.start
    var branches: [ConditionalBranch] = []
    var otherwise: [Statement]?
    var head = token
    advance()
    while true {
      // A dictionary is no condition: the condition is missing.
      if kind == .open(.curly) { throw SyntaxFailure(.missingExpression(found: found), token.span) }
      let condition = try parseExpression()
      branches.append(
        ConditionalBranch(condition: condition.expression, body: try parseBlock(head: head)))
      guard isKeyword(.else) || isKeyword(.elif) else { break }
      head = token
      let isLast = isKeyword(.else) && next.kind != .keyword(.if)
      if isKeyword(.else), !isLast { advance() }
      advance()
      if isLast {
        otherwise = try parseBlock(head: head)
        break
      }
    }
    return Statement(.conditional(branches, otherwise: otherwise), Span(start, previousEnd))
  }

  mutating func parseFunction() throws(SyntaxFailure) -> Statement {
    let head = token
    advance()
    let name = try parseName(.function)
    guard kind == .open(.round) else { throw unexpected(.missingWord("(", found: found)) }
    let parameters = try parseParameters()
    if kind == .foreign, text == "->" { throw SyntaxFailure(.python(.annotation), token.span) }
    functionDepth += 1
    let body = try parseBlock(head: head)
    functionDepth -= 1
    return Statement(
      .function(FunctionDefinition(name: name, parameters: parameters, body: body)),
      Span(head.span.start, previousEnd))
  }

  private mutating func parseParameters() throws(SyntaxFailure) -> [FunctionParameter] {
    var parameters: [FunctionParameter] = []
    var places: [String: Span] = [:]
    var optional: Name?
    let lineBreaks = try open()
    while kind != .close(.round) {
      let name = try parseName(.parameter)
      if let first = places.updateValue(name.span, forKey: name.text) {
        throw SyntaxFailure(.duplicateParameter(name.text, first: first), name.span)
      }
      if kind == .colon { throw SyntaxFailure(.python(.annotation), token.span) }
      var value: Expression?
      if take(.assign) {
        value = try parseExpression().expression
        optional = name
      } else if let optional {
        throw SyntaxFailure(.requiredAfterDefault(name.text, first: optional.span), name.span)
      }
      parameters.append(FunctionParameter(name: name, defaultValue: value))
      guard take(.comma) else { break }
    }
    _ = try close(.round, lineBreaksCounted: lineBreaks)
    return parameters
  }

  // MARK: - Imports

  private mutating func parseModule() throws(SyntaxFailure) -> Name {
    var module = try parseName(.module)
    while take(.dot) {
      let part = try parseName(.field)
      module = Name("\(module.text).\(part.text)", module.span.joined(part.span))
    }
    return module
  }

  /// The assignment of `name as alias`; nil without `as`, or where both are the same.
  private mutating func parseAlias(of name: Name) throws(SyntaxFailure) -> Statement? {
    guard take(.keyword(.as)) else { return nil }
    if kind == .name, text == name.text {
      advance()
      return nil
    }
    let alias = try parseName(.variable)
    return Statement(
      .assignment([alias], Expression(.name(name.text), name.span)), name.span.joined(alias.span))
  }

  /// `import a, b.c as d`: a statement for each module.
  mutating func parseImport(into statements: inout [Statement]) throws(SyntaxFailure) {
    var start = token.span
    advance()
    repeat {
      let module = try parseModule()
      statements.append(Statement(.importNames(module: module, names: []), start.joined(module.span)))
      if let alias = try parseAlias(of: module) { statements.append(alias) }
      start = token.span
    } while take(.comma)
  }

  /// `from a import b, c as d`, the names in parentheses or not.
  mutating func parseFrom(into statements: inout [Statement]) throws(SyntaxFailure) {
    let start = token.span.start
    advance()
    let module = try parseModule()
    guard take(.keyword(.import)) else { throw unexpected(.missingWord("import", found: found)) }
    if kind == .binary(.multiply) { throw SyntaxFailure(.python(.importAll), token.span) }
    var names: [Name] = []
    var aliases: [Statement] = []
    let inBrackets = kind == .open(.round)
    let lineBreaks = inBrackets ? try open() : lineBreaksCount
    repeat {
      if inBrackets && kind == .close(.round) && !names.isEmpty { break }
      names.append(try parseName(.importedName))
      if let alias = try parseAlias(of: names[names.count - 1]) { aliases.append(alias) }
    } while take(.comma)
    if inBrackets { _ = try close(.round, lineBreaksCounted: lineBreaks) }
    statements.append(Statement(.importNames(module: module, names: names), Span(start, previousEnd)))
    statements += aliases
  }
}
