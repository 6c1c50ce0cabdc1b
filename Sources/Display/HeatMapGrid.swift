// The cells of a heat map as a terminal shows them: neighbours merged where there is too little room.

struct HeatMapGrid {
  /// How many rows, and how many columns, of the map are one of the grid.
  let rowsMerged: Int
  let columnsMerged: Int
  /// `shares[row][column]`, lowest row first; the mean of the measured cells, nil where there is none.
  let shares: [[HeatMapShares?]]
  /// For each line and column the row that the line passes through.
  let lineRows: [[Int?]]

  var rowCount: Int { shares.count }
  var columnCount: Int { lineRows.first?.count ?? shares.first?.count ?? 0 }

  init(_ map: HeatMap, rowsMerged: Int, columnsMerged: Int) {
    self.rowsMerged = rowsMerged
    self.columnsMerged = columnsMerged
    let rowGroups = Self.groups(of: map.rows.count, by: rowsMerged)
    let columnGroups = Self.groups(of: map.columns.count, by: columnsMerged)
    shares = rowGroups.map { rows in
      columnGroups.map { columns in
        HeatMapShares.mean(rows.flatMap { row in columns.compactMap { map.shares(row: row, column: $0) } })
      }
    }
    lineRows = map.lines.map { line in
      let heights = map.heights(of: line)
      return columnGroups.map { columns in
        let inside = columns.compactMap { heights[$0] }.filter(map.rowRange.contains)
        guard !inside.isEmpty else { return nil }
        let height = inside.reduce(0, +) / Double(inside.count)
        let row = min(map.rows.count - 1, max(0, Int((height + 0.5).rounded(.down))))
        return row / rowsMerged
      }
    }
  }

  private static func groups(of count: Int, by size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min(count, $0 + size) }
  }
}
