// The keys of a heat map's picture: what stands for what, and which of them share a line.

struct HeatMapKey {
  struct Look: Equatable {
    let color: String
    /// As in `stroke-dasharray`; solid where empty.
    let dashes: String
  }

  enum Sample: Equatable {
    case line(Look)
    case unmeasuredCell
    /// The text goes on from the line above.
    case none
  }

  let sample: Sample
  let text: String
  /// With the sample and the space after the text.
  let width: Double

  static let sampleWidth = 28.0
  static let gap = 6.0
  private static let spaceAfter = 20.0

  /// Apart for colour-blind eyes and from the reds of the cells, and in their dashes without any colour.
  static let looks = [
    Look(color: "#0b5cad", dashes: ""), Look(color: "#111111", dashes: "7 4"),
    Look(color: "#00735c", dashes: "2 3"), Look(color: "#6a3d9a", dashes: "9 3 2 3"),
  ]

  private init(_ sample: Sample, _ text: String, size: Double) {
    self.sample = sample
    self.text = text
    width = Self.sampleWidth + Self.gap + SVGPicture.width(of: text, size: size) + Self.spaceAfter
  }

  /// Keys side by side as far as `width` allows; one too long for a line goes on in the next.
  static func lines(of map: HeatMap, width: Double, size: Double) -> [[HeatMapKey]] {
    var lines: [[HeatMapKey]] = []
    for (sample, text) in entries(of: map) {
      let texts = SVGPicture.wrapped(text, to: width - sampleWidth - gap, size: size)
      for (index, text) in texts.enumerated() {
        let key = HeatMapKey(index == 0 ? sample : .none, text, size: size)
        let used = lines.last?.reduce(0) { $0 + $1.width } ?? 0
        if let last = lines.indices.last, index == 0, used + key.width - spaceAfter <= width {
          lines[last].append(key)
        } else {
          lines.append([key])
        }
      }
    }
    return lines
  }

  private static func entries(of map: HeatMap) -> [(sample: Sample, text: String)] {
    var entries = map.lines.enumerated().map { index, line in
      let points = map.pointCounts(of: line)
      let remark = points.outside > 0 ? ", \(points.outside) of \(points.all) points outside the map" : ""
      let name = line.name.isEmpty ? "line \(index + 1)" : line.name
      return (sample: Sample.line(looks[index % looks.count]), text: name + remark)
    }
    let isPartial = map.rows.indices.contains { row in
      map.columns.indices.contains { map.share(row: row, column: $0) == nil }
    }
    if isPartial { entries.append((.unmeasuredCell, "not measured")) }
    return entries
  }
}
