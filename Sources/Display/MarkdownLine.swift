// What one line of Markdown can begin.

struct MarkdownLine {
  /// Spaces before the content.
  let indent: Int
  let content: String

  init(_ line: String) {
    indent = line.prefix { $0 == " " }.count
    content = String(line.dropFirst(indent))
  }

  /// Tabs as four spaces, and no carriage return at the end.
  static func clean(_ line: Substring) -> String {
    let text = line.hasSuffix("\r") ? line.dropLast() : line
    return text.contains("\t")
      ? text.reduce(into: "") { $0 += $1 == "\t" ? "    " : String($1) } : String(text)
  }

  var isBlank: Bool { content.isEmpty }
  var isQuote: Bool { content.first == ">" && indent < 4 }

  func without(indent columns: Int) -> String {
    String(repeating: " ", count: max(0, indent - columns)) + content
  }

  var heading: (level: Int, text: String)? {
    let level = content.prefix { $0 == "#" }.count
    let rest = content.dropFirst(level)
    guard (1...6).contains(level), rest.isEmpty || rest.first == " " else { return nil }
    var text = rest
    while text.last == " " { text.removeLast() }
    let closing = text.reversed().prefix { $0 == "#" }.count
    if closing > 0, text.dropLast(closing).last == " " { text = text.dropLast(closing) }
    while text.last == " " { text.removeLast() }
    return (level, String(text.drop { $0 == " " }))
  }

  var fence: (mark: Character, count: Int)? {
    guard indent < 4 || !content.isEmpty, let mark = content.first, mark == "`" || mark == "~" else {
      return nil
    }
    let count = content.prefix { $0 == mark }.count
    guard count >= 3, mark == "~" || !content.dropFirst(count).contains("`") else { return nil }
    return (mark, count)
  }

  var isRule: Bool {
    let marks = content.filter { $0 != " " }
    guard let mark = marks.first, "-*_".contains(mark), indent < 4 else { return false }
    return marks.count >= 3 && marks.allSatisfy { $0 == mark }
  }

  /// The marker of a list item; its width reaches to the text after it.
  var marker: (text: String, width: Int, isNumber: Bool)? {
    guard indent < 4, let first = content.first else { return nil }
    if "-*+".contains(first) {
      let rest = content.dropFirst()
      let spaces = rest.prefix { $0 == " " }.count
      guard spaces > 0 || rest.isEmpty else { return nil }
      return ("-", 1 + (spaces > 4 || rest.isEmpty ? 1 : spaces), false)
    }
    let digits = content.prefix { $0.isASCII && $0.isNumber }
    let rest = content.dropFirst(digits.count)
    guard (1...9).contains(digits.count), rest.first == "." || rest.first == ")" else { return nil }
    let spaces = rest.dropFirst().prefix { $0 == " " }.count
    guard spaces > 0 else { return nil }
    return (String(digits + rest.prefix(1)), digits.count + 1 + (spaces > 4 ? 1 : spaces), true)
  }

  /// Whether the line begins a block of its own even right after a line of a paragraph.
  var startsBlock: Bool {
    isQuote || marker != nil || fence != nil || isRule || heading != nil || content.hasPrefix("<!--")
  }

  var endsParagraph: Bool {
    // A number inside running text, such as a year at the start of a line, is not a list unless it is 1.
    isBlank || (startsBlock && (marker.map { !$0.isNumber || $0.text.dropLast() == "1" } ?? true))
  }

  /// The cells of a table's row; nil for a line without a bar. `\|` is a bar in a cell.
  var cells: [String]? {
    guard content.contains("|") else { return nil }
    var cells = [""]
    var isEscaped = false
    for character in content {
      if character == "|", !isEscaped {
        cells.append("")
      } else {
        if isEscaped, character != "|" { cells[cells.count - 1].append("\\") }
        if character != "\\" || isEscaped { cells[cells.count - 1].append(character) }
      }
      isEscaped = character == "\\" && !isEscaped
    }
    var trimmed = cells.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
    if trimmed.first?.isEmpty == true { trimmed.removeFirst() }
    if trimmed.last?.isEmpty == true { trimmed.removeLast() }
    return trimmed
  }

  /// The alignments that the line under a table's header gives: a colon at the right is for numbers.
  var alignments: [Table.Alignment]? {
    guard let cells, !cells.isEmpty else { return nil }
    let isDelimiter = cells.allSatisfy { cell in
      cell.contains("-") && cell.allSatisfy { $0 == "-" || $0 == ":" }
    }
    return isDelimiter ? cells.map { $0.hasSuffix(":") && !$0.hasPrefix(":") ? .decimal : .left } : nil
  }
}
