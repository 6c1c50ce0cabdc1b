// The legend under a chart: a sample of each curve, its name, and what is said of some of its points.
import Text

extension Chart {
  /// What the legend says of a curve.
  struct LegendWords {
    /// May be empty.
    var name: String
    /// Of points that have a mark: "★ best 0.002".
    var notes: [String]
    /// What could not be drawn.
    var remarks: [String]
  }

  /// Entries side by side where they fit. A single curve without a name and without remarks has none.
  func legend(_ curves: [Curve], _ width: Int, _ options: RenderOptions) -> [StyledText] {
    var entries = curves.enumerated().compactMap { index, curve in entry(index, curve, width, options) }
    if hasBands(curves), TextPlot.showsBands(curves) {
      var entry = CurveLook.bandSample(unicode: options.unicode)
      entry.append(" " + bandMeaning.safe(unicode: options.unicode))
      entries.append(entry)
    }
    let gap = 3
    var lines: [StyledText] = []
    for entry in entries {
      if let last = lines.last, last.displayWidth + gap + entry.displayWidth <= width {
        lines[lines.count - 1].append(spaces: gap)
        lines[lines.count - 1].append(entry)
      } else {
        lines += entry.wrapped(to: width, hanging: 4)
      }
    }
    return lines
  }

  /// Whether there are bands, and words for them.
  func hasBands(_ curves: [Curve]) -> Bool {
    !bandMeaning.isEmpty && curves.contains { !$0.bands.isEmpty }
  }

  private func entry(_ index: Int, _ curve: Curve, _ width: Int, _ options: RenderOptions) -> StyledText? {
    guard let words = legendWords(index, curve, unicode: options.unicode) else { return nil }
    let isMarked = TextPlot.showsMarks(curve, among: series.count, width: width)
    var entry = CurveLook(index, options).sample(marked: isMarked && !series[index].isFilled)
    let texts =
      [(words.name, Style.plain)] + words.notes.map { ($0, .plain) } + words.remarks.map { ($0, .warning) }
    for (number, (text, style)) in texts.filter({ !$0.0.isEmpty }).enumerated() {
      entry.append(number == 0 ? " " : ", ")
      entry.append(text.safe(unicode: options.unicode), style)
    }
    return entry
  }

  /// Nil where there is nothing to say.
  func legendWords(_ index: Int, _ curve: Curve, unicode: Bool) -> LegendWords? {
    let marks = series[index].marks.filter { !$0.text.isEmpty }
    let notes = marks.filter { $0.sign == .best }.map { "\(CurveLook.bestMark(unicode: unicode)) \($0.text)" }
    let remarks = marks.filter { $0.sign == .lost }.map(\.text) + remarks(curve, isExplained: !marks.isEmpty)
    var name = series[index].name
    if name.isEmpty, series.count > 1 { name = "series \(index + 1)" }
    return name.isEmpty && notes.isEmpty && remarks.isEmpty
      ? nil : LegendWords(name: name, notes: notes, remarks: remarks)
  }

  private func remarks(_ curve: Curve, isExplained: Bool) -> [String] {
    var remarks: [String] = []
    if let point = curve.firstNonFinite {
      let what = point.y.isNaN ? "NaN" : point.y > 0 ? "inf" : "-inf"
      let place = point.x == point.x.rounded() && abs(point.x) < 1e15 ? "\(Int(point.x))" : "\(point.x)"
      remarks.append("\(what) at \(xLabel.isEmpty ? "x =" : xLabel) \(place)")
    }
    if curve.notAboveZero > 0 { remarks.append("\(points(curve.notAboveZero)) ≤ 0 left out") }
    if curve.withoutX > 0 { remarks.append("\(points(curve.withoutX)) without a finite x left out") }
    if curve.runs.isEmpty, remarks.isEmpty, !isExplained { remarks.append("no points") }
    return remarks
  }

  private func points(_ count: Int) -> String {
    count == 1 ? "1 point" : "\(Quantity.count(count)) points"
  }
}
