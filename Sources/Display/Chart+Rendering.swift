// A chart as text for a terminal of a given width.
import Signals
package import Text

extension Chart {
  /// Title, y label, the curves in `height` rows (at least 3) with their axes, x label, legend and
  /// caption, in lines no wider than `options.width`, without spaces at their ends and without a final
  /// line break.
  ///
  /// Curves are drawn in braille, or in ASCII without `options.unicode`. They differ in colour, without
  /// colour in the pattern of their lines, in ASCII in their character. A curve of few points shows each
  /// of them, and where there are many curves, each shows some. Bands are light dots where no curve is, or left
  /// out where more than four would lie over each other. The best point is a star (`B`). The first y of a
  /// series that is not finite is marked `×` (`X`) on the upper edge and named
  /// in the legend, and so are the points that a mark calls lost, and how many points have no place on a logarithmic
  /// axis. A chart without points says so.
  package func shown(_ options: RenderOptions, height: Int = 16) -> TerminalText {
    let width = max(20, options.width)
    let curves = series.map { Curve($0, xScale: xScale, yScale: yScale, stop: options.stop) }
    if options.stop.isAsked { return TerminalText() }
    var lines = paragraph(title, .title, width, options)
    if curves.allSatisfy({ $0.runs.isEmpty && $0.firstNonFinite == nil }) {
      lines.append(StyledText("(no points)", .dim))
    } else {
      lines += TextPlot(self, curves, width: width, rows: max(3, height), options: options).lines
    }
    lines += legend(curves, width, options)
    lines += paragraph(caption, .dim, width, options)
    return lines.map { $0.shown(color: options.color) }.joined(separator: "\n")
  }

  /// As `shown`, as a string.
  package func rendered(_ options: RenderOptions, height: Int = 16) -> String {
    shown(options, height: height).string
  }

  private func paragraph(_ text: String, _ style: Style, _ width: Int, _ options: RenderOptions)
    -> [StyledText]
  {
    guard !text.isEmpty else { return [] }
    return StyledText(text.safe(unicode: options.unicode, keepingLineBreaks: true), style).wrapped(to: width)
  }
}
