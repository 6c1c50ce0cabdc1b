// The sentences for what is wrong with a file of examples.
import Fields
import Text

extension ExampleFileError {
  /// What is wrong, and where: one line, lower case, no full stop.
  package var title: String {
    switch self {
    case .line(let path, let line, let flaw): "line \(line) of `\(path)` \(flaw.sentence)"
    case .noRows(let path): "`\(path)` has no rows"
    }
  }

  /// What to do: full sentences.
  package var advice: String {
    switch self {
    case .line(_, _, .json): "Each line holds one JSON object, on its own."
    case .line, .noRows:
      "A row is {\"prompt\": …, \"completion\": …}, {\"messages\": [{\"role\": …, \"content\": …}, …]} "
        + "or {\"text\": …}, with texts in place of the dots."
    }
  }
}

extension ExampleFileError.Flaw {
  fileprivate var sentence: String {
    switch self {
    case .json(let flaw): "is not JSON: at column \(flaw.column), \(flaw.sentence)"
    case .notAnObject(let found): "is \(found), not an object"
    case .noExample(let fields):
      fields.isEmpty
        ? "is an empty object"
        : "has no `prompt`, `messages` or `text`; it has \(fields.prefix(8).map(inBackquotes).joined(separator: ", "))"
    case .missing(let field): "has no `\(field)`"
    case .wrongKind(let field, let wanted, let found): "has \(found) as `\(field)` in place of \(wanted)"
    case .nothingLearnt: "has no turn of the role `assistant`, so nothing would be learnt from it"
    }
  }
}
