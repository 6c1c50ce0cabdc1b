// How far a job is, in one line: `train ━━━━━━━━╌╌╌╌ 120/200  loss 1.234  85 steps/s  12 s left`.
package import Text

package struct ProgressLine: Equatable, Sendable {
  /// What is running.
  package var title: String
  package var done: Int
  /// Steps in all; 0 or less when it is not known, and then there is no bar.
  package var total: Int
  /// What the job reports, in order of importance: "loss 1.234".
  package var figures: [String]
  /// `unit` per second.
  package var rate: Double?
  package var unit: String
  package var secondsLeft: Double?

  package init(
    title: String, done: Int, total: Int, figures: [String] = [], rate: Double? = nil,
    unit: String = "steps", secondsLeft: Double? = nil
  ) {
    self.title = title
    self.done = done
    self.total = total
    self.figures = figures
    self.rate = rate
    self.unit = unit
    self.secondsLeft = secondsLeft
  }

  /// The line, never wider than `options.width`. What does not fit is left out, least important first:
  /// half of the bar, the rate, figures from the last one, the bar, the time left, the title. Rates and
  /// times that are not finite are not shown.
  package func shown(_ options: RenderOptions) -> TerminalText {
    let width = max(0, options.width)
    for parts in byImportance(options.unicode) {
      let text = parts.text(options)
      if text.displayWidth <= width { return text.shown(color: options.color) }
    }
    return TerminalText(position.cut(to: width, unicode: options.unicode))
  }

  /// As `shown`, as a string.
  package func rendered(_ options: RenderOptions) -> String { shown(options).string }

  private struct Parts {
    var title: String
    var bar = 24
    var share: Double?
    var position: String
    var figures: [String]
    var rate: String?
    var left: String?

    func text(_ options: RenderOptions) -> StyledText {
      var groups: [StyledText] = []
      if !title.isEmpty { groups.append(StyledText(title, .title)) }
      if bar > 0, let share { groups.append(ProgressLine.bar(share, columns: bar, unicode: options.unicode)) }
      groups.append(StyledText(position))
      groups += figures.map { StyledText($0, .number) }
      if let rate { groups.append(StyledText(rate, .dim)) }
      if let left { groups.append(StyledText(left)) }
      return groups.dropFirst().reduce(into: groups[0]) { line, group in
        line.append("  ")
        line.append(group)
      }
    }
  }

  private var position: String {
    let done = Quantity.count(done)
    return total > 0 ? "\(done)/\(Quantity.count(total))" : "\(done) \(unit)"
  }

  /// The line's parts with everything, then with less and less.
  private func byImportance(_ unicode: Bool) -> [Parts] {
    var parts = Parts(
      title: title.safe(unicode: unicode), position: position.safe(unicode: unicode),
      figures: figures.map { $0.safe(unicode: unicode) })
    if total > 0 { parts.share = min(1, max(0, Double(done) / Double(total))) }
    if let rate, rate.isFinite, rate > 0 {
      parts.rate = "\(Quantity.twoFigures(rate)) \(unit)/s".safe(unicode: unicode)
    }
    if let secondsLeft, secondsLeft.isFinite, secondsLeft >= 0 {
      parts.left = "\(Quantity.duration(secondsLeft.rounded(.up))) left"
    }
    var all = [parts]
    func without(_ change: (inout Parts) -> Void) {
      change(&parts)
      all.append(parts)
    }
    without { $0.bar = 12 }
    without { $0.rate = nil }
    while parts.figures.count > 1 { without { $0.figures.removeLast() } }
    without { $0.bar = 0 }
    without { $0.figures = [] }
    without { $0.left = nil }
    without { $0.title = "" }
    return all
  }

  private static func bar(_ share: Double, columns: Int, unicode: Bool) -> StyledText {
    let full = min(columns, Int(share * Double(columns)))
    var bar = StyledText()
    if unicode {
      bar.append(String(repeating: "━", count: full), .series(1))
      bar.append(String(repeating: "╌", count: columns - full), .dim)
    } else {
      bar.append("[" + String(repeating: "#", count: full))
      bar.append(String(repeating: ".", count: columns - full) + "]")
    }
    return bar
  }
}
