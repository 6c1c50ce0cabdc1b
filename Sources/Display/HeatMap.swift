// A heat map as a value: a share for each pair of a column and a row, and lines over them.
// `HeatMap+Rendering.swift` draws it in a terminal, `HeatMap+SVG.swift` as a picture.

package struct HeatMap: Equatable, Sendable {
  /// A line across the columns, such as the edge between runs that learn and runs that are lost.
  package struct Line: Equatable, Sendable {
    package var name: String
    /// One value for each column, on the scale of the rows; nil where the line has none. A value more than
    /// half a row beyond the first or last row is not drawn, and the legend counts such points.
    package var y: [Double?]

    package init(_ name: String, y: [Double?]) {
      self.name = name
      self.y = y
    }
  }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  /// What a cell is the share of: "seeds lost".
  package var valueLabel: String
  /// What the columns stand for, left to right, such as ranks.
  package var columns: [Double]
  /// What the rows stand for, from the lowest up, such as learning rates. Lines are drawn over rows that
  /// increase and are above 0; over others they have no place.
  package var rows: [Double]
  /// `cells[row][column]` in 0...1, and beyond it the nearer of the two. Nil, NaN, an infinity and a missing
  /// cell are not measured yet.
  package var cells: [[Double?]]
  package var lines: [Line]
  package var caption: String

  package init(
    _ title: String = "", xLabel: String = "", yLabel: String = "", valueLabel: String = "",
    columns: [Double], rows: [Double], cells: [[Double?]], lines: [Line] = [], caption: String = ""
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.valueLabel = valueLabel
    self.columns = columns
    self.rows = rows
    self.cells = cells
    self.lines = lines
    self.caption = caption
  }

  /// The share of a cell; nil where it is not measured.
  func share(row: Int, column: Int) -> Double? {
    guard cells.indices.contains(row), cells[row].indices.contains(column),
      let share = cells[row][column], share.isFinite
    else { return nil }
    return min(1, max(0, share))
  }
}
