// A series prepared for drawing: what can be drawn, and what cannot and why.

import Signals

/// A series of a chart, as far as it can be drawn on the chart's scales: runs of points, bands, marks, and how many
/// points were left out for which reason, which the legend says.
struct Curve {
  /// A point on the scales of the data.
  struct Point: Equatable {
    var x: Double
    var y: Double
  }

  /// A point's part of the band; without `low` it goes down to the end of the axis.
  struct Range: Equatable {
    var x: Double
    var low: Double?
    var high: Double
  }

  /// Runs of neighbouring points that have a place in the chart; a point that has none ends a run.
  private(set) var runs: [[Point]] = []
  /// The first point whose y is not finite, and which no mark stands for.
  private(set) var firstNonFinite: Point?
  /// Points marked as the best.
  private(set) var best: [Point] = []
  /// Where crosses stand on the upper edge: at points marked as lost, and at `firstNonFinite`.
  private(set) var crosses: [Double] = []
  /// Runs of neighbouring points that have a band.
  private(set) var bands: [[Range]] = []
  /// Points left out for a value not above 0 on a logarithmic axis.
  private(set) var notAboveZero = 0
  /// Points left out for an x that is not finite.
  private(set) var withoutX = 0

  var points: [Point] { runs.flatMap { $0 } }

  /// All that the upright axis has to reach. On a logarithmic axis a bound far below its point does not count: a
  /// band that nearly reaches 0 would take up the chart.
  private(set) var heights: [Double] = []

  /// Whether each point can have its mark in a picture of so many columns. Points with a spread or a best among them
  /// are a few measurements, spread over the axis, and may stand closer.
  func hasFewPoints(in columns: Int) -> Bool {
    let room = bands.isEmpty && best.isEmpty ? 8 : 5
    return runs.reduce(0) { $0 + $1.count } <= columns / room
  }

  /// Values of x or y beyond the shorter of the two are ignored.
  ///
  /// - Parameter stop: where it is asked, the rest of the points is left out.
  init(_ series: Chart.Series, xScale: Chart.Scale, yScale: Chart.Scale, stop: StopSignal = .never) {
    var run: [Point] = []
    let lost = Set(series.marks.filter { $0.sign == .lost }.flatMap(\.points))
    for (index, (x, y)) in zip(series.x, series.y).enumerated() {
      if index & 0xFFFF == 0xFFFF, stop.isAsked { break }
      if Axis.measure(x, xScale) != nil, Axis.measure(y, yScale) != nil {
        run.append(Point(x: x, y: y))
        continue
      }
      if !run.isEmpty { runs.append(run) }
      run = []
      if !x.isFinite {
        withoutX += 1
      } else if Axis.measure(x, xScale) == nil || y.isFinite {
        notAboveZero += 1
      } else if firstNonFinite == nil, !lost.contains(index) {
        firstNonFinite = Point(x: x, y: y)
      }
    }
    if !run.isEmpty { runs.append(run) }
    if stop.isAsked { return }
    heights = points.map(\.y)
    addMarks(series, lost, xScale, yScale)
    addBand(series, xScale, yScale)
  }

  private mutating func addMarks(
    _ series: Chart.Series, _ lost: Set<Int>, _ xScale: Chart.Scale, _ yScale: Chart.Scale
  ) {
    for mark in series.marks where mark.sign == .best {
      for index in mark.points where series.x.indices.contains(index) && series.y.indices.contains(index) {
        let point = Point(x: series.x[index], y: series.y[index])
        if Axis.measure(point.x, xScale) != nil, Axis.measure(point.y, yScale) != nil { best.append(point) }
      }
    }
    crosses = lost.sorted().filter(series.x.indices.contains).map { series.x[$0] }
      .filter { Axis.measure($0, xScale) != nil }
    if let firstNonFinite { crosses.append(firstNonFinite.x) }
  }

  private mutating func addBand(_ series: Chart.Series, _ xScale: Chart.Scale, _ yScale: Chart.Scale) {
    guard let band = series.band else { return }
    var run: [Range] = []
    for (index, (x, y)) in zip(series.x, series.y).enumerated() {
      let hasBounds = index < band.low.count && index < band.high.count
      if hasBounds, band.low[index].isFinite, Axis.measure(x, xScale) != nil,
        Axis.measure(band.high[index], yScale) != nil
      {
        let low = Axis.measure(band.low[index], yScale).map { _ in band.low[index] }
        run.append(Range(x: x, low: low, high: band.high[index]))
        heights.append(band.high[index])
        if let low, yScale == .linear || low >= y / 10 { heights.append(low) }
      } else {
        if !run.isEmpty { bands.append(run) }
        run = []
      }
    }
    if !run.isEmpty { bands.append(run) }
  }

  /// The dots of a run with no more than four in each column of `width` dots between turns: first, highest,
  /// lowest and last in their order. Joined by lines they cover what all the points would, spikes included.
  static func reduced(_ dots: [Canvas.Dot], columnsOf width: Int = 1) -> [Canvas.Dot] {
    var result: [Canvas.Dot] = []
    var start = 0
    while start < dots.count {
      var (end, lowest, highest) = (start, start, start)
      while end + 1 < dots.count, dots[end + 1].x / width == dots[start].x / width {
        end += 1
        if dots[end].y > dots[lowest].y { lowest = end }
        if dots[end].y < dots[highest].y { highest = end }
      }
      for index in [start, min(lowest, highest), max(lowest, highest), end] where result.last != dots[index] {
        result.append(dots[index])
      }
      start = end + 1
    }
    return result
  }
}
