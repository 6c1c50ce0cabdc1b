// What can be wrong with what an operator is given.
import Language

/// A fault of what stands beside an operator.
enum OperatorProblem: Problem {
  case operands(BinaryOperator, Value, Value, fix: String)
  /// Arithmetic of a list, with the comprehension to write instead.
  case elementwise(BinaryOperator, write: String)
  case unaryOperand(UnaryOperator, Value)
  case divisionByZero(BinaryOperator)
  case notOrdered(BinaryOperator, Value, Value, fix: String)
  case notContainer(Value)
  case textInText(Value)

  func sentences(at span: Span) -> Diagnostic {
    switch self {
    case .operands(let sign, let left, let right, let fix):
      Diagnostic(
        "`\(sign.rawValue)` cannot take \(left.kindPhrase) and \(right.kindPhrase)", at: span,
        label: sign == .add ? "it joins two numbers, two texts or two lists" : "it takes two numbers",
        body: (sign == .add || sign == .remainder) && (left.isText || right.isText)
          ? "To print values beside each other, write `print(a, b)`." : "", fix: fix)
    case .elementwise(let sign, let write):
      Diagnostic(
        "`\(sign.rawValue)` takes single numbers, not lists", at: span,
        label: "use a comprehension", fix: write)
    case .unaryOperand(let sign, let value):
      Diagnostic(
        "`\(sign.rawValue)` cannot take \(value.kindPhrase)", at: span, label: "a number is needed")
    case .divisionByZero(let sign):
      Diagnostic(
        sign == .remainder ? "remainder of a division by zero" : "division by zero", at: span,
        label: "this is 0")
    case .notOrdered(let sign, let left, let right, let fix):
      Diagnostic(
        "`\(sign.rawValue)` cannot compare \(left.kindPhrase) with \(right.kindPhrase)", at: span,
        label: "numbers compare with numbers, texts with texts", fix: fix)
    case .notContainer(let value):
      Diagnostic(
        "`in` looks into a list, a text or a dictionary", at: span, label: "this is \(value.kindPhrase)")
    case .textInText(let value):
      Diagnostic("only a text can be in a text", at: span, label: "this is \(value.kindPhrase)")
    }
  }
}
