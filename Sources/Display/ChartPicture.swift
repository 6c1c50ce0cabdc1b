// Where everything stands in the picture of a chart, and the drawing of it.
import Glibc
import Signals

struct ChartPicture {
  private(set) var picture = SVGPicture()
  let width: Double
  let height: Double

  private let chart: Chart
  private let curves: [Curve]
  private let xAxis: Axis
  private let yAxis: Axis
  private let xs: [Double]
  /// The edges of the plot.
  private let left: Double
  private let right: Double
  private let top: Double
  private let bottom: Double
  /// Room between the edges and the outermost points; none below and beside filled curves.
  private let inset: Double

  private static let margin = 16.0
  private static let labelSize = 12.0
  private static let lineHeight = 18.0
  private static let lowestPlot = 240.0
  private static let grey = "#555555"
  private static let gridGrey = "#e7e7e7"

  /// `height` is what the picture takes if there is room enough in it.
  init(_ chart: Chart, width: Double, height: Double, stop: StopSignal) {
    self.chart = chart
    self.width = width
    curves = chart.series.map { Curve($0, xScale: chart.xScale, yScale: chart.yScale, stop: stop) }
    let points = curves.flatMap(\.points)
    xs = points.map(\.x) + curves.flatMap(\.crosses)
    xAxis = Axis(xs, scale: chart.xScale)
    inset = chart.series.contains(where: \.isFilled) ? 0 : 6

    let inner = width - 2 * Self.margin
    let title = SVGPicture.wrapped(chart.title, to: inner, size: SVGPicture.titleSize)
    let caption = SVGPicture.wrapped(chart.caption, to: inner, size: SVGPicture.captionSize)
    let legend = PictureKey.lines(of: chart.pictureKeys(curves), width: inner, size: Self.labelSize)
    let above = Self.margin + Double(title.count) * SVGPicture.titleHeight
    let axisHeight = 24 + (chart.xLabel.isEmpty ? 0 : Self.lineHeight)
    let below =
      axisHeight + Double(legend.count) * Self.lineHeight + (caption.isEmpty ? 0 : 6)
      + Double(caption.count) * SVGPicture.captionHeight + Self.margin

    let plotHeight = max(Self.lowestPlot, (height - above - Self.lineHeight - below).rounded())
    let tickLimit = Int(plotHeight / 42)
    yAxis = Axis(curves.flatMap(\.heights), scale: chart.yScale).reachingNearTicks(limit: tickLimit)
    let ticks = points.isEmpty ? Axis.Ticks(list: []) : yAxis.ticks(atMost: tickLimit)
    let yName = [chart.yLabel, ticks.base.map { "from \($0)" } ?? ""].filter { !$0.isEmpty }
      .joined(separator: ", ")
    top = above + (yName.isEmpty ? 6 : Self.lineHeight)
    bottom = top + plotHeight
    self.height = bottom + below
    let labelWidth = ticks.list.map { SVGPicture.width(of: $0.label, size: Self.labelSize) }.max() ?? 0
    left = (Self.margin + labelWidth + 8).rounded()
    right = width - Self.margin

    picture.title(title, x: Self.margin, y: Self.margin + 14)
    picture.caption(caption, x: Self.margin, bottom: self.height - Self.margin)
    if xs.isEmpty {
      picture.text(
        "(no points)", at: SVGPicture.Point(x: left, y: top + 20), size: Self.labelSize, fill: Self.grey)
    } else {
      drawAxes(ticks.list, yName)
      for (index, curve) in curves.enumerated() { drawBands(curve, index) }
      for (index, curve) in curves.enumerated() where !stop.isAsked { draw(curve, index) }
      for (index, curve) in curves.enumerated() { drawStars(curve, index) }
      drawCrosses()
    }
    picture.legend(
      legend, x: Self.margin, y: bottom + axisHeight + 13, lineHeight: Self.lineHeight, size: Self.labelSize)
  }

  // MARK: axes

  private func x(_ position: Double) -> Double { left + inset + position * (right - left - 2 * inset) }
  private func y(_ position: Double) -> Double { bottom - inset - position * (bottom - top - 2 * inset) }

  private mutating func drawAxes(_ yTicks: [Axis.Tick], _ yName: String) {
    let xTicks = placedXTicks()
    for tick in yTicks { grid(from: (left, y(tick.position)), to: (right, y(tick.position))) }
    for tick in xTicks { grid(from: (x(tick.position), top), to: (x(tick.position), bottom)) }
    axisLine(from: (left, top), to: (left, bottom))
    axisLine(from: (left, bottom), to: (right, bottom))
    for position in yAxis.minorTicks { axisLine(from: (left - 2.5, y(position)), to: (left, y(position))) }
    for position in xAxis.minorTicks {
      axisLine(from: (x(position), bottom), to: (x(position), bottom + 2.5))
    }
    for tick in yTicks {
      let height = y(tick.position)
      axisLine(from: (left - 4, height), to: (left, height))
      label(tick.label, x: left - 7, y: height + 4, anchor: .end)
    }
    for tick in xTicks {
      axisLine(from: (x(tick.position), bottom), to: (x(tick.position), bottom + 4))
      label(tick.label, x: x(tick.position), y: bottom + 17, anchor: .middle)
    }
    if !chart.xLabel.isEmpty { label(chart.xLabel, x: (left + right) / 2, y: bottom + 36, anchor: .middle) }
    if !yName.isEmpty { label(yName, x: Self.margin, y: top - 7, anchor: .start) }
  }

  private mutating func label(_ text: String, x: Double, y: Double, anchor: SVGPicture.Anchor) {
    picture.text(text, at: SVGPicture.Point(x: x, y: y), size: Self.labelSize, anchor: anchor)
  }

  private mutating func axisLine(from start: (Double, Double), to end: (Double, Double)) {
    picture.line(
      [SVGPicture.Point(x: start.0, y: start.1), SVGPicture.Point(x: end.0, y: end.1)], stroke: Self.grey,
      width: 1)
  }

  private mutating func grid(from start: (Double, Double), to end: (Double, Double)) {
    picture.line(
      [SVGPicture.Point(x: start.0, y: start.1), SVGPicture.Point(x: end.0, y: end.1)],
      stroke: Self.gridGrey, width: 1)
  }

  /// The ticks of the points themselves, or else as many as their labels leave room for.
  private func placedXTicks() -> [Axis.Tick] {
    let own = xAxis.ticks(at: xs)
    if own.count >= 2, areClear(own) { return own }
    let isWhole = xs.allSatisfy { $0 == $0.rounded() }
    for limit in stride(from: max(2, Int((right - left) / 60)), through: 2, by: -1) {
      let ticks = xAxis.ticks(atMost: limit, whole: isWhole).list
      if areClear(ticks) { return ticks }
    }
    return Array(xAxis.ticks(atMost: 2, whole: isWhole).list.prefix(1))
  }

  private func areClear(_ ticks: [Axis.Tick]) -> Bool {
    zip(ticks, ticks.dropFirst()).allSatisfy { lower, upper in
      let room = SVGPicture.width(of: lower.label + upper.label, size: Self.labelSize) / 2 + 8
      return x(lower.position) + room <= x(upper.position)
    }
  }

  // MARK: curves

  /// Parts of a pixel that points are placed in.
  private static let fineness = 10

  private mutating func draw(_ curve: Curve, _ index: Int) {
    let look = PictureLook.curve(index)
    let mark = PictureMark.number(index)
    let isFilled = chart.series[index].isFilled
    let count = curve.runs.reduce(0) { $0 + $1.count }
    let hasFewPoints = count <= Int((right - left) / 14)
    for run in curve.runs {
      let points = thinned(run)
      if isFilled {
        fill(points, look)
        continue
      }
      if points.count > 1 {
        picture.line(points, stroke: look.color, width: PictureLook.lineWidth, dashes: look.dashes)
      }
      let marked = hasFewPoints || run.count == 1 ? points : curves.count > 1 ? spread(points, index) : []
      for point in marked { picture.mark(mark, at: point, fill: look.color) }
    }
  }

  private mutating func drawBands(_ curve: Curve, _ index: Int) {
    let look = PictureLook.curve(index)
    for band in curve.bands {
      let corners = band.compactMap { range -> (x: Double, low: Double, high: Double)? in
        guard let across = xAxis.position(range.x), let high = yAxis.position(range.high) else { return nil }
        let low = range.low.flatMap(yAxis.position) ?? 0
        return (x(across), y(min(1, max(0, low))), y(min(1, max(0, high))))
      }
      guard let first = corners.first else { continue }
      if corners.count == 1 {
        let ends = [first.low, first.high].map { SVGPicture.Point(x: first.x, y: $0) }
        picture.line(ends, stroke: look.color, width: 1)
        continue
      }
      picture.polygon(
        corners.map { SVGPicture.Point(x: $0.x, y: $0.high) }
          + corners.reversed().map { SVGPicture.Point(x: $0.x, y: $0.low) },
        fill: look.color, opacity: PictureLook.bandOpacity)
    }
  }

  private mutating func drawStars(_ curve: Curve, _ index: Int) {
    for point in curve.best {
      guard let across = xAxis.position(point.x), let up = yAxis.position(point.y) else { continue }
      picture.star(at: SVGPicture.Point(x: x(across), y: y(up)), fill: PictureLook.curve(index).color)
    }
  }

  private func thinned(_ run: [Curve.Point]) -> [SVGPicture.Point] {
    let fineness = Double(Self.fineness)
    let dots = run.compactMap { point -> Canvas.Dot? in
      guard let across = xAxis.position(point.x), let up = yAxis.position(point.y) else { return nil }
      return Canvas.Dot(x: Int((x(across) * fineness).rounded()), y: Int((y(up) * fineness).rounded()))
    }
    return Curve.reduced(dots, columnsOf: Self.fineness).map {
      SVGPicture.Point(x: Double($0.x) / fineness, y: Double($0.y) / fineness)
    }
  }

  private mutating func fill(_ points: [SVGPicture.Point], _ look: PictureLook) {
    guard let first = points.first, let last = points.last else { return }
    let base = y(min(1, max(0, yAxis.position(0) ?? 0)))
    let ends = [SVGPicture.Point(x: last.x, y: base), SVGPicture.Point(x: first.x, y: base)]
    picture.polygon(points + ends, fill: look.color, opacity: PictureLook.fillOpacity)
    picture.line(points, stroke: look.color, width: 1.2)
  }

  /// A few of a curve's points, apart from those of the other curves.
  private func spread(_ points: [SVGPicture.Point], _ index: Int) -> [SVGPicture.Point] {
    let marks = 5
    let offset = (Double(index) + 0.5) / Double(curves.count)
    return (0..<marks).compactMap { number in
      let place = left + (right - left) * (Double(number) + offset) / Double(marks)
      guard let first = points.first, first.x <= place else { return nil }
      return points.first { $0.x >= place }
    }
  }

  /// Where values are lost or not finite; several at one place stand side by side.
  private mutating func drawCrosses() {
    var taken: [Double] = []
    for (index, curve) in curves.enumerated() {
      for position in curve.crosses.compactMap(xAxis.position) {
        var place = x(position)
        // Away from the nearer edge.
        let step = place > (left + right) / 2 ? -12.0 : 12
        while taken.contains(where: { abs($0 - place) < 12 }) { place += step }
        taken.append(place)
        picture.cross(at: SVGPicture.Point(x: place, y: top), stroke: PictureLook.curve(index).color)
      }
    }
  }
}

extension Chart {
  fileprivate func pictureKeys(_ curves: [Curve]) -> [PictureKey.Entry] {
    let keys = curves.enumerated().compactMap { index, curve -> PictureKey.Entry? in
      guard let words = legendWords(index, curve, unicode: true) else { return nil }
      let texts = [words.name] + words.notes + words.remarks
      return (
        .curve(
          .curve(index), curves.count > 1 ? .number(index) : nil, isFilled: series[index].isFilled),
        texts.filter { !$0.isEmpty }.joined(separator: ", ")
      )
    }
    return keys + (hasBands(curves) ? [(.band, bandMeaning)] : [])
  }
}

extension Axis {
  /// Positions of 2 to 9 times the powers of ten, where a logarithmic axis is short enough to tell them apart.
  fileprivate var minorTicks: [Double] {
    guard scale == .log, high - low <= 6, low.magnitude < 400, high.magnitude < 400 else { return [] }
    return (Int(floor(low))...Int(ceil(high))).flatMap { exponent in
      (2...9).compactMap { mantissa in
        let place = (log10(Double(mantissa)) + Double(exponent) - low) / (high - low)
        return (0...1).contains(place) ? place : nil
      }
    }
  }
}
