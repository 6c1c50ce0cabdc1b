// A heat map as a picture.

extension HeatMap {
  /// The map as an SVG document of its own, without scripts and references, the same bytes for the same map.
  ///
  /// `width` and `height` are in pixels, `width` at least 320. Where title, legend and caption leave the
  /// cells less than 160 in height, the picture is higher than `height`. Cells that are not measured are
  /// white with a grey dot, and cells with both shares are divided in proportion. A viewer that shows tips
  /// gives each cell's column, row and shares. A map without columns or rows says so.
  package func svg(width: Int = 720, height: Int = 480) -> String {
    let picture = HeatMapPicture(self, width: Double(max(320, width)), height: Double(height))
    return picture.picture.document(
      width: picture.width, height: picture.height, title: title.isEmpty ? "heat map" : title,
      description: spokenSummary)
  }

  /// Several maps one below the other in one document; a single one as by itself.
  package static func svg(_ maps: [HeatMap], width: Int = 720, height: Int = 480) -> String {
    if maps.count == 1 { return maps[0].svg(width: width, height: height) }
    let width = Double(max(320, width))
    var picture = SVGPicture()
    var bottom = 0.0
    for map in maps {
      let part = HeatMapPicture(map, width: width, height: Double(height))
      picture.place(part.picture, y: bottom)
      bottom += part.height
    }
    let titles = maps.map { $0.title.isEmpty ? "heat map" : $0.title }
    return picture.document(
      width: width, height: bottom, title: titles.joined(separator: ", "),
      description: maps.map(\.spokenSummary).joined(separator: " "))
  }

  /// What the picture shows, for those who do not see it.
  private var spokenSummary: String {
    func range(_ name: String, _ values: [Double], _ what: String) -> String {
      let labels = AxisLabels.texts(values)
      let ends = labels.isEmpty ? "" : " from \(labels[0]) to \(labels[labels.count - 1])"
      return "\(values.count) \(what)" + (name.isEmpty ? "" : ", \(name)") + ends
    }
    let measured = rows.indices.flatMap { row in
      columns.indices.compactMap { shares(row: row, column: $0) }
    }
    var shown = [(name: valueLabel, share: \HeatMapShares.first)]
    if hasSecondShares {
      shown.append((secondLabel, \.second))
      shown.append((restLabel, \.rest))
    }
    shown.removeAll(where: \.name.isEmpty)
    let what = hasSecondShares ? shown.map(\.name).joined(separator: ", ") : valueLabel
    var sentences = [
      "Heat map of \(what.isEmpty ? "shares" : what): \(range(xLabel, columns, "columns")); "
        + "\(range(yLabel, rows, "rows")); \(measured.count) of \(columns.count * rows.count) cells measured."
    ]
    if hasSecondShares, !shown.isEmpty {
      let counts = shown.map { shown in
        "\(shown.name) in \(measured.count { $0[keyPath: shown.share] > 0.5 })"
      }
      sentences.append("Over half is \(counts.joined(separator: ", ")).")
    }
    let names = lines.map(\.name).filter { !$0.isEmpty }
    if !names.isEmpty { sentences.append("Lines: \(names.joined(separator: "; ")).") }
    return sentences.joined(separator: " ")
  }
}
