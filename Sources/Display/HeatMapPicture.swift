// Where everything stands in the picture of a heat map, and the drawing of it.

struct HeatMapPicture {
  private(set) var picture = SVGPicture()
  let width: Double
  private(set) var height: Double

  private let map: HeatMap
  private let rowLabels: [String]
  private let columnLabels: [String]
  private let legend: [[PictureKey]]
  /// Edges of the cells: one more than there are columns, left to right, or rows, from the lowest up.
  private let columnEdges: [Double]
  private let rowEdges: [Double]

  private static let margin = 16.0
  private static let labelSize = 12.0
  private static let lineHeight = 18.0
  private static let lowestPlot = 160.0
  private static let barWidth = 14.0
  private static let grey = "#555555"

  /// `height` is what the picture takes if there is room enough in it.
  init(_ map: HeatMap, width: Double, height: Double) {
    self.map = map
    self.width = width
    rowLabels = AxisLabels.texts(map.rows)
    columnLabels = AxisLabels.texts(map.columns)
    let inner = width - 2 * Self.margin
    let title = SVGPicture.wrapped(map.title, to: inner, size: SVGPicture.titleSize)
    let caption = SVGPicture.wrapped(map.caption, to: inner, size: SVGPicture.captionSize)
    legend = PictureKey.lines(of: map.pictureKeys, width: inner, size: Self.labelSize)

    let top =
      Self.margin + Double(title.count) * SVGPicture.titleHeight
      + (map.valueLabel.isEmpty ? 4 : Self.lineHeight + 4)
    let axisHeight = 22 + (map.xLabel.isEmpty ? 0 : Self.lineHeight)
    let below =
      axisHeight + Double(legend.count) * Self.lineHeight + (caption.isEmpty ? 0 : 6)
      + Double(caption.count) * SVGPicture.captionHeight + Self.margin
    let plotHeight = max(Self.lowestPlot, (height - top - below).rounded())
    self.height = top + plotHeight + below

    let labelWidth = rowLabels.map { SVGPicture.width(of: $0, size: Self.labelSize) }.max() ?? 0
    let left = (Self.margin + (map.yLabel.isEmpty ? 0 : Self.lineHeight) + labelWidth + 8).rounded()
    let right = width - Self.margin - Self.barWidth - 24 - SVGPicture.width(of: "100 %", size: Self.labelSize)
    columnEdges = Self.edges(from: left, to: right.rounded(), count: map.columns.count)
    rowEdges = Self.edges(from: top + plotHeight, to: top, count: map.rows.count)

    picture.title(title, x: Self.margin, y: Self.margin + 14)
    picture.caption(caption, x: Self.margin, bottom: self.height - Self.margin)
    if map.columns.isEmpty || map.rows.isEmpty {
      picture.text("(no cells)", at: SVGPicture.Point(x: left, y: top + 20), size: 12, fill: Self.grey)
    } else {
      drawCells()
      drawAxes(top: top, bottom: top + plotHeight)
      for (index, line) in map.lines.enumerated() {
        draw(line, PictureLook.overHeat[index % PictureLook.overHeat.count])
      }
      drawBar(x: right.rounded() + 16, top: top, bottom: top + plotHeight)
    }
    picture.legend(
      legend, x: Self.margin, y: top + plotHeight + axisHeight + 13, lineHeight: Self.lineHeight,
      size: Self.labelSize)
  }

  /// Whole pixels, so that no seam shows between cells.
  private static func edges(from start: Double, to end: Double, count: Int) -> [Double] {
    (0...count).map { (start + (end - start) * Double($0) / Double(max(1, count))).rounded() }
  }

  private mutating func drawCells() {
    for row in map.rows.indices {
      for column in map.columns.indices {
        let (left, right) = (columnEdges[column], columnEdges[column + 1])
        let (bottom, top) = (rowEdges[row], rowEdges[row + 1])
        let share = map.share(row: row, column: column)
        let address = [(map.xLabel, columnLabels[column]), (map.yLabel, rowLabels[row])].map { name, label in
          name.isEmpty ? label : "\(name) \(label)"
        }
        let what = share.map { "\(SVGPicture.number($0 * 100)) % \(map.valueLabel)" } ?? "not measured"
        picture.rectangle(
          x: left, y: top, width: right - left, height: bottom - top,
          fill: share.map(HeatMapShade.hexadecimal) ?? "#ffffff",
          tip: "\(address.joined(separator: ", ")): \(what)")
        if share == nil {
          let center = SVGPicture.Point(x: (left + right) / 2, y: (top + bottom) / 2)
          picture.circle(center, radius: 1.5, fill: SVGPicture.dotGrey)
        }
      }
    }
  }

  private mutating func drawAxes(top: Double, bottom: Double) {
    let (left, right) = (columnEdges[0], columnEdges[columnEdges.count - 1])
    let frame = [(left, top), (left, bottom), (right, bottom), (right, top), (left, top)]
    picture.line(frame.map { SVGPicture.Point(x: $0.0, y: $0.1) }, stroke: Self.grey, width: 1)
    let widest = columnLabels.map { SVGPicture.width(of: $0, size: Self.labelSize) }.max() ?? 0
    let columnStep = Self.step(map.columns.count, room: right - left, each: widest + 8)
    for column in stride(from: 0, to: map.columns.count, by: columnStep) {
      let x = (columnEdges[column] + columnEdges[column + 1]) / 2
      tick(SVGPicture.Point(x: x, y: bottom), SVGPicture.Point(x: x, y: bottom + 4))
      let place = SVGPicture.Point(x: x, y: bottom + 17)
      picture.text(columnLabels[column], at: place, size: Self.labelSize, anchor: .middle)
    }
    let rowStep = Self.step(map.rows.count, room: bottom - top, each: 13)
    for row in stride(from: 0, to: map.rows.count, by: rowStep) {
      let y = (rowEdges[row] + rowEdges[row + 1]) / 2
      tick(SVGPicture.Point(x: left - 4, y: y), SVGPicture.Point(x: left, y: y))
      let place = SVGPicture.Point(x: left - 7, y: y + 4)
      picture.text(rowLabels[row], at: place, size: Self.labelSize, anchor: .end)
    }
    if !map.xLabel.isEmpty {
      let place = SVGPicture.Point(x: (left + right) / 2, y: bottom + 35)
      picture.text(map.xLabel, at: place, size: Self.labelSize, anchor: .middle)
    }
    if !map.yLabel.isEmpty {
      let place = SVGPicture.Point(x: Self.margin + 10, y: (top + bottom) / 2)
      picture.text(map.yLabel, at: place, size: Self.labelSize, anchor: .middle, turned: true)
    }
  }

  /// Every how many of `count` labels there is room for one that needs `each`.
  private static func step(_ count: Int, room: Double, each: Double) -> Int {
    max(1, Int((each * Double(count) / max(1, room)).rounded(.up)))
  }

  private mutating func tick(_ start: SVGPicture.Point, _ end: SVGPicture.Point) {
    picture.line([start, end], stroke: Self.grey, width: 1)
  }

  private mutating func draw(_ line: HeatMap.Line, _ look: PictureLook) {
    for way in map.ways(of: line) where way.count > 1 {
      let points = way.map(point)
      // A light rim keeps the line apart from any shade.
      picture.line(points, stroke: "#ffffff", width: 4.5)
      picture.line(points, stroke: look.color, width: 2, dashes: look.dashes)
    }
    for (column, height) in map.heights(of: line).enumerated() {
      guard let height, map.rowRange.contains(height) else { continue }
      let center = point(HeatMap.Place(column: Double(column), row: height))
      picture.circle(center, radius: 3, fill: look.color, stroke: "#ffffff")
    }
  }

  private func point(_ place: HeatMap.Place) -> SVGPicture.Point {
    func position(_ place: Double, _ edges: [Double]) -> Double {
      edges[0] + (edges[edges.count - 1] - edges[0]) * (place + 0.5) / Double(edges.count - 1)
    }
    return SVGPicture.Point(x: position(place.column, columnEdges), y: position(place.row, rowEdges))
  }

  /// The colours from 0 at the bottom to 100 % at the top.
  private mutating func drawBar(x: Double, top: Double, bottom: Double) {
    let steps = 40
    let edges = Self.edges(from: bottom, to: top, count: steps)
    for step in 0..<steps {
      let share = Double(step) / Double(steps - 1)
      picture.rectangle(
        x: x, y: edges[step + 1], width: Self.barWidth, height: edges[step] - edges[step + 1],
        fill: HeatMapShade.hexadecimal(share))
    }
    picture.rectangle(
      x: x, y: top, width: Self.barWidth, height: bottom - top, fill: "none", stroke: Self.grey)
    let right = x + Self.barWidth
    for percent in [0, 25, 50, 75, 100] {
      let y = bottom - (bottom - top) * Double(percent) / 100
      tick(SVGPicture.Point(x: right, y: y), SVGPicture.Point(x: right + 3, y: y))
      picture.text("\(percent) %", at: SVGPicture.Point(x: right + 6, y: y + 4), size: Self.labelSize)
    }
    if !map.valueLabel.isEmpty {
      let place = SVGPicture.Point(x: width - Self.margin, y: top - 10)
      picture.text(map.valueLabel, at: place, size: Self.labelSize, anchor: .end)
    }
  }
}
