// How values are written in a line: as code where they are echoed, bare where `show` prints them.
import Display
import Language
import Text

extension Value {
  /// As it is written in the language: texts quoted, `True`, `None`; objects in angle brackets. A list of
  /// more than 200 items is cut in the middle and followed by its length.
  package var code: String {
    switch self {
    case .none: "None"
    case .bool(let bool): bool ? "True" : "False"
    case .number(let number): NumberFormat.text(number)
    case .text(let text): pythonQuoted(text)
    case .list(let items): Value.listed(items)
    case .dictionary(let items):
      "{" + items.map { pythonQuoted($0.key) + ": " + $0.value.code }.joined(separator: ", ") + "}"
    case .function(let function, source: _): "<function \(function.name.text)>"
    case .object(let object): "<\(object.kind.name): \(object.summary)>"
    }
  }

  /// As `show` prints it: a text without quotes, anything else as code.
  package var bare: String {
    if case .text(let text) = self { return text }
    return code
  }

  /// The code of a value as an event: lists and dictionaries are laid out for the width.
  var written: Event {
    switch self {
    case .list, .dictionary: .page(Page([.literal(code)]))
    case .none, .bool, .number, .text, .function, .object: .text(code)
    }
  }

  private static func listed(_ items: [Value]) -> String {
    guard items.count > 200 else { return "[" + items.map(\.code).joined(separator: ", ") + "]" }
    let head = items.prefix(10).map(\.code).joined(separator: ", ")
    let tail = items.suffix(3).map(\.code).joined(separator: ", ")
    return "[\(head), ..., \(tail)] (\(items.count) items)"
  }
}
