// The syntax tree as compact S-expressions, for expectations.
import Language

enum TreeDump {
  static func text(_ statements: [Statement]) -> String {
    statements.map { statement($0) }.joined(separator: "\n")
  }

  private static func block(_ statements: [Statement]) -> String {
    "{" + statements.map { statement($0) }.joined(separator: "; ") + "}"
  }

  private static func statement(_ statement: Statement) -> String {
    switch statement.kind {
    case .timed(let inner): return "(time \(self.statement(inner)))"
    case .assignment(let names, let value):
      return "(set \(names.map(\.text).joined(separator: " ")) \(expression(value)))"
    case .expression(let value): return expression(value)
    case .forLoop(let variables, let list, let body):
      return "(for \(variables.map(\.text).joined(separator: " ")) \(expression(list)) \(block(body)))"
    case .conditional(let branches, let otherwise):
      let parts = branches.map { "\(expression($0.condition)) \(block($0.body))" }
      return "(if \(parts.joined(separator: " "))\(otherwise.map { " else " + block($0) } ?? ""))"
    case .function(let function):
      let parameters = function.parameters.map { parameter in
        parameter.defaultValue.map { "\(parameter.name.text)=\(expression($0))" } ?? parameter.name.text
      }
      return "(def \(function.name.text) (\(parameters.joined(separator: " "))) \(block(function.body)))"
    case .result(let value): return value.map { "(return \(expression($0)))" } ?? "(return)"
    case .importNames(let module, let names):
      return "(import \(([module] + names).map(\.text).joined(separator: " ")))"
    }
  }

  /// All expressions, the inner ones included.
  static func expressions(_ statements: [Statement]) -> [Expression] {
    statements.flatMap { statement -> [Expression] in
      switch statement.kind {
      case .assignment(_, let value), .expression(let value): return parts(value)
      case .forLoop(_, let list, let body): return parts(list) + expressions(body)
      case .conditional(let branches, let otherwise):
        return branches.flatMap { parts($0.condition) + expressions($0.body) } + expressions(otherwise ?? [])
      case .function(let function):
        return function.parameters.compactMap(\.defaultValue).flatMap { parts($0) }
          + expressions(function.body)
      case .result(let value): return value.map { parts($0) } ?? []
      case .timed(let inner): return expressions([inner])
      case .importNames: return []
      }
    }
  }

  private static func parts(_ value: Expression) -> [Expression] {
    let inner: [Expression?] =
      switch value.kind {
      case .number, .text, .bool, .none, .name: []
      case .group(let operand), .unary(_, let operand), .field(let operand, _): [operand]
      case .list(let items): items
      case .dictionary(let items): items.flatMap { [$0.key, $0.value] }
      case .comprehension(let element, _, let list, let condition): [element, list, condition]
      case .binary(_, let left, let right), .index(let left, let right): [left, right]
      case .slice(let base, let from, let to, let step): [base, from, to, step]
      case .call(let call): [call.callee] + call.arguments.map(\.value)
      }
    return [value] + inner.compactMap { $0 }.flatMap { parts($0) }
  }

  static func text(_ value: Expression) -> String { expression(value) }

  private static func expression(_ value: Expression) -> String {
    switch value.kind {
    case .number(let number):
      return number == number.rounded() && abs(number) < 1e15
        ? String(Int(number)) : String(number)
    case .text(let text): return String(reflecting: text)
    case .bool(let bool): return bool ? "True" : "False"
    case .none: return "None"
    case .name(let name): return name
    case .group(let inner): return "(group \(expression(inner)))"
    case .list(let items): return "[\(items.map { expression($0) }.joined(separator: " "))]"
    case .dictionary(let items):
      return "{\(items.map { "\(expression($0.key)): \(expression($0.value))" }.joined(separator: ", "))}"
    case .comprehension(let element, let variables, let list, let condition):
      let filter = condition.map { " if \(expression($0))" } ?? ""
      let names = variables.map(\.text).joined(separator: " ")
      return "[\(expression(element)) for \(names) in \(expression(list))\(filter)]"
    case .unary(let sign, let operand): return "(\(sign.rawValue) \(expression(operand)))"
    case .binary(let sign, let left, let right):
      return "(\(sign.rawValue) \(expression(left)) \(expression(right)))"
    case .index(let base, let index): return "(at \(expression(base)) \(expression(index)))"
    case .slice(let base, let from, let to, let step):
      let parts = [from, to, step].map { $0.map { expression($0) } ?? "_" }
      return "(slice \(expression(base)) \(parts.joined(separator: " ")))"
    case .field(let base, let name): return "(. \(expression(base)) \(name.text))"
    case .call(let call):
      let form =
        switch call.form {
        case .parentheses: "call"
        case .command: "command"
        case .bare: "bare"
        }
      let arguments = call.arguments.map { argument in
        (argument.label.map { "\($0.text)=" } ?? "") + expression(argument.value)
      }
      return "(\(([form, expression(call.callee)] + arguments).joined(separator: " ")))"
    }
  }
}
