// A table as text for a terminal of a given width.
import Signals
package import Text

extension Table {
  /// Title, header, rule, rows, what was left out and the caption, in lines no wider than
  /// `options.width`, without spaces at their ends and without a final line break.
  ///
  /// Where the table is too wide, headers are broken, columns with a `priority` above 0 are left out,
  /// highest number first (a note says which), and then left-aligned columns are cut with `…`. Numbers
  /// are never cut: if they do not fit either, each row is shown as a list of its cells. Rows shorter
  /// than the others are filled with empty cells; a table without rows says so. Line breaks in cells show
  /// as spaces, other control characters are written out.
  package func shown(_ options: RenderOptions) -> TerminalText {
    var shown: [TerminalText] = []
    for (i, line) in lines(options).enumerated() {
      if i & 0xFF == 0xFF, options.stop.isAsked { break }
      shown.append(line.shown(color: options.color))
    }
    return shown.joined(separator: "\n")
  }

  /// As `shown`, as a string.
  package func rendered(_ options: RenderOptions) -> String { shown(options).string }

  func lines(_ options: RenderOptions) -> [StyledText] {
    let width = max(1, options.width)
    let columns = allColumns(options.unicode)
    let cells = columns.indices.map { index in
      TableColumnCells(
        header: columns[index].header, alignment: columns[index].alignment,
        cells: safeCells(of: index, options), stop: options.stop)
    }
    if options.stop.isAsked { return [] }
    var lines = StyledText(title.safe(unicode: options.unicode, keepingLineBreaks: true), .title).wrapped(
      to: width)
    if title.isEmpty { lines = [] }
    if columns.isEmpty {
      lines.append(StyledText("(no rows)", .dim))
    } else if let layout = TableLayout(columns, cells: cells, width: width) {
      lines += grid(layout, cells, options)
      if !layout.leftOut.isEmpty {
        let names = layout.leftOut.map {
          columns[$0].header.isEmpty ? "column \($0 + 1)" : columns[$0].header
        }
        let note = "too narrow for: " + names.joined(separator: ", ")
        lines += StyledText(note, .dim).wrapped(to: width)
      }
    } else {
      lines += list(columns, width, options)
    }
    if !caption.isEmpty {
      let text = caption.safe(unicode: options.unicode, keepingLineBreaks: true)
      lines += StyledText(text, .dim).wrapped(to: width)
    }
    return lines
  }

  /// The cells of a column, empty where a row ends before it. Once the signal is asked, the rest is left out.
  private func safeCells(of index: Int, _ options: RenderOptions) -> [String] {
    var cells: [String] = []
    cells.reserveCapacity(rows.count)
    for row in rows {
      if cells.count & 0x3FF == 0x3FF, options.stop.isAsked { return cells }
      cells.append(index < row.count ? row[index].safe(unicode: options.unicode) : "")
    }
    return cells
  }

  /// The columns with safe headers, and one without a header for each cell beyond them.
  private func allColumns(_ unicode: Bool) -> [Column] {
    let count = max(columns.count, rows.map(\.count).max() ?? 0)
    return (0..<count).map { index in
      guard index < columns.count else { return Column("") }
      var column = columns[index]
      column.header = column.header.safe(unicode: unicode)
      return column
    }
  }

  private func grid(
    _ layout: TableLayout, _ cells: [TableColumnCells], _ options: RenderOptions
  ) -> [StyledText] {
    func line(_ style: Style, _ text: (Int) -> String) -> StyledText {
      var line = StyledText()
      for index in layout.shown {
        if index != layout.shown.first { line.append(spaces: TableLayout.gap) }
        let width = layout.widths[index]
        line.append(cells[index].fitted(text(index), style, to: width, unicode: options.unicode))
      }
      return line
    }
    let headers = cells.indices.map { index in
      cells[index].alignment == .left && layout.widths[index] < cells[index].longestHeaderWord
        ? [cells[index].header] : cells[index].header.wrapped(to: layout.widths[index])
    }
    let hasHeader = layout.shown.contains { !cells[$0].header.isEmpty }
    let headerLines = hasHeader ? layout.shown.map { headers[$0].count }.max() ?? 0 : 0
    var lines = (0..<headerLines).map { number in
      line(.title) { index in
        // Short headers stand on the lowest line, next to their numbers.
        let blank = headerLines - headers[index].count
        return number < blank ? "" : headers[index][number - blank]
      }
    }
    if hasHeader {
      lines.append(
        StyledText(String(repeating: options.unicode ? "─" : "-", count: layout.totalWidth), .dim))
    }
    lines += rows.indices.flatMap { row -> [StyledText] in
      if options.stop.isAsked { return [] }
      let texts = Dictionary(
        uniqueKeysWithValues: layout.shown.map { index in
          let text = cells[index].texts[row]
          let wraps = index < columns.count && columns[index].wraps
          return (index, wraps ? text.wrapped(to: layout.widths[index]) : [text])
        })
      return (0..<(texts.values.map(\.count).max() ?? 0)).map { number in
        line(.plain) { index in texts[index].flatMap { number < $0.count ? $0[number] : nil } ?? "" }
      }
    }
    if rows.isEmpty { lines.append(StyledText("(no rows)", .dim)) }
    return lines
  }

  /// Each row as lines of header and cell, wrapped, with a rule before it.
  private func list(_ columns: [Column], _ width: Int, _ options: RenderOptions) -> [StyledText] {
    let headerWidth = min(width / 2, columns.map(\.header.displayWidth).max() ?? 0)
    let rule = StyledText(String(repeating: options.unicode ? "─" : "-", count: width), .dim)
    if rows.isEmpty {
      return columns.map { StyledText($0.header.cut(to: width, unicode: options.unicode), .title) }
        + [rule, StyledText("(no rows)".cut(to: width, unicode: options.unicode), .dim)]
    }
    return rows.flatMap { row in
      options.stop.isAsked
        ? []
        : [rule]
          + columns.indices.flatMap { index in
            let header = columns[index].header.cut(to: headerWidth, unicode: options.unicode)
            var line = StyledText(header.padded(to: headerWidth), .title)
            line.append(spaces: headerWidth == 0 ? 0 : TableLayout.gap)
            line.append(index < row.count ? row[index].safe(unicode: options.unicode) : "")
            return line.wrapped(to: width, hanging: headerWidth + TableLayout.gap)
          }
    }
  }
}
