// The part of a heat map in a terminal between title and legend: cells, axes and their labels.
import Text

struct HeatMapPlot {
  /// How the rows of the map share the lines of the terminal.
  struct Fold: Equatable {
    /// Rows that are merged into one.
    var rowsMerged = 1
    /// Whether a line shows two rows, each in half of its height.
    var isHalved = false
  }

  let fold: Fold
  let grid: HeatMapGrid
  let cellWidth: Int
  /// Whether somewhere several lines of the map are drawn as one mark.
  private(set) var hasJoinedMarks = false
  /// Whether somewhere the mark of a measured line hides that of its theory.
  private(set) var hidesTheory = false
  private(set) var cellLines: [StyledText] = []
  private let map: HeatMap
  private let options: RenderOptions
  private let width: Int
  private let labelWidth: Int

  private static let widestCell = 6

  init(_ map: HeatMap, _ fold: Fold, width: Int, options: RenderOptions) {
    self.map = map
    self.fold = fold
    self.width = width
    self.options = options
    let labels = AxisLabels.texts(map.rows)
    labelWidth = labels.map(\.count).max() ?? 0
    let room = max(1, width - labelWidth - 2)
    let columnsMerged = max(1, (map.columns.count + room - 1) / room)
    grid = HeatMapGrid(map, rowsMerged: fold.rowsMerged, columnsMerged: columnsMerged)
    cellWidth = max(1, min(Self.widestCell, room / max(1, grid.columnCount)))
    drawCells(labels)
  }

  /// Whether a mark of a line leaves its cell's shade to be seen.
  var hasRoomForMarks: Bool { cellWidth > 1 || options.color }

  var lines: [StyledText] {
    var lines: [StyledText] = []
    if !map.yLabel.isEmpty {
      lines.append(
        StyledText(map.yLabel.safe(unicode: options.unicode).cut(to: width, unicode: options.unicode), .dim))
    }
    return lines + cellLines + xAxis()
  }

  private mutating func drawCells(_ labels: [String]) {
    let look = HeatMapLook(options)
    let rowsALine = fold.isHalved ? 2 : 1
    for lower in stride(from: 0, to: grid.rowCount, by: rowsALine).reversed() {
      let label = labels[lower * fold.rowsMerged].padded(to: labelWidth, onLeft: true)
      var line = StyledText(label + (options.unicode ? " ┤" : " +"), .dim)
      for column in 0..<grid.columnCount {
        let cell = cell(lower, column, look)
        line.append(cell.text(width: cellWidth, look))
        if hasRoomForMarks, cell.joinsMarks(width: cellWidth, look) { hasJoinedMarks = true }
        if hasRoomForMarks, cell.hidesTheory(width: cellWidth, look) { hidesTheory = true }
      }
      cellLines.append(line)
    }
  }

  private func cell(_ row: Int, _ column: Int, _ look: HeatMapLook) -> HeatMapCell {
    var cell = HeatMapCell(upper: nil, lower: HeatMapCell.Shade(grid.shares[row][column]))
    if fold.isHalved {
      cell.upper = row + 1 < grid.rowCount ? HeatMapCell.Shade(grid.shares[row + 1][column]) : .absent
    }
    for (index, rows) in grid.lineRows.enumerated() {
      guard let place = rows[column], place == row || (fold.isHalved && place == row + 1) else { continue }
      cell.marks.append(look.mark(of: map.lines[index], number: index, isUpper: place != row))
    }
    return cell
  }

  private struct PlacedLabel {
    /// Column of its tick, and first column of its text, counted from the left edge of the terminal.
    let tick: Int
    let start: Int
    let text: String
  }

  /// The base line, the labels of the columns and the name of the axis: left of the labels where it fits
  /// there, else below them.
  private func xAxis() -> [StyledText] {
    let labels = placedLabels()
    let left = labelWidth + 2
    let mapWidth = cellWidth * grid.columnCount
    let ticks = Set(labels.map(\.tick))
    let base = (left..<left + mapWidth).map { column in
      ticks.contains(column) ? (options.unicode ? "┬" : "+") : (options.unicode ? "─" : "-")
    }
    let corner = String(repeating: " ", count: labelWidth + 1) + (options.unicode ? "└" : "+")
    var lines = [StyledText(corner + base.joined(), .dim)]

    let name = map.xLabel.safe(unicode: options.unicode)
    let isBeside = name.displayWidth < min(left, labels.first?.start ?? left)
    let texts = labels.reduce(into: isBeside ? name : "") { $0 = $0.padded(to: $1.start) + $1.text }
    lines.append(StyledText(texts, .dim))
    if !isBeside {
      let cut = name.cut(to: width - left, unicode: options.unicode)
      let indent = left + max(0, (mapWidth - cut.displayWidth) / 2)
      lines.append(StyledText(String(repeating: " ", count: indent) + cut, .dim))
    }
    return lines
  }

  /// The labels of all columns, or of every second, third and so on where they would collide.
  private func placedLabels() -> [PlacedLabel] {
    let texts = AxisLabels.texts(map.columns)
    let all = (0..<grid.columnCount).map { column in
      let text = texts[column * grid.columnsMerged].cut(to: width, unicode: options.unicode)
      let tick = labelWidth + 2 + column * cellWidth + (cellWidth - 1) / 2
      return PlacedLabel(
        tick: tick, start: max(0, min(tick - text.count / 2, width - text.count)), text: text)
    }
    for step in 1...max(1, all.count) {
      let chosen = stride(from: 0, to: all.count, by: step).map { all[$0] }
      if zip(chosen, chosen.dropFirst()).allSatisfy({ $0.start + $0.text.count < $1.start }) { return chosen }
    }
    return []
  }
}
