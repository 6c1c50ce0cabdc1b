// The parser: state, movement over the tokens, and the general errors. One function a rule in its extensions.

/// Recursive descent for what nests, with two limits that keep every recursion over the tree short.
package struct Parser {
  /// Brackets, blocks, and chains of signs or `**`, counted together.
  package static let nestingLimit = 256
  /// The height of an expression's tree: chains such as `1 + 1 + …` and `a.b.c…` make it high.
  package static let heightLimit = 1000

  let list: TokenList
  /// The names of the table.
  let commands: Set<String>
  /// The names of arguments that the commands take; nil where they are not known.
  let labels: Set<String>?
  /// The current token's place in the list.
  var index = 0
  /// Line breaks end statements in blocks and mean nothing in other brackets.
  var lineBreaksCount = true
  /// What the fix of the error that was thrown takes the place of, where that is more or less than its own place.
  // Not in the error, which every level of nesting has room for.
  var replacedPart: Span?
  /// The brackets and blocks that are open, innermost last.
  var openings: [Token] = []
  /// The `{` of the blocks that are open, as offsets in the text, innermost last.
  var blocks: [Int] = []
  /// Levels of nesting so far, and how many function bodies are open.
  var depth = 0
  var functionDepth = 0
  /// Comparison chains made so far; two counts tell whether an operand contains one.
  var comparisonChains = 0

  /// An expression and the height of its tree.
  struct Node {
    var expression: Expression
    var height: Int

    init(_ kind: Expression.Kind, _ span: Span, height: Int) {
      expression = Expression(kind, span)
      self.height = height
    }

    var span: Span { expression.span }
  }

  init(_ list: TokenList, commands: Set<String>, labels: Set<String>? = nil) {
    self.list = list
    self.commands = commands
    self.labels = labels
  }

  /// Parses a whole text.
  /// - Parameters:
  ///   - commands: the names of the table, which begin command forms and cannot be assigned.
  ///   - labels: the names of arguments in the table, for what to write in place of a mistake; nil for any.
  /// - Throws: a diagnostic with `source` and `span` filled in. An empty text has no statements.
  package static func parse(
    _ source: Source, commands: Set<String>, labels: Set<String>? = nil
  ) throws(Diagnostic) -> [Statement] {
    do {
      return try statements(source.text, commands: commands, labels: labels)
    } catch {
      throw error.diagnostic(in: source)
    }
  }

  /// As `parse`, with the error as data.
  package static func statements(
    _ text: String, commands: Set<String>, labels: Set<String>? = nil
  ) throws(SyntaxFailure) -> [Statement] {
    var parser = Parser(Lexer.tokens(text), commands: commands, labels: labels)
    do {
      return try parser.parseProgram()
    } catch {
      throw parser.explained(error)
    }
  }

  // MARK: - Movement

  var token: Token { list.tokens[index] }
  var kind: Token.Kind { list.tokens[index].kind }

  /// The token after the current one, line breaks included.
  var next: Token { list.tokens[min(index + 1, list.tokens.count - 1)] }

  /// The end of the token before the current one.
  var previousEnd: Int { index > 0 ? list.tokens[index - 1].span.end : 0 }

  var text: String { list.text(token.span) }

  /// Moves to the next token, beyond line breaks where these mean nothing. The last one is never left.
  mutating func advance() {
    if index < list.tokens.count - 1 { index += 1 }
    if !lineBreaksCount { skipLineBreaks() }
  }

  /// Moves beyond line breaks.
  mutating func skipLineBreaks() {
    while kind == .newline { index += 1 }
  }

  /// Whether the current token is this word.
  func isKeyword(_ word: Keyword) -> Bool { kind == .keyword(word) }

  /// Moves on and gives true if the current token is of this kind.
  mutating func take(_ wanted: Token.Kind) -> Bool {
    guard kind == wanted else { return false }
    advance()
    return true
  }

  /// Goes a level of nesting down. Throws `.nestingTooDeep` at the limit.
  mutating func enter(_ token: Token) throws(SyntaxFailure) {
    depth += 1
    if depth > Parser.nestingLimit {
      throw SyntaxFailure(.nestingTooDeep(limit: Parser.nestingLimit), token.span)
    }
  }

  /// Comes a level back up.
  mutating func leave() { depth -= 1 }

  /// Moves behind an opening bracket, which the current token is. What `lineBreaksCount` was must be given
  /// to `close`.
  mutating func open() throws(SyntaxFailure) -> Bool {
    try enter(token)
    openings.append(token)
    let before = lineBreaksCount
    lineBreaksCount = false
    advance()
    return before
  }

  /// Moves behind the closing bracket, which the current token must be; gives its end.
  mutating func close(_ bracket: Bracket, lineBreaksCounted: Bool) throws(SyntaxFailure) -> Int {
    guard kind == .close(bracket) else { throw unexpectedInBracket() }
    let end = token.span.end
    openings.removeLast()
    lineBreaksCount = lineBreaksCounted
    leave()
    advance()
    return end
  }

  /// A node above others, of which `height` is the greatest height.
  func node(
    _ kind: Expression.Kind, _ span: Span, above height: Int
  ) throws(SyntaxFailure) -> Node {
    guard height < Parser.heightLimit else {
      throw SyntaxFailure(.formulaTooDeep(limit: Parser.heightLimit), token.span)
    }
    return Node(kind, span, height: height + 1)
  }
}
