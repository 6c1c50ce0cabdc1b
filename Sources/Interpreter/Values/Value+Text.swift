// How values are written in a line: as code where they are echoed, bare where `show` prints them.
import Display
import Language
import Text

extension Value {
  /// As it is written in the language: texts quoted, `True`, `None`; objects in angle brackets. A list of
  /// more than 200 items is cut in the middle and followed by its length. What would be longer than a million bytes
  /// ends its lists with `...` there.
  package var code: String { code(limit: 1_000_000) }

  /// As `code`, with lists and dictionaries that end once the text has `limit` bytes.
  func code(limit: Int) -> String {
    var writer = ValueWriter(limit: limit)
    writer.write(self)
    return writer.text
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
}

/// The text of a value while it is written. Lists that share their items unfold here, and so the length has a limit.
private struct ValueWriter {
  private(set) var text = ""
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
  }

  private var isFull: Bool { text.utf8.count >= limit }

  mutating func write(_ value: Value) {
    switch value {
    case .none: text += "None"
    case .bool(let bool): text += bool ? "True" : "False"
    case .number(let number): text += NumberFormat.text(number)
    case .text(let quoted): text += pythonQuoted(quoted)
    case .list(let items): write(items)
    case .dictionary(let items):
      text += "{"
      for (i, item) in items.enumerated() {
        if i > 0 { text += ", " }
        if isFull {
          text += "...} (\(items.count) items)"
          return
        }
        text += pythonQuoted(item.key) + ": "
        write(item.value)
      }
      text += "}"
    case .function(let function, source: _): text += "<function \(function.name.text)>"
    case .object(let object): text += "<\(object.kind.name): \(object.summary)>"
    }
  }

  private mutating func write(_ items: [Value]) {
    let isLong = items.count > 200
    text += "["
    for i in items.indices where !isLong || i < 10 || i >= items.count - 3 {
      if i > 0 { text += ", " }
      if isFull {
        text += "...] (\(items.count) items)"
        return
      }
      if isLong, i == items.count - 3 { text += "..., " }
      write(items[i])
    }
    text += isLong ? "] (\(items.count) items)" : "]"
  }
}
