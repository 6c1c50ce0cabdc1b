// A chart as a picture.
package import Signals

extension Chart {
  /// The chart as an SVG document of its own, without scripts and references, the same bytes for the same
  /// chart.
  ///
  /// `width` and `height` are in pixels, `width` at least 320. Where title, legend and caption leave the
  /// curves less than 240 in height, the picture is higher than `height`. Curves differ in colour, in the
  /// pattern of their lines and in their marks. Bands are translucent, point by point; the best point is a
  /// star. Of a curve with more points than pixels each column keeps the
  /// first, last, lowest and highest. The first y of a series that is not finite is marked with a cross on the
  /// upper edge and named in the legend, and so is what has no place on a logarithmic axis. A chart without
  /// points says so.
  ///
  /// - Parameter stop: where it is asked, the picture is left unfinished; whoever asked for it looks again.
  package func svg(width: Int = 720, height: Int = 440, stop: StopSignal = .never) -> String {
    let picture = ChartPicture(self, width: Double(max(320, width)), height: Double(height), stop: stop)
    if stop.isAsked { return "" }
    return picture.picture.document(
      width: picture.width, height: picture.height, title: title.isEmpty ? "chart" : title,
      description: spokenSummary)
  }

  /// What the picture shows, for those who do not see it.
  private var spokenSummary: String {
    func range(_ values: [Double], _ name: String, _ scale: Scale) -> String {
      let places = values.filter { Axis.measure($0, scale) != nil }
      guard let low = places.min(), let high = places.max() else { return "" }
      let ends = AxisLabels.texts([low, high])
      return " \(name.isEmpty ? "values" : name) from \(ends[0]) to \(ends[1])"
        + (scale == .log ? ", logarithmic" : "") + ";"
    }
    let names = series.map(\.name).filter { !$0.isEmpty }
    let across = range(series.flatMap(\.x), xLabel, xScale)
    let up = range(series.flatMap(\.y), yLabel, yScale)
    let text =
      "Line chart of \(series.count == 1 ? "1 curve" : "\(series.count) curves")"
      + (names.isEmpty ? "" : ": " + names.joined(separator: "; ")) + ";" + across + up
    return text.dropLast() + "."
  }
}
