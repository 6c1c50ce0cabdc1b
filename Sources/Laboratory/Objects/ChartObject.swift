// A chart as a value: what `plot` gives.
package import Display
package import Interpreter

package final class ChartObject: LabObject {
  package let chart: Chart
  /// What is drawn, where it is counted values.
  package let histogram: Histogram?

  package init(_ chart: Chart, histogram: Histogram? = nil) {
    self.chart = chart
    self.histogram = histogram
  }

  package var kind: ObjectKind { .chart }
  package var summary: String {
    histogram.map { "histogram of \($0.finiteCount) values" }
      ?? chart.series.map(\.name).joined(separator: ", ")
  }
  package var bytes: Int { chart.series.reduce(0) { $0 + 16 * $1.x.count } }
  package var fields: [(name: String, meaning: String)] {
    guard histogram != nil else { return [] }
    return [
      ("counts", "values in each bin"), ("edges", "bounds of the bins: one more than there are bins"),
      ("nan", "number of NaN"), ("infinite", "number of infinities"),
      ("not_above_zero", "number of finite values that have no place on a logarithmic axis"),
    ]
  }
  package func field(_ name: String, in session: Session) throws -> Value? {
    guard let histogram else { return nil }
    return switch name {
    case "counts": .list(histogram.counts.map { .number(Double($0)) })
    case "edges": .list(histogram.edges.map { .number($0) })
    case "nan": .number(Double(histogram.nanCount))
    case "infinite": .number(Double(histogram.infiniteCount))
    case "not_above_zero": .number(Double(histogram.notAboveZeroCount))
    default: nil
    }
  }
  package func shown(in session: Session) -> [Event] { [.chart(chart)] }
}

/// What `plot` gives of maps, one below the other.
package final class HeatMapObject: LabObject {
  package let heatMaps: [HeatMap]

  package init(_ heatMaps: [HeatMap]) {
    self.heatMaps = heatMaps
  }

  package var kind: ObjectKind { .chart }
  package var summary: String { heatMaps.map(\.title).joined(separator: ", ") }
  package var bytes: Int { heatMaps.flatMap(\.cells).reduce(0) { $0 + 16 * $1.count } }
  package var fields: [(name: String, meaning: String)] { [] }
  package func field(_ name: String, in session: Session) throws -> Value? { nil }
  package func shown(in session: Session) -> [Event] { heatMaps.map { .heatMap($0) } }
}
