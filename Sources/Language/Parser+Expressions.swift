// Expressions: operators by precedence without recursion, then signs, powers and what follows a value.

extension Parser {
  mutating func parseExpression() throws(SyntaxFailure) -> Node {
    let node = try parseOperators()
    if isKeyword(.if) { throw conditional(node) }
    return node
  }

  /// The error for an `if`, which the current token is, behind a value.
  // Mutating, so that its caller, a part of every level of nesting, passes the parser by its address.
  @inline(never)
  private mutating func conditional(_ value: Node) -> SyntaxFailure {
    replacedPart = value.span
    return SyntaxFailure(.python(.conditional), token.span)
  }

  // MARK: - Binary operators

  private struct Operand {
    var node: Node
    var containsChain: Bool
    /// The right side of the comparison that this operand is, so that `a < b < c` can share `b`.
    var compared: (node: Node, containsChain: Bool)?
  }

  private enum Pending {
    case binary(BinaryOperator)
    case not(Token)

    var precedence: Int {
      switch self {
      case .not: 3
      case .binary(let binary): Parser.precedence(binary)
      }
    }
  }

  private static func precedence(_ binary: BinaryOperator) -> Int {
    switch binary {
    case .or: 1
    case .and: 2
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn, .notIn: 4
    case .add, .subtract: 5
    case .multiply, .divide, .floorDivide, .remainder: 6
    case .power: 7
    }
  }

  /// Everything above a conditional expression. Pending operators wait on a stack of their own, so that a
  /// level of nesting costs the same few calls whatever its operators are.
  mutating func parseOperators() throws(SyntaxFailure) -> Node {
    let chains = comparisonChains
    if isKeyword(.not) { return try parseChain(nil, containsChain: false) }
    let first = try parseOperand()
    if binaryOperator != nil { return try parseChain(first, containsChain: comparisonChains > chains) }
    if isKeyword(.is) { throw identity(first) }
    return first
  }

  /// From the first operator, or from a leading `not`.
  @inline(never)
  private mutating func parseChain(_ first: Node?, containsChain: Bool) throws(SyntaxFailure) -> Node {
    var pending: [Pending] = []
    var operands: [Operand] = []
    if let first {
      operands.append(Operand(node: first, containsChain: containsChain))
    } else {
      try parseOperand(&pending, &operands)
    }
    while let binary = binaryOperator {
      while let last = pending.last, last.precedence >= Parser.precedence(binary) {
        pending.removeLast()
        try apply(last, to: &operands)
      }
      pending.append(.binary(binary))
      if binary == .notIn { advance() }
      advance()
      // A line that ends with an operator goes on.
      skipLineBreaks()
      try parseOperand(&pending, &operands)
    }
    if isKeyword(.is) { throw identity(operands[operands.count - 1].node) }
    while let last = pending.popLast() { try apply(last, to: &operands) }
    return operands[0].node
  }

  @inline(never)
  private mutating func parseOperand(
    _ pending: inout [Pending], _ operands: inout [Operand]
  ) throws(SyntaxFailure) {
    while isKeyword(.not) {
      if let last = pending.last, last.precedence > 3 { throw SyntaxFailure(.misplacedNot, token.span) }
      try enter(token)
      pending.append(.not(token))
      advance()
    }
    let chains = comparisonChains
    let node = try parseOperand()
    operands.append(Operand(node: node, containsChain: comparisonChains > chains))
  }

  /// The operator that the current token is or, for `not in`, begins; `**` belongs to `parseOperand`.
  private var binaryOperator: BinaryOperator? {
    switch kind {
    case .binary(let binary): binary
    case .keyword(.and): .and
    case .keyword(.or): .or
    case .keyword(.in): .isIn
    case .keyword(.not): next.kind == .keyword(.in) ? .notIn : nil
    default: nil
    }
  }

  @inline(never)
  private mutating func apply(_ pending: Pending, to operands: inout [Operand]) throws(SyntaxFailure) {
    let right = operands.removeLast()
    switch pending {
    case .not(let word):
      leave()
      let span = word.span.joined(right.node.span)
      let result = try node(.unary(.not, right.node.expression), span, above: right.node.height)
      operands.append(Operand(node: result, containsChain: right.containsChain))
    case .binary(let binary):
      let left = operands.removeLast()
      operands.append(try combined(left, binary, right))
    }
  }

  private mutating func combined(
    _ left: Operand, _ binary: BinaryOperator, _ right: Operand
  ) throws(SyntaxFailure) -> Operand {
    let span = left.node.span.joined(right.node.span)
    var contains = left.containsChain || right.containsChain
    let result: Node
    if Parser.precedence(binary) == 4, let middle = left.compared {
      // The middle stands twice in the tree; a chain in a chain would double at each level.
      if middle.containsChain { throw SyntaxFailure(.nestedComparison, middle.node.span) }
      let second = try node(
        .binary(binary, middle.node.expression, right.node.expression),
        middle.node.span.joined(right.node.span),
        above: max(middle.node.height, right.node.height))
      result = try node(
        .binary(.and, left.node.expression, second.expression), span,
        above: max(left.node.height, second.height))
      comparisonChains += 1
      contains = true
    } else {
      result = try node(
        .binary(binary, left.node.expression, right.node.expression), span,
        above: max(left.node.height, right.node.height))
    }
    let compared = Parser.precedence(binary) == 4 ? (right.node, right.containsChain) : nil
    return Operand(node: result, containsChain: contains, compared: compared)
  }

  // MARK: - Signs and powers

  /// A sign binds looser than `**` on its right, and tighter than every other operator.
  private mutating func parseOperand() throws(SyntaxFailure) -> Node {
    let first = token
    if kind == .binary(.subtract) || kind == .binary(.add) {
      let sign: UnaryOperator = kind == .binary(.subtract) ? .minus : .plus
      try enter(first)
      advance()
      let operand = try parseOperand()
      leave()
      return try node(
        .unary(sign, operand.expression), first.span.joined(operand.span), above: operand.height)
    }
    let base = try parsePostfix()
    guard kind == .binary(.power) else { return base }
    try enter(token)
    advance()
    skipLineBreaks()
    let exponent = try parseOperand()
    leave()
    return try node(
      .binary(.power, base.expression, exponent.expression), base.span.joined(exponent.span),
      above: max(base.height, exponent.height))
  }

  // MARK: - Fields, calls, indices

  private mutating func parsePostfix() throws(SyntaxFailure) -> Node {
    var result = try parsePrimary()
    while true {
      switch kind {
      case .dot:
        advance()
        let field = try parseName(.field)
        result = try node(
          .field(result.expression, field), result.span.joined(field.span), above: result.height)
      case .open(.round):
        result = try parseCall(result)
      case .open(.square):
        result = try parseIndex(result)
      default:
        return result
      }
    }
  }

  private mutating func parseIndex(_ base: Node) throws(SyntaxFailure) -> Node {
    let lineBreaks = try open()
    var parts: [Expression?] = [nil]
    var height = base.height
    while true {
      if kind == .colon, parts.count < 3 {
        advance()
        parts.append(nil)
      } else if kind == .close(.square), parts.count > 1 {
        break
      } else if parts[parts.count - 1] == nil, kind != .comma || parts.count == 1 {
        let part = try parseExpression()
        parts[parts.count - 1] = part.expression
        height = max(height, part.height)
      } else {
        break
      }
    }
    if kind == .comma { throw severalIndices(base, isFirst: parts.count == 1) }
    let end = try close(.square, lineBreaksCounted: lineBreaks)
    let span = Span(base.span.start, end)
    if parts.count == 1, let only = parts[0] {
      return try node(.index(base.expression, only), span, above: height)
    }
    let step = parts.count > 2 ? parts[2] : nil
    return try node(.slice(base.expression, from: parts[0], to: parts[1], step: step), span, above: height)
  }

  /// The error for a second index, before which the current token, a comma, stands.
  // Mutating, so that its caller, a part of every level of nesting, passes the parser by its address.
  @inline(never)
  private mutating func severalIndices(_ base: Node, isFirst: Bool) -> SyntaxFailure {
    guard next.beginsExpression else { return SyntaxFailure(.python(.severalIndices), token.span) }
    let other = excerpt(next.span)
    let inner = excerpt(base.span)
    let isWholeSlice =
      !isFirst && list.tokens[index - 1].kind == .colon && list.tokens[index - 2].kind == .open(.square)
    let fix =
      isFirst
      ? "\(excerpt(Span(base.span.start, previousEnd)))][\(other)]"
      : isWholeSlice ? "[row[\(other)] for row in \(inner)]" : ""
    return SyntaxFailure(.python(.severalIndices, fix: fix), token.span)
  }
}
