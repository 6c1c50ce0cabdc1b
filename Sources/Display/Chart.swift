// A line chart as a value: series, axes and a caption. `Chart+Rendering.swift` draws it in a terminal,
// `Chart+SVG.swift` as a picture.

/// Curves over two axes, with a legend that names them.
///
/// The axes go from the least to the greatest of what is drawn, with some room where all is equal. On a logarithmic axis
/// a value that is not above 0 has no place and is not drawn; NaN and infinities are never. A chart without points says
/// so.
package struct Chart: Equatable, Sendable {
  /// `log` goes by decades.
  package enum Scale: String, Sendable { case linear, log }

  /// One curve: its points in the order in which they are joined.
  package struct Series: Equatable, Sendable {
    /// What the legend calls it.
    package var name: String
    package var x: [Double]
    /// As long as `x`. A value that is not finite is not drawn; the chart marks the first with `×` on the
    /// upper edge, where no mark of the series stands for it.
    package var y: [Double]
    /// Whether the area down to 0 is filled, as a histogram's.
    package var isFilled: Bool
    /// A range about the points, such as their spread, shaded behind the curves; nil for none.
    package var band: Band?
    /// Points with signs of their own.
    package var marks: [Mark]

    package init(
      _ name: String, x: [Double], y: [Double], isFilled: Bool = false, band: Band? = nil, marks: [Mark] = []
    ) {
      self.name = name
      self.x = x
      self.y = y
      self.isFilled = isFilled
      self.band = band
      self.marks = marks
    }
  }

  /// Both bounds are as long as the x of the series. A point at which one of them is not finite has no band;
  /// a lower bound without a place on a logarithmic axis stands at its low end.
  package struct Band: Equatable, Sendable {
    package var low: [Double]
    package var high: [Double]

    package init(low: [Double], high: [Double]) {
      self.low = low
      self.high = high
    }
  }

  /// A sign at some points of a series.
  package struct Mark: Equatable, Sendable {
    /// How the mark looks, and where it stands.
    package enum Sign: Equatable, Sendable {
      /// A star at the point.
      case best
      /// A cross on the upper edge above the point, which need not have a finite y.
      case lost
    }

    package var sign: Sign
    /// Places in the x and y of the series.
    package var points: [Int]
    /// What the legend says of them: "best 0.002".
    package var text: String

    package init(_ sign: Sign, _ points: [Int], _ text: String) {
      self.sign = sign
      self.points = points
      self.text = text
    }
  }

  package var title: String
  package var xLabel: String
  package var yLabel: String
  package var xScale: Scale
  package var yScale: Scale
  package var series: [Series]
  /// What the legend says of the bands of the series; without it they are not explained.
  package var bandMeaning: String
  /// What was measured and how, below the chart; not in a picture that is redrawn while it fills.
  package var caption: String

  package init(
    _ title: String = "", xLabel: String = "", yLabel: String = "", xScale: Scale = .linear,
    yScale: Scale = .linear, series: [Series], bandMeaning: String = "", caption: String = ""
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xScale = xScale
    self.yScale = yScale
    self.series = series
    self.bandMeaning = bandMeaning
    self.caption = caption
  }
}
