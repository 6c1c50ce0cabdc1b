// The legend under a heat map: what shades and marks mean, and what could not be drawn.
import Text

extension HeatMap {
  /// Shades, lines and remarks. It has as many lines of text whatever the cells hold, but for what
  /// is said of marks without room.
  func legend(_ plot: HeatMapPlot, _ width: Int, _ options: RenderOptions) -> [StyledText] {
    shadeLines(plot, width, options)
      + flow(lineEntries(plot, options), gap: 3, width)
      + remarks(plot, options).flatMap { StyledText($0, .dim).wrapped(to: width) }
  }

  /// Entries side by side where they fit.
  private func flow(_ entries: [StyledText], gap: Int, _ width: Int) -> [StyledText] {
    var lines: [StyledText] = []
    for entry in entries {
      if let last = lines.last, last.displayWidth + gap + entry.displayWidth <= width {
        lines[lines.count - 1].append(spaces: gap)
        lines[lines.count - 1].append(entry)
      } else {
        lines += entry.wrapped(to: width, hanging: 3)
      }
    }
    return lines
  }

  /// The lines of shades: one for a map of one share, else one for each share, the first as in the map above
  /// the second.
  private func shadeLines(_ plot: HeatMapPlot, _ width: Int, _ options: RenderOptions) -> [StyledText] {
    let look = HeatMapLook(options)
    func sample(_ shares: HeatMapShares, _ text: String) -> StyledText {
      let shade = HeatMapCell.Shade.shares(shares)
      var entry = StyledText("[")
      entry.append(HeatMapCell(upper: plot.fold.isHalved ? shade : nil, lower: shade).text(width: 2, look))
      entry.append("] " + text)
      return entry
    }
    func samples(_ percents: [Double], _ shares: (Double) -> HeatMapShares) -> [StyledText] {
      percents.map { sample(shares($0 / 100), "\(Int($0))" + ($0 == 100 ? " %" : "")) }
    }
    let unmeasured = StyledText("\(look.unmeasured) not measured")
    let name = valueLabel.safe(unicode: options.unicode)
    guard hasSecondShares else {
      let shades = samples([0, 25, 50, 75, 100]) { HeatMapShares(first: $0) }
      return flow((name.isEmpty ? [] : [StyledText(name)]) + shades + [unmeasured], gap: 2, width)
    }
    let secondName = secondLabel.safe(unicode: options.unicode)
    let nameWidth = max(name.displayWidth, secondName.displayWidth)
    func named(_ name: String, _ shades: [StyledText]) -> [StyledText] {
      guard nameWidth > 0 else { return shades }
      var entry = StyledText(name.padded(to: nameWidth) + " ")
      entry.append(shades[0])
      return [entry] + shades.dropFirst()
    }
    let warm = named(name, samples([25, 50, 75, 100]) { HeatMapShares(first: $0) })
    let cool = named(secondName, samples([25, 50, 75, 100]) { HeatMapShares(first: 0, second: $0) })
    let rest = sample(
      HeatMapShares(first: 0), restLabel.isEmpty ? "0" : restLabel.safe(unicode: options.unicode))
    // A cell of one character shows the larger of its shares.
    let both = plot.cellWidth > 1 ? [sample(HeatMapShares(first: 0.5, second: 0.5), "both")] : []
    return flow(warm + [rest], gap: 2, width) + flow(cool + both + [unmeasured], gap: 2, width)
  }

  private func lineEntries(_ plot: HeatMapPlot, _ options: RenderOptions) -> [StyledText] {
    let look = HeatMapLook(options)
    func sample(_ mark: Character, _ name: String) -> StyledText {
      StyledText(String(repeating: mark, count: 2) + " " + name)
    }
    var entries = lines.enumerated().map { index, line in
      let name = line.name.safe(unicode: options.unicode)
      var entry = sample(
        look.mark(of: line, number: index).character, name.isEmpty ? "line \(index + 1)" : name)
      let points = pointCounts(of: line)
      if points.outside > 0 {
        entry.append(", \(points.outside) of \(points.all) points outside the map", .warning)
      }
      if !plot.hasRoomForMarks { entry.append(", not drawn: too narrow", .warning) }
      return entry
    }
    if plot.hasJoinedMarks { entries.append(sample(look.severalMark, "several of them")) }
    return entries
  }

  private func remarks(_ plot: HeatMapPlot, _ options: RenderOptions) -> [String] {
    var remarks: [String] = []
    if plot.grid.columnsMerged > 1 {
      remarks.append(merged(plot.grid.columnsMerged, columns.count, "columns", "leftmost"))
    }
    if plot.grid.rowsMerged > 1 { remarks.append(merged(plot.grid.rowsMerged, rows.count, "rows", "lowest")) }
    if plot.hidesTheory { remarks.append("In a narrow cell a line hides its theory.") }
    if plot.fold.isHalved {
      remarks.append("Each line of text shows two rows and has the label of the lower.")
    }
    return remarks
  }

  private func merged(_ size: Int, _ count: Int, _ what: String, _ labelled: String) -> String {
    "Too little room for \(count) \(what): a shade is the mean of \(size) neighbours, with the label of the "
      + "\(labelled)."
  }
}
