// A chart as a value: what `plot` gives.
import Display

package final class ChartObject: LabObject {
  package let chart: Chart

  package init(_ chart: Chart) {
    self.chart = chart
  }

  package var kind: ObjectKind { .chart }
  package var summary: String { chart.series.map(\.name).joined(separator: ", ") }
  package var bytes: Int { chart.series.reduce(0) { $0 + 16 * $1.x.count } }
  package var fields: [(name: String, meaning: String)] { [] }
  package func field(_ name: String, in session: Session) throws -> Value? { nil }
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
