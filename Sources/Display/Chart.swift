// A line chart as a value: series, axes and a caption. `Chart+Rendering.swift` draws it in a terminal,
// `Chart+SVG.swift` as a picture.

package struct Chart: Equatable, Sendable {
  package enum Scale: String, Sendable { case linear, log }

  package struct Series: Equatable, Sendable {
    package var name: String
    package var x: [Double]
    /// As long as `x`. A value that is not finite is not drawn; the chart marks the first with `×` on the
    /// upper edge.
    package var y: [Double]
    /// Whether the area down to 0 is filled, as a histogram's.
    package var isFilled: Bool

    package init(_ name: String, x: [Double], y: [Double], isFilled: Bool = false) {
      self.name = name
      self.x = x
      self.y = y
      self.isFilled = isFilled
    }
  }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  package var xScale: Scale
  package var yScale: Scale
  package var series: [Series]
  package var caption: String

  package init(
    _ title: String = "", xLabel: String = "", yLabel: String = "", xScale: Scale = .linear,
    yScale: Scale = .linear, series: [Series], caption: String = ""
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xScale = xScale
    self.yScale = yScale
    self.series = series
    self.caption = caption
  }
}
