// The prose of a tutorial for a terminal.
package import Text

/// Markdown as terminal text of at most `options.width` columns, without a final line break: headings
/// (the first two levels underlined), wrapped paragraphs, lists, quotes, rules, tables, inline code,
/// strong and emphasised text; links as `text (address)`. Code blocks are indented by four spaces and not
/// wrapped. Comments are left out.
package func shownMarkdown(_ text: String, _ options: RenderOptions) -> TerminalText {
  MarkdownText(options: options).lines(MarkdownParser.blocks(of: text), width: max(1, options.width))
    .map { $0.shown(color: options.color) }.joined(separator: "\n")
}

/// As `shownMarkdown`, as a string.
package func renderedMarkdown(_ text: String, _ options: RenderOptions) -> String {
  shownMarkdown(text, options).string
}

private struct MarkdownText {
  let options: RenderOptions

  /// Below this, quotes and items lose their indentation.
  private static let narrowest = 10

  private var inline: MarkdownInline {
    MarkdownInline(keepsBackticks: !options.color, unicode: options.unicode)
  }

  /// The blocks, with an empty line between two unless they are `tight`.
  func lines(_ blocks: [MarkdownBlock], width: Int, tight: Bool = false) -> [StyledText] {
    blocks.map { lines($0, width: width) }.reduce(into: []) { all, block in
      if !all.isEmpty, !tight { all.append(StyledText()) }
      all += block
    }
  }

  private func lines(_ block: MarkdownBlock, width: Int) -> [StyledText] {
    switch block {
    case .heading(let level, let text): return heading(text, level, width)
    case .paragraph(let text): return inline.styled(text).wrapped(to: width)
    case .code(let code):
      return code.map { StyledText($0.isEmpty ? "" : "    " + $0.safe(unicode: options.unicode)) }
    case .rule: return [rule("─", "-", width)]
    case .quote(let blocks):
      let bar = StyledText(options.unicode ? "│ " : "| ", .dim)
      return indented(blocks, by: bar, then: bar, width)
    case .list(let items, let isLoose):
      let widest = items.map(\.marker.count).max() ?? 1
      return items.enumerated().flatMap { index, item in
        let marker = item.marker == "-" ? (options.unicode ? "•" : "-") : item.marker
        let first = StyledText("  " + marker.padded(to: widest, onLeft: true) + " ")
        let next = StyledText(String(repeating: " ", count: widest + 3))
        let gap = isLoose && index > 0 ? [StyledText()] : []
        return gap + indented(item.blocks, by: first, then: next, width, tight: !isLoose)
      }
    case .table(let header, let alignments, let rows): return table(header, alignments, rows, width)
    }
  }

  private func heading(_ text: String, _ level: Int, _ width: Int) -> [StyledText] {
    let lines = inline.styled(text).wrapped(to: width).map { line in
      line.runs.reduce(into: StyledText()) { $0.append($1.text, $1.style == .plain ? .title : $1.style) }
    }
    let widest = lines.map(\.displayWidth).max() ?? 0
    guard level <= 2, widest > 0 else { return lines }
    return lines + [level == 1 ? rule("═", "=", widest) : rule("─", "-", widest)]
  }

  private func rule(_ unicode: Character, _ ascii: Character, _ width: Int) -> StyledText {
    StyledText(String(repeating: options.unicode ? unicode : ascii, count: width), .dim)
  }

  private func indented(
    _ blocks: [MarkdownBlock], by first: StyledText, then next: StyledText, _ width: Int, tight: Bool = false
  ) -> [StyledText] {
    let room = width - next.displayWidth
    guard room >= Self.narrowest else { return lines(blocks, width: width, tight: tight) }
    let inner = blocks.isEmpty ? [StyledText()] : lines(blocks, width: room, tight: tight)
    return inner.enumerated().map { index, line in
      var result = index == 0 ? first : next
      result.append(line)
      return result
    }
  }

  private func table(
    _ header: [String], _ alignments: [Table.Alignment], _ rows: [[String]], _ width: Int
  ) -> [StyledText] {
    let cell = MarkdownInline(keepsBackticks: false, unicode: options.unicode)
    let columns = zip(header, alignments).map { Table.Column(cell.styled($0).plain, $1) }
    var inner = options
    inner.width = width
    return Table(columns: columns, rows: rows.map { $0.map { cell.styled($0).plain } }).lines(inner)
  }
}
