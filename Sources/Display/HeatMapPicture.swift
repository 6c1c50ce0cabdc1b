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
    let bar = HeatMapBar(map)
    let right = (width - Self.margin - bar.width - 18).rounded()
    columnEdges = Self.edges(from: left, to: right, count: map.columns.count)
    rowEdges = Self.edges(from: top + plotHeight, to: top, count: map.rows.count)

    picture.title(title, x: Self.margin, y: Self.margin + 14)
    picture.caption(caption, x: Self.margin, bottom: self.height - Self.margin)
    if map.columns.isEmpty || map.rows.isEmpty {
      picture.text("(no cells)", at: SVGPicture.Point(x: left, y: top + 20), size: 12, fill: Self.grey)
    } else {
      drawCells()
      drawAxes(top: top, bottom: top + plotHeight)
      let looks = map.lines.enumerated().map { (line: $1, look: HeatMapLineLook($1, number: $0)) }
      // Theory lies over what was measured, which is seen between its dashes.
      for (line, look) in looks where !look.isTheory { draw(line, look) }
      for (line, look) in looks where look.isTheory { draw(line, look) }
      bar.draw(into: &picture, x: right + 16, end: width - Self.margin, top: top, bottom: top + plotHeight)
    }
    picture.legend(
      legend, x: Self.margin, y: top + plotHeight + axisHeight + 13, lineHeight: Self.lineHeight,
      size: Self.labelSize)
  }

  /// Whole pixels, so that no seam shows between cells.
  static func edges(from start: Double, to end: Double, count: Int) -> [Double] {
    (0...count).map { (start + (end - start) * Double($0) / Double(max(1, count))).rounded() }
  }

  private mutating func drawCells() {
    for row in map.rows.indices {
      for column in map.columns.indices {
        let (left, right) = (columnEdges[column], columnEdges[column + 1])
        let (bottom, top) = (rowEdges[row], rowEdges[row + 1])
        let shares = map.shares(row: row, column: column)
        let address = [(map.xLabel, columnLabels[column]), (map.yLabel, rowLabels[row])].map { name, label in
          name.isEmpty ? label : "\(name) \(label)"
        }
        let what = shares.map(words) ?? "not measured"
        for part in parts(of: shares, from: left, to: right) {
          picture.rectangle(
            x: part.left, y: top, width: part.right - part.left, height: bottom - top, fill: part.fill,
            tip: "\(address.joined(separator: ", ")): \(what)")
        }
        if shares == nil {
          let center = SVGPicture.Point(x: (left + right) / 2, y: (top + bottom) / 2)
          picture.circle(center, radius: 1.5, fill: SVGPicture.dotGrey)
        }
      }
    }
  }

  /// What a cell is painted with: in two parts where it has both shares and room for them.
  private func parts(of shares: HeatMapShares?, from left: Double, to right: Double)
    -> [(left: Double, right: Double, fill: String)]
  {
    guard let shares else { return [(left, right, "#ffffff")] }
    let pixels = Int(right - left)
    guard shares.isSplit, pixels > 1 else {
      return [(left, right, HeatMapShade.hexadecimal(shares.tone(at: 0, of: 1)))]
    }
    let colors = [0, pixels - 1].map { HeatMapShade.hexadecimal(shares.tone(at: $0, of: pixels)) }
    let border = left + min(Double(pixels - 1), max(1, (shares.coolPart * Double(pixels)).rounded()))
    return [(left, border, colors[0]), (border, right, colors[1])]
  }

  /// `40 % diverged`; with two shares each, and what is left where it has a name.
  private func words(_ shares: HeatMapShares) -> String {
    var named = [(shares.first, map.valueLabel)]
    if map.hasSecondShares {
      named.append((shares.second, map.secondLabel))
      if !map.restLabel.isEmpty { named.append((shares.rest, map.restLabel)) }
    }
    return named.map { "\(SVGPicture.number($0 * 100)) % \($1)" }.joined(separator: ", ")
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

  private mutating func draw(_ line: HeatMap.Line, _ look: HeatMapLineLook) {
    let ways = map.ways(of: line)
    for way in ways where way.count > 1 { picture.line(way.map(point), look) }
    for (column, height) in map.heights(of: line).enumerated() {
      guard let height, map.rowRange.contains(height) else { continue }
      let place = HeatMap.Place(column: Double(column), row: height)
      let isAlone = ways.contains([place])
      guard let mark = look.mark ?? (isAlone ? .dot : nil) else { continue }
      picture.mark(mark, at: point(place), fill: look.picture.color)
    }
  }

  private func point(_ place: HeatMap.Place) -> SVGPicture.Point {
    func position(_ place: Double, _ edges: [Double]) -> Double {
      edges[0] + (edges[edges.count - 1] - edges[0]) * (place + 0.5) / Double(edges.count - 1)
    }
    return SVGPicture.Point(x: position(place.column, columnEdges), y: position(place.row, rowEdges))
  }
}
