// Events as text, as a terminal, a file or a notebook's output shows them.
package import Display
package import Interpreter
import Language
package import Text

/// An event without a newline at its end; nil for progress, which is no text.
package func shown(_ event: Event, _ options: RenderOptions) -> TerminalText? {
  switch event {
  case .text(let text): return TerminalText(text, unicode: options.unicode)
  case .page(let page): return page.shown(options)
  case .table(let table): return table.shown(options)
  case .chart(let chart): return chart.shown(options)
  case .heatMap(let map): return map.shown(options)
  case .note(let text), .status(let text):
    let safe = text.safe(unicode: options.unicode, keepingLineBreaks: true)
    return safe.wrapped(to: options.width).map { line in
      Style.dim.applied(to: line, color: options.color)
    }.joined(separator: "\n")
  case .diagnostic(let diagnostic):
    return diagnostic.shown(color: options.color, unicode: options.unicode, width: options.width)
  case .progress: return nil
  }
}

/// As `shown`, as a string.
package func text(of event: Event, _ options: RenderOptions) -> String? { shown(event, options)?.string }
