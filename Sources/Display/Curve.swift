// A series prepared for drawing: what can be drawn, and what cannot and why.

struct Curve {
  struct Point: Equatable {
    var x: Double
    var y: Double
  }

  /// Runs of neighbouring points that have a place in the chart; a point that has none ends a run.
  private(set) var runs: [[Point]] = []
  /// The first point whose y is not finite.
  private(set) var firstNonFinite: Point?
  /// Points left out for a value not above 0 on a logarithmic axis.
  private(set) var notAboveZero = 0
  /// Points left out for an x that is not finite.
  private(set) var withoutX = 0

  var points: [Point] { runs.flatMap { $0 } }

  /// Values of x or y beyond the shorter of the two are ignored.
  init(_ series: Chart.Series, xScale: Chart.Scale, yScale: Chart.Scale) {
    var run: [Point] = []
    for (x, y) in zip(series.x, series.y) {
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
      } else if firstNonFinite == nil {
        firstNonFinite = Point(x: x, y: y)
      }
    }
    if !run.isEmpty { runs.append(run) }
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
