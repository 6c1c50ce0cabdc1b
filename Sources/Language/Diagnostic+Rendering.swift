// Diagnostics as text: title, source lines with carets, explanation, and what to write instead.
package import Text

extension Diagnostic {
  /// The diagnostic as lines of text, without a line break at the end.
  ///
  /// Source lines are indented by two and cut to a window around the place. A span of several lines is
  /// underlined on its first. Spans outside of the text are taken as its nearest end.
  /// - Parameters:
  ///   - unicode: false gives ASCII only; other characters become `?`.
  ///   - width: the columns of the screen; less than 20 counts as 20.
  package func shown(color: Bool = false, unicode: Bool = true, width: Int = 80) -> TerminalText {
    Rendering(diagnostic: self, color: color, glyphs: Glyphs(unicode: unicode), width: max(width, 20)).text
  }

  /// As `shown`, as a string.
  package func rendered(color: Bool = false, unicode: Bool = true, width: Int = 80) -> String {
    shown(color: color, unicode: unicode, width: width).string
  }
}

private struct Rendering {
  let diagnostic: Diagnostic
  let color: Bool
  let glyphs: Glyphs
  let width: Int

  var text: TerminalText {
    var lines = title
    if let source = diagnostic.source {
      lines += place(in: source)
      lines += sourceLines(source)
    } else if !diagnostic.label.isEmpty {
      lines += passed(wrapped(diagnostic.label))
    }
    if !diagnostic.body.isEmpty { lines += passed(wrapped(diagnostic.body)) }
    if !diagnostic.fix.isEmpty {
      let fix = glyphs.shown(diagnostic.fix).split(separator: "\n", omittingEmptySubsequences: false)
      lines += passed(fix.enumerated().map { ($0 == 0 ? "  write: " : "         ") + $1 })
    }
    return lines.joined(separator: "\n")
  }

  /// The title behind its level, wrapped as every sentence is.
  private var title: [TerminalText] {
    let level = diagnostic.level.rawValue + ":"
    let lines = wrapped(level + " " + oneLine(diagnostic.title), indent: "")
    let rest = lines.first?.dropFirst(level.count) ?? ""
    return [painted(level, levelInk) + TerminalText(rest)] + passed(lines.dropFirst())
  }

  // MARK: - Source

  /// The name of a file with line and column; nothing for a cell typed at the prompt.
  private func place(in source: Source) -> [TerminalText] {
    guard let name = source.name else { return [] }
    let arrow = painted("  --> ", .dim)
    guard let span = diagnostic.span else { return [arrow + TerminalText(oneLine(name))] }
    let before = source.text.utf8.prefix(max(span.start, 0))
    var line = source.firstLine
    var column = 1
    for byte in before {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return [arrow + TerminalText("\(oneLine(name)):\(line):\(column)")]
  }

  private struct Mark {
    var span: Span
    var label: String
    var isMain: Bool
  }

  /// Each line that has a mark, once, with its marks below it.
  private func sourceLines(_ source: Source) -> [TerminalText] {
    let bytes = Array(source.text.utf8)
    var marks = diagnostic.others.map { Mark(span: $0.span, label: $0.text, isMain: false) }
    if let span = diagnostic.span {
      marks.insert(Mark(span: span, label: diagnostic.label, isMain: true), at: 0)
    }
    var groups: [(line: SourceLine, marks: [Mark])] = []
    for mark in marks {
      let start = min(max(mark.span.start, 0), bytes.count)
      var mark = mark
      mark.span = Span(start, max(start, mark.span.end))
      let sees = { (line: SourceLine) in
        start >= line.range.lowerBound && start <= line.range.upperBound && line.columns(mark.span) != nil
      }
      if let index = groups.firstIndex(where: { sees($0.line) }) {
        groups[index].marks.append(mark)
      } else {
        let line = SourceLine(in: bytes, around: start, width: width - 2, glyphs: glyphs)
        groups.append((line, [mark]))
      }
    }
    groups.sort { $0.marks[0].span.start < $1.marks[0].span.start }
    return groups.flatMap { group in
      [TerminalText("  " + group.line.text)] + group.marks.flatMap { underline($0, in: group.line) }
    }
  }

  /// The carets of a mark, with its label behind them or, where it does not fit, below.
  private func underline(_ mark: Mark, in line: SourceLine) -> [TerminalText] {
    let columns = line.columns(mark.span) ?? 0..<1
    let ink = mark.isMain ? levelInk : .cyan
    let carets = String(repeating: mark.isMain ? "^" : "-", count: columns.count)
    let indent = TerminalText(String(repeating: " ", count: 2 + columns.lowerBound))
    let label = oneLine(mark.label)
    if label.isEmpty { return [indent + painted(carets, ink)] }
    if 2 + columns.upperBound + 1 + label.displayWidth <= width {
      return [indent + painted("\(carets) \(label)", ink)]
    }
    return [indent + painted(carets, ink)] + wrapped(label).map { painted($0, ink) }
  }

  // MARK: - Text

  /// Lines of at most `width` columns, the first behind `indent` and the others indented by two; line breaks of
  /// the text stay. A word that is longer than a line, such as a path, has its own.
  private func wrapped(_ text: String, indent: String = "  ") -> [String] {
    var lines: [String] = []
    for paragraph in glyphs.shown(text).split(separator: "\n", omittingEmptySubsequences: false) {
      var line = indent
      var isEmpty = true
      for word in paragraph.split(separator: " ") {
        if !isEmpty, line.displayWidth + 1 + word.displayWidth > width {
          lines.append(line)
          line = "  "
          isEmpty = true
        }
        line += (isEmpty ? "" : " ") + word
        isEmpty = false
      }
      lines.append(isEmpty ? "" : line)
    }
    return lines
  }

  private func passed(_ lines: some Sequence<String>) -> [TerminalText] { lines.map { TerminalText($0) } }

  private func oneLine(_ text: String) -> String {
    glyphs.shown(text.split(whereSeparator: \.isNewline).joined(separator: " "))
  }

  private func painted(_ text: String, _ ink: Ink) -> TerminalText {
    color ? ink.applied(to: text) : TerminalText(text)
  }

  private var levelInk: Ink {
    switch diagnostic.level {
    case .error: .boldRed
    case .warning: .boldYellow
    case .note: .boldCyan
    }
  }
}
