// The legend under a chart: a sample of each curve, its name, and what could not be drawn of it.

extension Chart {
  /// Entries side by side where they fit. A single curve without a name and without remarks has none.
  func legend(_ curves: [Curve], _ width: Int, _ options: RenderOptions) -> [StyledText] {
    let gap = 3
    var lines: [StyledText] = []
    for (index, curve) in curves.enumerated() {
      guard let entry = entry(index, curve, options) else { continue }
      if let last = lines.last, last.displayWidth + gap + entry.displayWidth <= width {
        lines[lines.count - 1].append(spaces: gap)
        lines[lines.count - 1].append(entry)
      } else {
        lines += entry.wrapped(to: width, hanging: 4)
      }
    }
    return lines
  }

  private func entry(_ index: Int, _ curve: Curve, _ options: RenderOptions) -> StyledText? {
    guard let words = legendWords(index, curve) else { return nil }
    let remarks = words.remarks.map { $0.safe(unicode: options.unicode) }
    let name = words.name.safe(unicode: options.unicode)
    let look = CurveLook(index, options)
    var entry = look.sample()
    for text in [name] + remarks where !text.isEmpty {
      entry.append(text == name ? " " : entry.displayWidth > look.sample().displayWidth ? ", " : " ")
      entry.append(text, text == name ? .plain : .warning)
    }
    return entry
  }

  /// The name of a curve, which may be empty, and what could not be drawn of it; nil where there is nothing to
  /// say.
  func legendWords(_ index: Int, _ curve: Curve) -> (name: String, remarks: [String])? {
    let remarks = remarks(curve)
    var name = series[index].name
    if name.isEmpty, series.count > 1 { name = "series \(index + 1)" }
    return name.isEmpty && remarks.isEmpty ? nil : (name, remarks)
  }

  private func remarks(_ curve: Curve) -> [String] {
    var remarks: [String] = []
    if let point = curve.firstNonFinite {
      let what = point.y.isNaN ? "NaN" : point.y > 0 ? "inf" : "-inf"
      let place = point.x == point.x.rounded() && abs(point.x) < 1e15 ? "\(Int(point.x))" : "\(point.x)"
      remarks.append("\(what) at \(xLabel.isEmpty ? "x =" : xLabel) \(place)")
    }
    if curve.notAboveZero > 0 { remarks.append("\(points(curve.notAboveZero)) ≤ 0 left out") }
    if curve.withoutX > 0 { remarks.append("\(points(curve.withoutX)) without a finite x left out") }
    if curve.runs.isEmpty, remarks.isEmpty { remarks.append("no points") }
    return remarks
  }

  private func points(_ count: Int) -> String {
    count == 1 ? "1 point" : "\(Quantity.count(count)) points"
  }
}
