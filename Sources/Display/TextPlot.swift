// The part of a text chart between title and legend: curves, axes, ticks and axis labels.

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
    xs = points.map(\.x) + curves.compactMap { $0.firstNonFinite?.x }
    xAxis = Axis(xs, scale: chart.xScale)
    hasWholeX = xs.allSatisfy { $0 == $0.rounded() }
    let tickLimit = max(3, rows * 2 / 5)
    let yAxis = Axis(points.map(\.y), scale: chart.yScale).reachingNearTicks(limit: tickLimit)

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
    for (index, curve) in curves.enumerated() {
      Self.draw(curve, index, isFilled: chart.series[index].isFilled, on: &canvas, xAxis, yAxis, options)
    }
    for (index, curve) in curves.enumerated() {
      guard let point = curve.firstNonFinite, let x = xAxis.position(point.x) else { continue }
      let dot = Canvas.Dot(x: Int((x * Double(canvas.dotsAcross - 1)).rounded()), y: 0)
      canvas.mark(dot, options.unicode ? "×" : "X", layer: index, sideways: true)
    }
    self.canvas = canvas
  }

  private static func draw(
    _ curve: Curve, _ index: Int, isFilled: Bool, on canvas: inout Canvas, _ xAxis: Axis, _ yAxis: Axis,
    _ options: RenderOptions
  ) {
    let look = CurveLook(index, options)
    let hasFewPoints = curve.runs.reduce(0) { $0 + $1.count } <= canvas.columns / 8
    for run in curve.runs {
      let dots = run.compactMap { point -> Canvas.Dot? in
        guard let x = xAxis.position(point.x), let y = yAxis.position(point.y) else { return nil }
        return Canvas.Dot(
          x: Int((x * Double(canvas.dotsAcross - 1)).rounded()),
          y: Int(((1 - y) * Double(canvas.dotsDown - 1)).rounded()))
      }
      if isFilled {
        let zero = min(1, max(0, yAxis.position(0) ?? 0))
        let base = Int(((1 - zero) * Double(canvas.dotsDown - 1)).rounded())
        canvas.fill(Curve.reduced(dots), to: base, layer: index)
        continue
      }
      canvas.draw(Curve.reduced(dots), layer: index, pattern: look.pattern)
      if hasFewPoints || dots.count == 1 {
        for dot in dots { canvas.mark(dot, look.pointMark, layer: index) }
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
