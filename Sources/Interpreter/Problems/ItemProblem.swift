// What can be wrong with items, slices, fields and methods of a value.
import Language
import Text

/// A fault of what stands behind a value: an index, a slice, a field or a method; or of going through a value.
enum ItemProblem: Problem {
  case notIndexable(Value)
  case indexKind(Value)
  case indexOutOfRange(Int, count: Int)
  case keyKind(Value)
  case unknownKey(String, near: String?, keys: [String])
  case notSliceable(Value)
  case sliceBound(Value)
  case sliceStepIsZero
  case notIterable(Value, fix: String)
  case fieldOfDictionary(String, write: String)
  case unknownField(String, of: Value, near: String?, fields: [String])
  case methodNotCalled(String, of: Value)
  case unknownMethod(String, of: Value, near: String?, methods: [String], fix: String)
  /// `base.train(task)` or `xs.len`, with the call of the function of that name.
  case functionAsMember(String, of: Value, fix: String)

  func sentences(at span: Span) -> Diagnostic {
    switch self {
    case .notIndexable(let value):
      Diagnostic("\(value.kindPhrase) has no items", at: span, label: "only lists, texts and dictionaries do")
    case .indexKind(let value):
      Diagnostic("an index must be a whole number", at: span, label: "this is \(value.phrase)")
    case .indexOutOfRange(let index, let count):
      Diagnostic(
        "no item has the index \(index)", at: span,
        label: count == 0 ? "the list is empty" : "\(count) items: from 0 to \(count - 1)")
    case .keyKind(let value):
      Diagnostic("the key of a dictionary must be a text", at: span, label: "this is \(value.phrase)")
    case .unknownKey(let key, let near, let keys):
      Diagnostic(
        "the dictionary has no \(pythonQuoted(key))", at: span,
        label: near.map { "did you mean \(pythonQuoted($0))?" } ?? "",
        body: keys.isEmpty ? "It is empty." : "It has \(keys.map(pythonQuoted).joined(separator: ", ")).")
    case .notSliceable(let value):
      Diagnostic(
        "only lists and texts can be cut into slices", at: span, label: "this is \(value.kindPhrase)")
    case .sliceBound(let value):
      Diagnostic("the bounds of a slice must be whole numbers", at: span, label: "this is \(value.phrase)")
    case .sliceStepIsZero:
      Diagnostic("the step of a slice cannot be 0", at: span, label: "1 takes each, 2 every second item")
    case .notIterable(let value, let fix):
      Diagnostic(
        "`for` goes through a list, a text or a dictionary", at: span, label: "this is \(value.kindPhrase)",
        body: value.isNumber ? "To count from 0, write `range(n)`." : "", fix: fix)
    case .unknownField(let name, let value, let near, let fields):
      Diagnostic(
        "\(value.kindPhrase) has no field `\(name)`", at: span,
        label: near == nil && fields.isEmpty ? "it has no fields" : didYouMean(near),
        body: fields.isEmpty ? "" : "It has \(listed(fields)).")
    case .fieldOfDictionary(let name, let write):
      Diagnostic("a dictionary has no field `\(name)`", at: span, label: "its values have keys", fix: write)
    case .methodNotCalled(let name, let value):
      Diagnostic("`\(name)` is a method of \(value.kindPhrase)", at: span, label: "call it: `.\(name)(...)`")
    case .unknownMethod(let name, let value, let near, let methods, let fix):
      Diagnostic(
        "\(value.kindPhrase) has no method `\(name)`", at: span,
        label: near == nil && methods.isEmpty ? "it has no methods" : didYouMean(near),
        body: methodAdvice(name, value, methods), fix: fix)
    case .functionAsMember(let name, let value, let fix):
      Diagnostic(
        "`\(name)` is a function, not a part of \(value.kindPhrase)", at: span,
        label: "give it the value in brackets", fix: fix)
    }
  }

  private func methodAdvice(_ name: String, _ value: Value, _ methods: [String]) -> String {
    if !methods.isEmpty { return "It has \(listed(methods))." }
    switch (value, name) {
    case (.list, "append"): return "To add an item, write `xs = xs + [x]`."
    case (.list, "extend"): return "To join lists, write `xs + ys`."
    case (.list, "sort"): return "`sorted(xs)` is a new list in order."
    case (.dictionary, "items"), (.dictionary, "keys"), (.dictionary, "values"):
      return "`for key in d { print(key, d[key]) }` goes through a dictionary."
    case (.text, "format"): return "To print values beside each other, write `print(a, b)`."
    default: return ""
    }
  }
}
