// Why a value does not fit the kind of a parameter, and what to write instead.
import Fields
import Language
import Text

/// Why a value does not fit the kind of a parameter.
indirect enum Mismatch {
  case kind(Value, needed: String)
  case range(Double, NumberRange)
  case notWhole(Double)
  case unknownChoice(String, near: String?, [Choice])
  /// The item of a list, or of a dictionary.
  case item(Int, Mismatch)
  case entry(String, Mismatch)
}

extension Mismatch {
  /// Within lists and dictionaries the mismatch of the item itself.
  var innermost: Mismatch {
    switch self {
    case .item(_, let inner), .entry(_, let inner): inner.innermost
    case .kind, .range, .notWhole, .unknownChoice: self
    }
  }

  /// The error at a place, for an argument of a function; `fix` is what to write instead, or empty.
  func diagnostic(_ argument: String, _ function: String, _ span: Span, _ fix: String) -> Diagnostic {
    switch self {
    case .kind(let value, let needed):
      let title =
        argument.isEmpty
        ? "`\(function)` takes \(needed), not \(value.phrase)"
        : "`\(argument)` must be \(needed); it is \(value.phrase)"
      return Diagnostic(title, at: span, label: advice(value, needed, fix), fix: fix)
    case .range(let number, let range):
      let needed = number.isNaN ? "a number" : number.isInfinite ? "finite" : range.phrase(beside: number)
      return Diagnostic(
        "`\(argument)` must be \(needed); it is \(NumberFormat.text(number))", at: span,
        label: number.isFinite ? range.advice(for: number) : "too large for a number", fix: fix)
    case .notWhole(let number):
      return Diagnostic(
        "`\(argument)` must be a whole number; it is \(NumberFormat.text(number))", at: span,
        label: number.magnitude < 1e15
          ? "write \(NumberFormat.text(number.rounded(.down))) or \(NumberFormat.text(number.rounded(.up)))"
          : "",
        fix: fix)
    case .unknownChoice(let word, let near, let choices):
      return Diagnostic(
        "`\(argument)` of `\(function)` has no choice `\(word)`", at: span, label: didYouMean(near),
        body: "The choices are \(listed(choices.map(\.word))).")
    case .item(let index, let inner):
      return inner.diagnostic("\(argument)[\(index)]", function, span, fix)
    case .entry(let key, let inner):
      return inner.diagnostic("\(argument)[\(pythonQuoted(key))]", function, span, fix)
    }
  }

  /// What stands after the carets, for a value of another kind.
  private func advice(_ value: Value, _ needed: String, _ fix: String) -> String {
    switch value {
    case .text where !fix.isEmpty: "leave the quotes out"
    case .list where !fix.isEmpty: "leave the brackets out"
    case .list where !needed.contains("dictionary"): "one value is needed, not several"
    case .number where fix.contains("["), .text where fix.contains("["), .object where fix.contains("["):
      "put it into a list"
    default: "this is \(value.kindPhrase)"
    }
  }
}

extension NumberRange {
  /// The bounds in words; only the one that `number` breaks where the other is a limit of the machine.
  fileprivate func phrase(beside number: Double) -> String {
    number < lower && upper >= 1e6 && !excludesLower
      ? NumberRange(lower).phrase : phrase
  }

  /// What is most likely meant by a number out of range.
  fileprivate func advice(for number: Double) -> String {
    if number < 0, contains(-number), number == number.rounded() || lower < 1 {
      return "did you mean \(NumberFormat.text(-number))?"
    }
    if number > upper, number >= 3, number <= 100, contains(number / 100), upper <= 1 {
      return "did you mean \(NumberFormat.text(number / 100))?"
    }
    if number == 0 { return "0 is too small" }
    return number < lower || excludesLower && number == lower ? "too small" : "too large"
  }
}
