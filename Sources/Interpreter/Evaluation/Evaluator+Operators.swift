// Arithmetic, comparison and logic, as in Python.
import Language
import Text

extension Evaluator {
  @inline(never)
  func unary(_ sign: UnaryOperator, _ operand: Expression) throws -> Value {
    let value = try evaluate(operand)
    if sign == .not { return .bool(!value.isTrue) }
    guard let number = value.arithmetic else {
      throw OperatorProblem.unaryOperand(sign, value).diagnostic(at: operand.span)
    }
    return .number(sign == .minus ? -number : number)
  }

  @inline(never)
  func binary(
    _ sign: BinaryOperator, _ leftExpression: Expression, _ rightExpression: Expression, _ span: Span
  ) throws -> Value {
    let left = try evaluate(leftExpression)
    switch sign {
    case .and: return left.isTrue ? try evaluate(rightExpression) : left
    case .or: return left.isTrue ? left : try evaluate(rightExpression)
    default: break
    }
    if sign == .subtract, let slip = exponentSlip(leftExpression, rightExpression) { throw slip }
    let right = try evaluate(rightExpression)
    switch sign {
    case .equal: return .bool(try areEqual(left, right))
    case .notEqual: return .bool(try !areEqual(left, right))
    case .less, .lessOrEqual, .greater, .greaterOrEqual: return .bool(try ordered(sign, left, right, span))
    case .isIn: return .bool(try contains(right, left, leftExpression.span, rightExpression.span))
    case .notIn: return .bool(try !contains(right, left, leftExpression.span, rightExpression.span))
    default: break
    }
    if let a = left.arithmetic, let b = right.arithmetic {
      return .number(try arithmetic(sign, a, b, rightExpression.span))
    }
    switch (sign, left, right) {
    case (.add, .text(let a), .text(let b)):
      try checkLength(a.utf8.count + b.utf8.count, at: span)
      return .text(a + b)
    case (.add, .list(let a), .list(let b)):
      try checkLength(a.count + b.count, at: span)
      return .list(a + b)
    default: throw operandProblem(sign, (left, leftExpression), (right, rightExpression)).diagnostic(at: span)
    }
  }

  @inline(never)
  private func arithmetic(_ sign: BinaryOperator, _ a: Double, _ b: Double, _ divisor: Span) throws -> Double
  {
    switch sign {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .power:
      if a == 0, b < 0 { throw OperatorProblem.divisionByZero(.divide).diagnostic(at: divisor) }
      return Mathematics.power(a, b)
    default: break
    }
    guard b != 0 else { throw OperatorProblem.divisionByZero(sign).diagnostic(at: divisor) }
    if sign == .divide { return a / b }
    // Python's remainder has the sign of the divisor, and a == (a // b) * b + a % b.
    var remainder = a.truncatingRemainder(dividingBy: b)
    if remainder != 0, (remainder < 0) != (b < 0) { remainder += b }
    return sign == .remainder ? remainder : ((a - remainder) / b).rounded()
  }

  @inline(never)
  private func ordered(_ sign: BinaryOperator, _ left: Value, _ right: Value, _ span: Span) throws -> Bool {
    if let a = left.arithmetic, let b = right.arithmetic { return compare(sign, a, b) }
    guard case .text(let a) = left, case .text(let b) = right else {
      throw OperatorProblem.notOrdered(sign, left, right, fix: orderFix(sign, left, right, span)).diagnostic(
        at: span)
    }
    // By code points, which no locale changes.
    if a.unicodeScalars.elementsEqual(b.unicodeScalars) {
      return sign == .lessOrEqual || sign == .greaterOrEqual
    }
    let precedes = a.unicodeScalars.lexicographicallyPrecedes(b.unicodeScalars)
    return sign == .less || sign == .lessOrEqual ? precedes : !precedes
  }

  private func compare(_ sign: BinaryOperator, _ a: Double, _ b: Double) -> Bool {
    switch sign {
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    default: a >= b
    }
  }

  private func areEqual(_ left: Value, _ right: Value) throws -> Bool {
    var comparison = ValueComparison(stop: session.environment.stop)
    return try comparison.areEqual(left, right)
  }

  @inline(never)
  private func contains(_ container: Value, _ value: Value, _ span: Span, _ containerSpan: Span) throws
    -> Bool
  {
    switch container {
    case .list(let items):
      var comparison = ValueComparison(stop: session.environment.stop)
      for item in items where try comparison.areEqual(item, value) { return true }
      return false
    case .dictionary(let items):
      guard case .text(let key) = value else { return false }
      return items.contains { $0.key == key }
    case .text(let text):
      guard case .text(let part) = value else { throw OperatorProblem.textInText(value).diagnostic(at: span) }
      return try part.isEmpty || contains(part, in: text)
    default: throw OperatorProblem.notContainer(container).diagnostic(at: containerSpan)
    }
  }

  /// Whether a text has another one in it, character by character. Long texts that nearly match at each place take their
  /// product's time: there it stops where it is asked to.
  private func contains(_ part: String, in text: String) throws -> Bool {
    guard text.utf8.count > 100_000, part.utf8.count > 1 else { return text.contains(part) }
    guard let first = part.first else { return true }
    var rest = text[...]
    while let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      try poll()
      if rest.starts(with: part) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  /// Why an operator cannot take two values, with the comprehension to write where one is a list of numbers.
  @inline(never)
  private func operandProblem(
    _ sign: BinaryOperator, _ left: (Value, Expression), _ right: (Value, Expression)
  ) -> OperatorProblem {
    let leftText = text(left.1.span)
    let rightText = text(right.1.span)
    switch (left.0, right.0) {
    case (.list, .list):
      return .elementwise(
        sign, write: "[\(leftText)[i] \(sign.rawValue) \(rightText)[i] for i in range(len(\(leftText)))]")
    case (.list, .number), (.list, .bool):
      return .elementwise(sign, write: "[x \(sign.rawValue) \(rightText) for x in \(leftText)]")
    case (.number, .list), (.bool, .list):
      return .elementwise(sign, write: "[\(leftText) \(sign.rawValue) x for x in \(rightText)]")
    default: return .operands(sign, left.0, right.0, fix: operandFix(sign, left, right))
    }
  }

  private func operandFix(
    _ sign: BinaryOperator, _ left: (Value, Expression), _ right: (Value, Expression)
  ) -> String {
    let leftText = text(left.1.span)
    let rightText = text(right.1.span)
    guard leftText.count + rightText.count <= 80 else { return "" }
    switch (sign, left.0, right.0) {
    case (.add, .text, .number), (.add, .text, .bool): return "\(leftText) + str(\(rightText))"
    case (.add, .number, .text), (.add, .bool, .text): return "str(\(leftText)) + \(rightText)"
    case (.add, .list, .text), (.add, .list, .object), (.add, .list, .dictionary):
      return "\(leftText) + [\(rightText)]"
    default: return ""
    }
  }

  /// The comparison with a number that was put in quotes.
  private func orderFix(
    _ sign: BinaryOperator, _ left: Value, _ right: Value, _ span: Span
  ) -> String {
    switch (left, right) {
    case (.number(let number), .text(let text)) where Double(text) != nil:
      "\(NumberFormat.text(number)) \(sign.rawValue) \(text)"
    case (.text(let text), .number(let number)) where Double(text) != nil:
      "\(text) \(sign.rawValue) \(NumberFormat.text(number))"
    default: ""
    }
  }
}

/// Items of a list, or bytes of a text, that one value may have.
private let longestValue = 10_000_000

private func checkLength(_ count: Int, at span: Span) throws {
  guard count > longestValue else { return }
  throw Diagnostic(
    "the result would have \(count) items", at: span, label: "a list or text has at most \(longestValue)")
}
