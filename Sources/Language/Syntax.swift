// The syntax tree of the language.

/// A name with its place.
package struct Name: Equatable, Sendable {
  package var text: String
  package var span: Span

  package init(_ text: String, _ span: Span) {
    self.text = text
    self.span = span
  }
}

/// A sign before its operand, as it is written.
package enum UnaryOperator: String, Sendable { case minus = "-", plus = "+", not = "not" }

/// An operator between two operands, as it is written.
package enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case power = "**"
  case and, or
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case notIn = "not in"
}

/// What has a value: its kind with its parts, and its place in the source.
package struct Expression: Equatable, Sendable {
  /// What stands there, with expressions as its parts.
  package indirect enum Kind: Equatable, Sendable {
    case number(Double)
    case text(String)
    case bool(Bool)
    case none
    /// A variable, or a bare choice word where the table declares a choice.
    case name(String)
    /// `(e)`: a parenthesised expression; `(name)` is always the variable.
    case group(Expression)
    case list([Expression])
    case dictionary([DictionaryItem])
    /// `[element for variable in list if condition]`; of several variables each item gives as many values.
    case comprehension(element: Expression, variables: [Name], list: Expression, condition: Expression?)
    case unary(UnaryOperator, Expression)
    /// `a < b < c` is written `(a < b) and (b < c)` by the parser.
    case binary(BinaryOperator, Expression, Expression)
    case index(Expression, Expression)
    case slice(Expression, from: Expression?, to: Expression?, step: Expression?)
    case field(Expression, Name)
    case call(Call)
  }

  package var kind: Kind
  package var span: Span

  package init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }
}

/// `key: value` of a dictionary; the key is an expression, too.
package struct DictionaryItem: Equatable, Sendable {
  package var key: Expression
  package var value: Expression

  package init(key: Expression, value: Expression) {
    self.key = key
    self.value = value
  }
}

/// An argument of a call as it is written: `lr=2e-3`, or a value without label.
package struct Argument: Equatable, Sendable {
  package var label: Name?
  package var value: Expression
  /// Label and value.
  package var span: Span

  package init(label: Name?, value: Expression, span: Span) {
    self.label = label
    self.value = value
    self.span = span
  }
}

/// A call: `train(m, task, steps=200)`, the command form `plot run, run2`, or a table name alone (`scaling`).
package struct Call: Equatable, Sendable {
  /// How it is written: `f(x)`, `f x`, or `f` alone.
  package enum Form: Equatable, Sendable { case parentheses, command, bare }

  /// A name, or a field for a method call (`trainer.train()`).
  package var callee: Expression
  package var arguments: [Argument]
  package var form: Form

  package init(callee: Expression, arguments: [Argument], form: Form) {
    self.callee = callee
    self.arguments = arguments
    self.form = form
  }
}

/// A parameter of a user's function; without a default it must be given.
package struct FunctionParameter: Equatable, Sendable {
  package var name: Name
  package var defaultValue: Expression?

  package init(name: Name, defaultValue: Expression?) {
    self.name = name
    self.defaultValue = defaultValue
  }
}

/// `def name(parameters) { body }`.
package struct FunctionDefinition: Equatable, Sendable {
  package var name: Name
  package var parameters: [FunctionParameter]
  package var body: [Statement]

  package init(name: Name, parameters: [FunctionParameter], body: [Statement]) {
    self.name = name
    self.parameters = parameters
    self.body = body
  }
}

/// One `if` or `else if` with its block.
package struct ConditionalBranch: Equatable, Sendable {
  package var condition: Expression
  package var body: [Statement]

  package init(condition: Expression, body: [Statement]) {
    self.condition = condition
    self.body = body
  }
}

/// A statement: its kind with its parts, and its place in the source.
package struct Statement: Equatable, Sendable {
  /// What stands there, with expressions and statements as its parts.
  package indirect enum Kind: Equatable, Sendable {
    /// `a = e`, or `a, b = e` where `e` gives a list of as many items.
    case assignment([Name], Expression)
    case expression(Expression)
    /// `for a, b in pairs { … }`: of several variables each item is a list of as many values.
    case forLoop(variables: [Name], list: Expression, body: [Statement])
    /// `if`, any `else if`, and the last `else` (nil where there is none).
    case conditional([ConditionalBranch], otherwise: [Statement]?)
    case function(FunctionDefinition)
    /// `return e`, inside a function only.
    case result(Expression?)
    /// `time STATEMENT`: the statement, and how long it took.
    case timed(Statement)
    /// `from peft import LoraConfig, get_peft_model` or `import peft`: the names are known to the workbench or an error.
    case importNames(module: Name, names: [Name])
  }

  package var kind: Kind
  package var span: Span

  package init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }
}
