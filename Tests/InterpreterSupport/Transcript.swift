// Programs with their expected output in one text, as a session at the prompt would look.
import Display
package import Interpreter
package import Language

/// `> ` begins a cell, `. ` continues it, all other lines up to the next cell are what it shows.
package struct Transcript {
  package struct Cell {
    package var lines: [String]
    package var output: [String] = []
    package var text: String { lines.map { String($0.dropFirst(2)) }.joined(separator: "\n") }
  }

  package var cells: [Cell] = []

  package init(_ text: String) {
    // The line break at the end of the file begins no line.
    let whole = text.hasSuffix("\n") ? text.dropLast() : text[...]
    for line in whole.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("> ") {
        cells.append(Cell(lines: [line]))
      } else if line.hasPrefix(". "), let last = cells.indices.last, cells[last].output.isEmpty {
        cells[last].lines.append(line)
      } else if let last = cells.indices.last {
        cells[last].output.append(line)
      }
    }
  }

  /// The same cells with what they show now.
  /// - Parameter report: what is done with each diagnostic.
  package func executed(
    in session: Session, width: Int = 80, report: (Diagnostic) -> Void = { _ in }
  ) -> String {
    var lines: [String] = []
    for cell in cells {
      var output: [String] = []
      let result = session.execute(Source(cell.text)) { event in
        guard let text = Transcript.text(event, width: width) else { return }
        output += text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      }
      if let diagnostic = result.diagnostic { report(diagnostic) }
      lines += cell.lines + output
    }
    return lines.joined(separator: "\n") + "\n"
  }

  package static func text(_ event: Event) -> String? { text(event, width: 80) }

  /// `loss over step (log)`.
  private static func axes(of chart: Chart) -> String {
    let (up, across) = (chart.yScale, chart.xScale)
    return chart.yLabel + (up == .log ? " (log)" : "") + " over " + chart.xLabel
      + (across == .log ? " (log)" : "")
  }

  /// The curves' names, each with how many points it has, with what its marks say, and `±` where it has a band.
  private static func curves(of chart: Chart) -> String {
    chart.series.map { series in
      ([series.name, "\(series.x.count)\(series.band == nil ? "" : "±")"] + series.marks.map(\.text))
        .joined(separator: ", ")
    }.joined(separator: "; ")
  }

  package static func text(_ event: Event, width: Int) -> String? {
    let options = RenderOptions(width: width, unicode: false)
    switch event {
    case .text(let text): return text
    case .note(let text): return "note: \(text)"
    case .status: return nil
    case .page(let page): return page.rendered(options)
    case .table(let table): return table.rendered(options)
    case .chart(let chart): return "chart: \(chart.title)\n  \(axes(of: chart)): \(curves(of: chart))"
    case .heatMap(let map): return "heat map: \(map.title)"
    case .progress(let progress):
      return progress.isMilestone ? "\(progress.line.done) of \(progress.line.total)" : nil
    case .diagnostic(let diagnostic): return diagnostic.rendered(width: width)
    }
  }
}
