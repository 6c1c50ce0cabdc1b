// What can be wrong with a call and its arguments, and the limits of calls and nesting.
import Language
import Text

/// A fault of a call: of its arguments against the parameters, or a limit that it breaks.
enum CallProblem: Problem {
  case missingArgument(function: String, parameter: String, meaning: String, usage: String, fix: String)
  case tooManyArguments(function: String, most: Int, usage: String, named: [String])
  case unknownLabel(String, function: String, near: String?, labels: [String], fix: String)
  case givenTwice(String, other: String, otherSpan: Span)
  case mismatch(Mismatch, argument: String, function: String, fix: String)
  /// Two arguments of which each is what the other's place needs.
  case swapped(String, String, function: String, fix: String)
  case objectKind(variable: String, Value, function: String, needed: String)
  case nameNeeded(function: String, parameter: String)

  case recursion(limit: Int)
  case nesting(limit: Int)
  case nestedValue(limit: Int)

  /// An argument of the wrong kind is told by what is wrong with it, wherever in a list it stands.
  var code: String {
    if case .mismatch(let mismatch, _, _, _) = self { return Diagnostic.code(of: mismatch.innermost) }
    return Diagnostic.code(of: self)
  }

  func sentences(at span: Span) -> Diagnostic {
    switch self {
    case .missingArgument(let function, let parameter, let meaning, let usage, let fix):
      Diagnostic(
        "`\(function)` needs `\(parameter)`", at: span, label: meaning, body: "Its form is `\(usage)`.",
        fix: fix)
    case .tooManyArguments(let function, let most, let usage, let named):
      Diagnostic(
        most == 0
          ? "`\(function)` takes no values without a name"
          : "`\(function)` takes at most \(most) \(most == 1 ? "value" : "values") without a name",
        at: span, label: "one too many",
        body: "Its form is `\(usage)`."
          + (named.isEmpty
            ? ""
            : named.count > 24
              ? " \(named.count) more are given by name: see `help \(function)`."
              : " These are given by name: \(listed(named)).")
      )
    case .unknownLabel(let label, let function, let near, let labels, let fix):
      Diagnostic(
        "`\(function)` has no argument `\(label)`", at: span, label: didYouMean(near),
        body: labels.isEmpty
          ? "It takes none by name."
          : near != nil
            ? ""
            : labels.count > 24
              ? "`help \(function)` lists the \(labels.count) that it has." : "It has \(listed(labels)).",
        fix: fix)
    case .givenTwice(let name, let other, let otherSpan):
      Diagnostic(
        "`\(name)` is given twice", at: span,
        label: name == other ? "leave one out" : "the same as `\(other)`",
        others: [.init(otherSpan, "first given here")])
    case .mismatch(let mismatch, let argument, let function, let fix):
      mismatch.diagnostic(argument, function, span, fix)
    case .swapped(let first, let second, let function, let fix):
      Diagnostic(
        "two arguments of `\(function)` have changed places", at: span,
        label: "`\(first)` is given where `\(second)` stands", fix: fix)
    case .objectKind(let variable, let value, let function, let needed):
      Diagnostic(
        "`\(variable)` is \(value.kindPhrase); `\(function)` needs \(needed)", at: span,
        label: "\(needed) is needed")
    case .nameNeeded(let function, let parameter):
      Diagnostic("`\(function)` takes a bare name", at: span, label: "`\(parameter)` is a name, not a value")
    case .recursion(let limit):
      Diagnostic(
        "functions call each other more than \(limit) deep", at: span, label: "the last of these calls",
        body: "A function that calls itself needs an `if` that ends it.")
    case .nesting(let limit):
      Diagnostic(
        "the evaluation is more than \(limit) steps deep", at: span,
        label: "give inner parts a name of their own")
    case .nestedValue(let limit):
      Diagnostic("lists are nested more than \(limit) deep", at: span, label: "the innermost list")
    }
  }
}
