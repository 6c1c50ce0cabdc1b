// Expressions to values.
import Language
import Signals

/// Evaluates the statements and expressions of one source in a session.
///
/// Errors leave as `Diagnostic`s whose spans refer to `source`; `Interruption` leaves where the user stopped
/// it.
///
/// Most functions here and in `Binder` are never inlined: a step of evaluation would hold the variables of
/// all that it might do on the stack, and `depthLimit` would have to be smaller.
struct Evaluator {
  let session: Session
  let source: Source

  /// Lists within lists. Comparing, writing and freeing values recurse as deep as this.
  static let nestingLimit = 256
  /// Expressions and blocks within each other, through all calls, a call counted as three: at about 2 KB
  /// each, half of a stack of 8 MB.
  static let depthLimit = 2000

  /// The value of an expression.
  ///
  /// - Throws: a `Diagnostic` at the part that is wrong; `Interruption`; `Leaving` where the part leaves the session.
  func evaluate(_ expression: Expression) throws -> Value {
    try deepen(at: expression.span)
    defer { session.depth -= 1 }
    switch expression.kind {
    case .number(let number): return .number(number)
    case .text(let text): return .text(text)
    case .bool(let bool): return .bool(bool)
    case .none: return .none
    case .name(let name): return try value(named: name, at: expression.span)
    case .group(let inner): return try evaluate(inner)
    case .list(let items): return try limited(.list(items.map(evaluate)), expression.span)
    case .dictionary(let items): return try dictionary(items, expression.span) { try evaluate($0) }
    case .comprehension(let element, let variables, let list, let condition):
      return try comprehension(element, variables, list, condition, expression.span)
    case .unary(let sign, let operand): return try unary(sign, operand)
    case .binary(let sign, let left, let right): return try binary(sign, left, right, expression.span)
    case .index(let owner, let index): return try item(of: owner, at: index)
    case .slice(let owner, let from, let to, let step): return try slice(owner, from, to, step)
    case .field(let owner, let name): return try field(name, of: owner)
    case .call(let call): return try evaluate(call, at: expression.span)
    }
  }

  /// A dictionary whose values are evaluated by `evaluate`. Of two equal keys the last one counts.
  @inline(never)
  func dictionary(
    _ items: [DictionaryItem], _ span: Span, evaluate valueOf: (Expression) throws -> Value
  ) throws -> Value {
    var result: [(key: String, value: Value)] = []
    var places: [String: Int] = [:]
    for item in items {
      if case .name(let name) = item.key.kind, session.scope.value(name) == nil {
        throw NameProblem.bareKey(name).diagnostic(at: item.key.span)
      }
      let key = try evaluate(item.key)
      guard case .text(let text) = key else { throw ItemProblem.keyKind(key).diagnostic(at: item.key.span) }
      let value = try valueOf(item.value)
      if let place = places[text] {
        result[place].value = value
      } else {
        places[text] = result.count
        result.append((text, value))
      }
    }
    return try limited(.dictionary(result), span)
  }

  /// The value itself, where its lists are not nested too deep.
  @inline(never)
  func limited(_ value: Value, _ span: Span) throws -> Value {
    guard value.nesting <= Evaluator.nestingLimit else {
      throw CallProblem.nestedValue(limit: Evaluator.nestingLimit).diagnostic(at: span)
    }
    return value
  }

  /// Counts a step down; whoever calls it counts the step back up.
  func deepen(by steps: Int = 1, at span: Span) throws {
    guard session.depth + steps <= Evaluator.depthLimit else {
      throw CallProblem.nesting(limit: Evaluator.depthLimit).diagnostic(at: span)
    }
    session.depth += steps
  }

  /// Stops where the user asked to.
  func poll() throws {
    if session.environment.stop.isAsked { throw Interruption() }
  }

  /// The text of a span of the source.
  func text(_ span: Span) -> String {
    let bytes = source.text.utf8
    let start = bytes.index(bytes.startIndex, offsetBy: min(span.start, bytes.count))
    let end = bytes.index(bytes.startIndex, offsetBy: min(max(span.start, span.end), bytes.count))
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
