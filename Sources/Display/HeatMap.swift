// A heat map as a value: one or two shares for each pair of a column and a row, and lines over them.
// `HeatMap+Rendering.swift` draws it in a terminal, `HeatMap+SVG.swift` as a picture.

/// A grid of cells, each shaded by one or two shares in 0...1: ranks across and learning rates up, and how many of the
/// seeds diverged, for instance. Cells that are not measured stay empty, so that a map can be shown while it fills.
package struct HeatMap: Equatable, Sendable {
  /// A line across the columns, such as the edge between runs that learn and runs that are lost.
  package struct Line: Equatable, Sendable {
    /// What a line says, which decides how it looks: the same in every map, whatever other lines there are.
    /// What was measured is solid or filled, theory dashed or hollow; an edge and its theory share a colour,
    /// and so do a ridge and its theory.
    package enum Role: Equatable, Sendable {
      /// Where one kind of cell ends and another begins.
      case edge
      case edgeTheory
      /// The best row of each column.
      case ridge
      case ridgeTheory
    }

    package var name: String
    /// One value for each column, on the scale of the rows; nil where the line has none. A value more than
    /// half a row beyond the first or last row is not drawn, and the legend counts such points.
    package var y: [Double?]
    /// Nil for a line that looks as its number among the map's lines says.
    package var role: Role?

    package init(_ name: String, y: [Double?], role: Role? = nil) {
      self.name = name
      self.y = y
      self.role = role
    }
  }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  /// What a cell is the share of: "seeds lost".
  package var valueLabel: String
  /// What the second share of a cell is the share of: "slow".
  package var secondLabel: String
  /// What a cell is as far as it is neither: "trained". Shown only in a map with second shares; where empty,
  /// the legend says 0 in its place.
  package var restLabel: String
  /// What the columns stand for, left to right, such as ranks.
  package var columns: [Double]
  /// What the rows stand for, from the lowest up, such as learning rates. Lines are drawn over rows that
  /// increase and are above 0; over others they have no place.
  package var rows: [Double]
  /// `cells[row][column]` in 0...1, and beyond it the nearer of the two. Nil, NaN, an infinity and a missing
  /// cell are not measured yet.
  package var cells: [[Double?]]
  /// A second share of each cell, `secondCells[row][column]`, in a hue of its own. It counts where `cells` is
  /// measured: there nil, NaN, an infinity and a missing cell are 0, and more than `cells` leaves of 1 is what
  /// it leaves. Empty for a map of one share; a map whose second shares are all nil has a legend for them.
  package var secondCells: [[Double?]]
  package var lines: [Line]
  package var caption: String

  package init(
    _ title: String = "", xLabel: String = "", yLabel: String = "", valueLabel: String = "",
    secondLabel: String = "", restLabel: String = "", columns: [Double], rows: [Double], cells: [[Double?]],
    secondCells: [[Double?]] = [], lines: [Line] = [], caption: String = ""
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.valueLabel = valueLabel
    self.secondLabel = secondLabel
    self.restLabel = restLabel
    self.columns = columns
    self.rows = rows
    self.cells = cells
    self.secondCells = secondCells
    self.lines = lines
    self.caption = caption
  }

  /// Whether the map shows two shares. It depends on no cell's value, so that a map that fills keeps its size.
  var hasSecondShares: Bool { !secondCells.isEmpty }

  /// The shares of a cell; nil where it is not measured.
  func shares(row: Int, column: Int) -> HeatMapShares? {
    func value(in cells: [[Double?]]) -> Double? {
      guard cells.indices.contains(row), cells[row].indices.contains(column),
        let share = cells[row][column], share.isFinite
      else { return nil }
      return share
    }
    guard let first = value(in: cells) else { return nil }
    return HeatMapShares(first: first, second: value(in: secondCells) ?? 0)
  }
}
