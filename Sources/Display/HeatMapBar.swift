// The bar beside the picture of a heat map: what its colours mean.
import Text

struct HeatMapBar {
  /// Of the bar and its labels.
  let width: Double
  private let map: HeatMap
  /// The height of each label, as a part of the bar's.
  private let ticks: [(place: Double, label: String)]

  private static let barWidth = 14.0
  private static let tickRoom = 6.0
  private static let labelSize = 12.0
  private static let grey = "#555555"
  private static let longestName = 20

  init(_ map: HeatMap) {
    self.map = map
    if map.hasSecondShares {
      let rest = map.restLabel.isEmpty ? "0 %" : map.restLabel.cut(to: Self.longestName, unicode: true)
      ticks = [(0, "100 %"), (0.25, "50 %"), (0.5, rest), (0.75, "50 %"), (1, "100 %")]
    } else {
      ticks = [0, 25, 50, 75, 100].map { (Double($0) / 100, "\($0) %") }
    }
    let labels = ticks.map { SVGPicture.width(of: $0.label, size: Self.labelSize) }
    width = Self.barWidth + Self.tickRoom + (labels.max() ?? 0)
  }

  /// The bar with its left edge at `x`, names ending at `end`. A map of one share has 0 at the bottom and 100 % at the top. Of two
  /// shares the first grows upwards from the middle and the second downwards, as in a map where the first is
  /// found above and the second below.
  func draw(into picture: inout SVGPicture, x: Double, end: Double, top: Double, bottom: Double) {
    let steps = 40
    let edges = HeatMapPicture.edges(from: bottom, to: top, count: steps)
    for step in 0..<steps {
      picture.rectangle(
        x: x, y: edges[step + 1], width: Self.barWidth, height: edges[step] - edges[step + 1],
        fill: HeatMapShade.hexadecimal(tone(Double(step) / Double(steps - 1))))
    }
    picture.rectangle(
      x: x, y: top, width: Self.barWidth, height: bottom - top, fill: "none", stroke: Self.grey)
    let right = x + Self.barWidth
    for (place, label) in ticks {
      let y = bottom - (bottom - top) * place
      let ends = [right, right + 3].map { SVGPicture.Point(x: $0, y: y) }
      picture.line(ends, stroke: Self.grey, width: 1)
      picture.text(
        label, at: SVGPicture.Point(x: right + Self.tickRoom, y: y + 4), size: Self.labelSize)
    }
    if !map.valueLabel.isEmpty {
      let place = SVGPicture.Point(x: end, y: top - 10)
      picture.text(map.valueLabel, at: place, size: Self.labelSize, anchor: .end)
    }
    if map.hasSecondShares, !map.secondLabel.isEmpty {
      let name = map.secondLabel.cut(to: Self.longestName, unicode: true)
      picture.text(
        name, at: SVGPicture.Point(x: end, y: bottom + 17), size: Self.labelSize, anchor: .end)
    }
  }

  /// The colour at a height, as a part of the bar's.
  private func tone(_ place: Double) -> HeatMapTone {
    guard map.hasSecondShares else { return HeatMapTone(hue: .warm, share: place) }
    return place < 0.5
      ? HeatMapTone(hue: .cool, share: 1 - 2 * place) : HeatMapTone(hue: .warm, share: 2 * place - 1)
  }
}
