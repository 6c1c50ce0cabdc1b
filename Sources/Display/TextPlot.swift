// The part of a text chart between title and legend: curves, axes, ticks and axis labels.
import Signals
import Text

struct TextPlot {
  private let chart: Chart
  private let options: RenderOptions
  private let width: Int
  private let yTicks: [Int: String]
  private let yName: String
  private let labelWidth: Int
  private let canvas: Canvas
  private let xAxis: Axis
  private let xs: [Double]
  private let hasWholeX: Bool

  /// Narrower than this the plot takes the place of the y labels.
  private static let narrowestCanvas = 8

  /// A plot of `rows` rows and at most `width` columns.
  init(_ chart: Chart, _ curves: [Curve], width: Int, rows: Int, options: RenderOptions) {
    self.chart = chart
    self.options = options
    self.width = width
    let points = curves.flatMap(\.points)
    xs = points.map(\.x) + curves.flatMap(\.crosses)
    xAxis = Axis(xs, scale: chart.xScale)
    hasWholeX = xs.allSatisfy { $0 == $0.rounded() }
    let tickLimit = max(3, rows * 2 / 5)
    let yAxis = Axis(curves.flatMap(\.heights), scale: chart.yScale).reachingNearTicks(limit: tickLimit)

    let ticks = points.isEmpty ? Axis.Ticks(list: []) : yAxis.ticks(atMost: tickLimit)
    let widest = ticks.list.map(\.label.count).max() ?? 0
    labelWidth = width - widest - 2 < Self.narrowestCanvas ? 0 : widest
    yName = [chart.yLabel, ticks.base.map { "from \($0)" } ?? ""].filter { !$0.isEmpty }.joined(
      separator: ", ")
    var canvas = Canvas(
      columns: width - labelWidth - 2, rows: rows, layers: curves.count, isBraille: options.unicode)
    var labels: [Int: String] = [:]
    if labelWidth > 0 {
      for tick in ticks.list {
        let dot = ((1 - tick.position) * Double(canvas.dotsDown - 1)).rounded()
        labels[Int(dot) * rows / canvas.dotsDown] = tick.label
      }
    }
    yTicks = labels
    let places = Places(xAxis: xAxis, yAxis: yAxis, across: canvas.dotsAcross, down: canvas.dotsDown)
    for (index, curve) in curves.enumerated() where Self.showsBands(curves) {
      for band in curve.bands { canvas.shade(band.compactMap(places.span), layer: index) }
    }
    for (index, curve) in curves.enumerated() where !options.stop.isAsked {
      let look = CurveLook(index, options)
      if chart.series[index].isFilled {
        for run in curve.runs {
          canvas.fill(Curve.reduced(run.compactMap(places.dot)), to: places.y(0), layer: index)
        }
      } else {
        let isFew = curve.hasFewPoints(in: width)
        let isMarked = Self.showsMarks(curve, among: curves.count, width: width)
        for run in curve.runs where !options.stop.isAsked {
          let dots = run.compactMap(places.dot)
          canvas.draw(Curve.reduced(dots), layer: index, pattern: look.pattern)
          let marked =
            isFew || dots.count == 1
            ? dots : isMarked ? places.spread(dots, number: index, of: curves.count) : []
          for dot in marked { canvas.mark(dot, look.pointMark, layer: index) }
        }
      }
    }
    for (index, curve) in curves.enumerated() {
      for dot in curve.best.compactMap(places.dot) {
        canvas.mark(dot, CurveLook.bestMark(unicode: options.unicode), layer: index)
      }
    }
    for (index, curve) in curves.enumerated() {
      for dot in curve.crosses.compactMap(places.top) {
        canvas.mark(dot, CurveLook.lostMark(unicode: options.unicode), layer: index, sideways: true)
      }
    }
    self.canvas = canvas
  }

  /// From here on lines alone do not tell curves apart.
  private static let manyCurves = 5

  /// Whether marks stand at points of a curve: at all of them where they are few, at some where there are many curves.
  static func showsMarks(_ curve: Curve, among count: Int, width: Int) -> Bool {
    count >= manyCurves || curve.hasFewPoints(in: width)
  }

  /// Whether bands are shaded: more than a few lie over each other and say nothing in dots.
  static func showsBands(_ curves: [Curve]) -> Bool {
    (1..<manyCurves).contains(curves.count { !$0.bands.isEmpty })
  }

  /// Where values stand among the dots.
  private struct Places {
    let xAxis: Axis
    let yAxis: Axis
    let across: Int
    let down: Int

    func dot(_ point: Curve.Point) -> Canvas.Dot? {
      guard let x = x(point.x), let y = yAxis.position(point.y) else { return nil }
      return Canvas.Dot(x: x, y: row(y))
    }

    func top(_ value: Double) -> Canvas.Dot? { x(value).map { Canvas.Dot(x: $0, y: 0) } }

    func span(_ range: Curve.Range) -> Canvas.Span? {
      guard let x = x(range.x), let high = yAxis.position(range.high) else { return nil }
      let low = range.low.flatMap(yAxis.position) ?? 0
      return Canvas.Span(x: x, top: row(min(1, max(0, high))), bottom: row(min(1, max(0, low))))
    }

    /// The row of a value, or of the end of the axis beyond which it lies.
    func y(_ value: Double) -> Int { row(min(1, max(0, yAxis.position(value) ?? 0))) }

    private func x(_ value: Double) -> Int? {
      xAxis.position(value).map { Int(($0 * Double(across - 1)).rounded()) }
    }

    private func row(_ position: Double) -> Int { Int(((1 - position) * Double(down - 1)).rounded()) }

    /// A few of a curve's dots, apart from those of the other curves.
    func spread(_ dots: [Canvas.Dot], number: Int, of count: Int) -> [Canvas.Dot] {
      let marks = 4
      let offset = (Double(number) + 0.5) / Double(count)
      return (0..<marks).compactMap { mark in
        let place = Double(across) * (Double(mark) + offset) / Double(marks)
        guard let first = dots.first, Double(first.x) <= place else { return nil }
        return dots.first { Double($0.x) >= place }
      }
    }
  }

  var lines: [StyledText] {
    var lines: [StyledText] = []
    if !yName.isEmpty {
      lines.append(
        StyledText(yName.safe(unicode: options.unicode).cut(to: width, unicode: options.unicode), .dim))
    }
    lines += (0..<canvas.rows).map(row)
    let ticks = placedXTicks()
    lines.append(baseLine(ticks))
    lines.append(xLabels(ticks))
    if !chart.xLabel.isEmpty {
      let label = chart.xLabel.safe(unicode: options.unicode).cut(
        to: canvas.columns, unicode: options.unicode)
      let left = labelWidth + 2 + (canvas.columns - label.displayWidth) / 2
      lines.append(StyledText(String(repeating: " ", count: left) + label, .dim))
    }
    return lines
  }

  private func row(_ row: Int) -> StyledText {
    let label = yTicks[row]
    var line = StyledText((label ?? "").padded(to: labelWidth, onLeft: true) + " ", .dim)
    line.append(label == nil ? (options.unicode ? "│" : "|") : (options.unicode ? "┤" : "+"), .dim)
    for column in 0..<canvas.columns {
      if let cell = canvas.cell(column, row, asciiMarks: CurveLook.asciiMarks) {
        line.append(String(cell.character), .series(cell.layer + 1))
      } else {
        line.append(" ")
      }
    }
    return line
  }

  private struct PlacedTick {
    let column: Int
    let label: String
    /// First column of the label, counted from the left edge of the terminal.
    let start: Int
  }

  /// The ticks of the points themselves, or else as many as their labels leave room for.
  private func placedXTicks() -> [PlacedTick] {
    let own = placed(xAxis.ticks(at: xs))
    if own.count >= 2, Self.areClear(own) { return own }
    for limit in stride(from: max(2, min(canvas.columns / 8, 12)), through: 2, by: -1) {
      let ticks = placed(xAxis.ticks(atMost: limit, whole: hasWholeX).list)
      if Self.areClear(ticks) { return ticks }
    }
    return Array(placed(xAxis.ticks(atMost: 2, whole: hasWholeX).list).prefix(1))
  }

  private func placed(_ ticks: [Axis.Tick]) -> [PlacedTick] {
    ticks.map { tick in
      let column = Int((tick.position * Double(canvas.columns - 1)).rounded())
      let wished = labelWidth + 2 + column - tick.label.count / 2
      return PlacedTick(
        column: column, label: tick.label, start: max(0, min(wished, width - tick.label.count)))
    }
  }

  private static func areClear(_ ticks: [PlacedTick]) -> Bool {
    zip(ticks, ticks.dropFirst()).allSatisfy { $0.start + $0.label.count + 2 <= $1.start }
  }

  private func baseLine(_ ticks: [PlacedTick]) -> StyledText {
    let columns = Set(ticks.map(\.column))
    let line = (0..<canvas.columns).map { column in
      columns.contains(column) ? (options.unicode ? "┬" : "+") : (options.unicode ? "─" : "-")
    }
    let corner = options.unicode ? "└" : "+"
    return StyledText(String(repeating: " ", count: labelWidth + 1) + corner + line.joined(), .dim)
  }

  private func xLabels(_ ticks: [PlacedTick]) -> StyledText {
    let text = ticks.reduce(into: "") { $0 = $0.padded(to: $1.start) + $1.label }
    return StyledText(text, .dim)
  }
}
