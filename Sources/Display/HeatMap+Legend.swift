// The legend under a heat map: what shades and marks mean, and what could not be drawn.

extension HeatMap {
  /// Shades, lines and remarks. It has as many lines of text whatever the cells hold, but for marks that
  /// have to be joined.
  func legend(_ plot: HeatMapPlot, _ width: Int, _ options: RenderOptions) -> [StyledText] {
    flow(shadeEntries(plot, options), gap: 2, width)
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

  private func shadeEntries(_ plot: HeatMapPlot, _ options: RenderOptions) -> [StyledText] {
    let look = HeatMapLook(options)
    var entries = [0, 25, 50, 75, 100].map { percent in
      let shade = HeatMapCell.Shade.share(Double(percent) / 100)
      var entry = StyledText("[")
      entry.append(HeatMapCell(upper: plot.fold.isHalved ? shade : nil, lower: shade).text(width: 2, look))
      entry.append("] \(percent)" + (percent == 100 ? " %" : ""))
      return entry
    }
    if !valueLabel.isEmpty { entries.insert(StyledText(valueLabel.safe(unicode: options.unicode)), at: 0) }
    return entries + [StyledText("\(look.unmeasured) not measured")]
  }

  private func lineEntries(_ plot: HeatMapPlot, _ options: RenderOptions) -> [StyledText] {
    let look = HeatMapLook(options)
    func sample(_ mark: Character, _ name: String) -> StyledText {
      StyledText(String(repeating: mark, count: 2) + " " + name)
    }
    var entries = lines.enumerated().map { index, line in
      let name = line.name.safe(unicode: options.unicode)
      var entry = sample(look.lineMark(index), name.isEmpty ? "line \(index + 1)" : name)
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
