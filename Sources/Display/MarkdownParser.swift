// Lines of Markdown to blocks.

struct MarkdownParser {
  private let lines: [String]
  private let depth: Int
  private var index = 0

  /// Quotes and lists nested deeper than this are read as paragraphs.
  private static let deepest = 16

  static func blocks(of text: String) -> [MarkdownBlock] {
    blocks(
      of: text.split(separator: "\n", omittingEmptySubsequences: false).map(MarkdownLine.clean), depth: 0)
  }

  private static func blocks(of lines: [String], depth: Int) -> [MarkdownBlock] {
    var parser = MarkdownParser(lines: lines, depth: depth)
    var blocks: [MarkdownBlock] = []
    while parser.index < lines.count {
      if let block = parser.next() { blocks.append(block) }
    }
    return blocks
  }

  private init(lines: [String], depth: Int) {
    self.lines = lines
    self.depth = depth
  }

  /// Reads at least one line; nil for blank lines and comments.
  private mutating func next() -> MarkdownBlock? {
    let line = MarkdownLine(lines[index])
    if line.isBlank {
      index += 1
      return nil
    }
    if line.content.hasPrefix("<!--") { return comment() }
    if let fence = line.fence { return fenced(fence, indent: line.indent) }
    if line.indent >= 4 { return indentedCode() }
    if let (level, text) = line.heading {
      index += 1
      return .heading(level: level, text: text)
    }
    if line.isRule {
      index += 1
      return .rule
    }
    if depth < Self.deepest {
      if line.isQuote { return quote() }
      if line.marker != nil { return list() }
    }
    return table() ?? paragraph()
  }

  private mutating func comment() -> MarkdownBlock? {
    while index < lines.count {
      index += 1
      if lines[index - 1].contains("-->") { break }
    }
    return nil
  }

  private mutating func fenced(_ fence: (mark: Character, count: Int), indent: Int) -> MarkdownBlock {
    var code: [String] = []
    index += 1
    while index < lines.count {
      let line = MarkdownLine(lines[index])
      index += 1
      if let end = line.fence, end.mark == fence.mark, end.count >= fence.count,
        line.content.allSatisfy({ $0 == end.mark || $0 == " " })
      {
        break
      }
      code.append(line.without(indent: indent))
    }
    return .code(code)
  }

  private mutating func indentedCode() -> MarkdownBlock {
    var code: [String] = []
    while index < lines.count {
      let line = MarkdownLine(lines[index])
      guard line.isBlank || line.indent >= 4 else { break }
      code.append(line.without(indent: 4))
      index += 1
    }
    while code.last?.isEmpty == true { code.removeLast() }
    return .code(code)
  }

  private mutating func quote() -> MarkdownBlock {
    var inner: [String] = []
    while index < lines.count, MarkdownLine(lines[index]).isQuote {
      let rest = MarkdownLine(lines[index]).content.dropFirst()
      inner.append(String(rest.first == " " ? rest.dropFirst() : rest))
      index += 1
    }
    return .quote(Self.blocks(of: inner, depth: depth + 1))
  }

  private mutating func list() -> MarkdownBlock {
    var items: [MarkdownBlock.Item] = []
    var isLoose = false
    let isNumbered = MarkdownLine(lines[index]).marker?.isNumber
    while index < lines.count {
      let first = MarkdownLine(lines[index])
      guard let marker = first.marker, marker.isNumber == isNumbered, !first.isRule else { break }
      var inner = [String(first.content.dropFirst(marker.width))]
      index += 1
      while index < lines.count {
        let line = MarkdownLine(lines[index])
        let continues =
          line.isBlank || line.indent >= first.indent + marker.width
          || (inner.last?.isEmpty == false && !line.startsBlock)
        guard continues else { break }
        inner.append(line.without(indent: first.indent + marker.width))
        index += 1
      }
      let end = inner.lastIndex { !$0.isEmpty } ?? 0
      let hasMore = index < lines.count && MarkdownLine(lines[index]).marker?.isNumber == isNumbered
      if end < inner.count - 1, hasMore { isLoose = true }
      items.append(
        MarkdownBlock.Item(
          marker: marker.text, blocks: Self.blocks(of: Array(inner[...end]), depth: depth + 1)))
    }
    return .list(items, isLoose: isLoose)
  }

  private mutating func table() -> MarkdownBlock? {
    guard index + 1 < lines.count, let header = MarkdownLine(lines[index]).cells,
      let alignments = MarkdownLine(lines[index + 1]).alignments, alignments.count == header.count
    else { return nil }
    index += 2
    var rows: [[String]] = []
    while index < lines.count, let cells = MarkdownLine(lines[index]).cells {
      rows.append(Array(cells.prefix(header.count)))
      index += 1
    }
    return .table(header, alignments: alignments, rows: rows)
  }

  /// Lines up to one that is blank or begins another block; two spaces or a backslash at an end break the
  /// line.
  private mutating func paragraph() -> MarkdownBlock {
    var text = MarkdownLine(lines[index]).content
    index += 1
    while index < lines.count, !MarkdownLine(lines[index]).endsParagraph {
      let isBroken = text.hasSuffix("\\") || text.hasSuffix("  ")
      if text.hasSuffix("\\") { text.removeLast() }
      while text.last == " " { text.removeLast() }
      text += (isBroken ? "\n" : " ") + MarkdownLine(lines[index]).content
      index += 1
    }
    while text.last == " " { text.removeLast() }
    return .paragraph(text)
  }
}
