// What can be wrong with a program that parses, as data: an enum for each kind of problem, with its sentences.
import Language
import Text

/// A fault of a program, with what its message needs.
protocol Problem {
  /// Title, label, advice and fix, at a place.
  func sentences(at span: Span) -> Diagnostic
  /// What tools and tests tell the fault by.
  var code: String { get }
}

extension Problem {
  var code: String { Diagnostic.code(of: self) }

  /// The diagnostic at a place, to be given its source by whoever knows it.
  func diagnostic(at span: Span) -> Diagnostic {
    var diagnostic = sentences(at: span)
    diagnostic.code = code
    return diagnostic
  }
}

extension Value {
  /// The value as a message says it: the number itself, "the text 'abc'", "a list".
  var phrase: String {
    switch self {
    case .number(let number): NumberFormat.text(number)
    case .text(let text) where text.count <= 40: "the text \(pythonQuoted(text))"
    case .bool, .none: code
    default: kindPhrase
    }
  }

  var isText: Bool { if case .text = self { true } else { false } }
  var isNumber: Bool { if case .number = self { true } else { false } }
}

/// "did you mean `task`?"; empty where nothing is near.
func didYouMean(_ near: String?) -> String {
  near.map { "did you mean `\($0)`?" } ?? ""
}

/// "`a`, `b` or `c`".
func alternatives(_ words: [String]) -> String {
  let quoted = words.map { "`\($0)`" }
  guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
  return quoted.dropLast().joined(separator: ", ") + " or " + last
}

/// A name as a title can hold it.
func shortened(_ name: String) -> String {
  let most = 40
  return name.count > most ? name.prefix(most) + "…" : name
}
