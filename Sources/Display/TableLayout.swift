// Which columns of a table a terminal shows, and how wide each is.

/// The widths that a table gets within a number of columns of the terminal.
struct TableLayout {
  /// Spaces between two columns.
  static let gap = 2
  /// A text column is not shrunk below this.
  static let narrowestText = 6

  /// The columns shown, as indices into the table, in its order.
  var shown: [Int]
  /// Index of the column → its width.
  var widths: [Int]
  /// Indices of the columns left out, in the table's order.
  var leftOut: [Int] { widths.indices.filter { !shown.contains($0) } }

  /// Tries in turn: everything; headers broken into several lines; fewer columns, highest `priority`
  /// number first and among equals the rightmost; text columns shrunk, the widest first. Nil where even
  /// that is too wide: numbers and headers of numbers are never cut. Columns need at least one of them.
  init?(_ columns: [Table.Column], cells: [TableColumnCells], width: Int) {
    shown = Array(columns.indices)
    widths = cells.map(\.naturalWidth)
    if fits(width) { return }
    let folded = cells.map { max($0.cellWidth, $0.longestHeaderWord) }
    let natural = widths
    while true {
      for candidate in [natural, folded] {
        widths = candidate
        if fits(width) { return }
      }
      guard let next = shown.last(where: { columns[$0].priority == highestPriority(columns) }),
        columns[next].priority > 0
      else { break }
      shown.removeAll { $0 == next }
    }
    let text = shown.filter { columns[$0].alignment == .left }
    // Words of texts that go on in further lines stay whole.
    let least = columns.indices.map {
      columns[$0].wraps ? max(Self.narrowestText, cells[$0].longestWord) : Self.narrowestText
    }
    while !fits(width) {
      guard let widest = text.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] }) else {
        return nil
      }
      widths[widest] -= 1
    }
  }

  private func highestPriority(_ columns: [Table.Column]) -> Int {
    shown.map { columns[$0].priority }.max() ?? 0
  }

  /// Columns of the terminal that the table takes.
  var totalWidth: Int {
    shown.reduce(0) { $0 + widths[$1] } + Self.gap * max(0, shown.count - 1)
  }

  private func fits(_ width: Int) -> Bool { totalWidth <= width }
}
