// Reading scaling rules and alphas out of arguments.
package import Adapters
package import Fields
package import Interpreter
import Language
import Text

/// Choices of every `scaling` parameter.
package let ruleChoices = [
  Choice("lora", "alpha/r"), Choice("rslora", "alpha/√r"), Choice("constant", "alpha at every rank"),
]

package let ruleKind = ParameterKind.either([.choice(ruleChoices), .object([.rule])])
package let alphaKind = ParameterKind.either([.number(.any), .text])

extension Arguments {
  /// The rule that an argument of `ruleKind` names; nil where it is absent.
  package func rule(_ name: String) throws -> ScalingRule? {
    switch value(name) {
    case .text("lora"): return .lora
    case .text("rslora"): return .rslora
    case .text("constant"): return .constant
    case .object: return try object(name, as: RuleObject.self).rule
    default: return nil
    }
  }

  /// Alpha as a number, or as a rule of the rank in a text.
  package func alpha(_ name: String) throws -> Alpha {
    switch value(name) {
    case .text(let text):
      let formula = try RankFormula(text, argument: name)
      return .ofRank(text: text) { formula.value(rank: $0) }
    default:
      return .fixed(number(name))
    }
  }
}

/// A formula of the rank, such as `2*r` or `8*sqrt(r)`: arithmetic on numbers and `r`, with `sqrt`.
struct RankFormula: Sendable {
  private let expression: Expression

  /// - Throws: `Failure` naming `argument` where the text is no such formula.
  init(_ text: String, argument: String) throws {
    let statements: [Statement]
    do {
      statements = try Parser.parse(Source(text), commands: [])
    } catch {
      throw Failure(
        argument: argument, "`\(text)` is not a formula of r", label: error.title, fix: "\(argument)=\"2*r\"")
    }
    guard statements.count == 1, case .expression(let expression) = statements[0].kind,
      RankFormula.isArithmetic(expression)
    else {
      throw Failure(
        argument: argument, "`\(text)` is not a formula of r",
        body: "Such a text is arithmetic on numbers and `r`: `+ - * / **`, parentheses and `sqrt`.",
        fix: "\(argument)=\"2*r\"")
    }
    self.expression = expression
  }

  func value(rank: Double) -> Double { RankFormula.value(expression, rank) ?? .nan }

  private static func isArithmetic(_ expression: Expression) -> Bool { value(expression, 1) != nil }

  /// nil where the expression is no arithmetic on r.
  private static func value(_ expression: Expression, _ r: Double) -> Double? {
    switch expression.kind {
    case .number(let number): return number
    case .name("r"): return r
    case .group(let inner): return value(inner, r)
    case .unary(.minus, let inner): return value(inner, r).map { -$0 }
    case .unary(.plus, let inner): return value(inner, r)
    case .binary(let symbol, let left, let right):
      guard let a = value(left, r), let b = value(right, r) else { return nil }
      switch symbol {
      case .add: return a + b
      case .subtract: return a - b
      case .multiply: return a * b
      case .divide: return a / b
      case .power: return Mathematics.power(a, b)
      default: return nil
      }
    case .call(let call):
      guard case .name("sqrt") = call.callee.kind, call.arguments.count == 1,
        let inner = value(call.arguments[0].value, r)
      else { return nil }
      return inner.squareRoot()
    default: return nil
    }
  }
}
