// A heat map as text for a terminal of a given size.
package import Text

extension HeatMap {
  /// So many lines of cells, or fewer, are shown whatever the height.
  private static let fewestLines = 6

  /// Title, y label, the cells with their axes, legend and caption, in lines no wider than `options.width`,
  /// without spaces at their ends and without a final line break.
  ///
  /// One row of the map is one line of text as long as all of it fits `height` lines. Otherwise a line shows
  /// two rows, in half blocks or, without colour, in quarters of which a share is filled; in ASCII, in
  /// cells one character wide, and where that is not enough, neighbours are merged to their mean. So are
  /// columns that the width has no room for. A remark says so each time. What stands around the cells is never
  /// cut, and 6 lines of cells or fewer are not made less: there the text may be higher than `height`.
  ///
  /// A cell's shade is blank only for 0 and full only for 1; one that is not measured shows `·` (`?`). The
  /// second share has shades of its own: other colours, stripes in place of shading, dots in place of
  /// quarters. A cell with both is divided in proportion, the second on the left; where it has a single
  /// character, it shows the larger. A line shows as marks in the cells it passes through, with the shade
  /// beside or behind them. Where marks have no room a measured line hides its theory, or several lines are
  /// drawn as one mark; the legend says so.
  ///
  /// Maps that differ in nothing but their cells have the same size, but for what the legend says of
  /// marks without room. A map without columns or rows says so.
  package func shown(_ options: RenderOptions, height: Int = 24) -> TerminalText {
    let width = max(20, options.width)
    let above = paragraph(title, .title, width, options)
    let below = paragraph(caption, .dim, width, options)
    var lines = [StyledText("(no cells)", .dim)]
    if !columns.isEmpty, !rows.isEmpty {
      var fold = HeatMapPlot.Fold()
      while true {
        let plot = HeatMapPlot(self, fold, width: width, options: options)
        lines = plot.lines + legend(plot, width, options)
        let isLow = above.count + lines.count + below.count <= height
        if isLow || plot.cellLines.count <= Self.fewestLines { break }
        fold = next(after: plot, options)
      }
    }
    return (above + lines + below).map { $0.shown(color: options.color) }.joined(separator: "\n")
  }

  /// As `shown`, as a string.
  package func rendered(_ options: RenderOptions, height: Int = 24) -> String {
    shown(options, height: height).string
  }

  /// The next smaller way to draw the rows. A cell of one character has no room to say which of two rows is
  /// not measured.
  private func next(after plot: HeatMapPlot, _ options: RenderOptions) -> HeatMapPlot.Fold {
    var fold = plot.fold
    if options.unicode, plot.cellWidth > 1, !fold.isHalved {
      fold.isHalved = true
    } else {
      fold.rowsMerged += 1
    }
    return fold
  }

  private func paragraph(_ text: String, _ style: Style, _ width: Int, _ options: RenderOptions)
    -> [StyledText]
  {
    guard !text.isEmpty else { return [] }
    return StyledText(text.safe(unicode: options.unicode, keepingLineBreaks: true), style).wrapped(to: width)
  }
}
