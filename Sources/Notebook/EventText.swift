// Events as text, as a terminal, a file or a notebook's output shows them.
package import Display
package import Interpreter
import Language
import Text

/// The text of an event without a newline at its end; nil for progress, which is no text.
package func text(of event: Event, _ options: RenderOptions) -> String? {
  switch event {
  case .text(let text): return text.safe(unicode: options.unicode, keepingLineBreaks: true)
  case .page(let page): return page.rendered(options)
  case .table(let table): return table.rendered(options)
  case .chart(let chart): return chart.rendered(options)
  case .heatMap(let map): return map.rendered(options)
  case .note(let text), .status(let text):
    return text.wrapped(to: options.width).map { line in
      Style.dim.applied(to: line.safe(unicode: options.unicode), color: options.color)
    }.joined(separator: "\n")
  case .diagnostic(let diagnostic):
    return diagnostic.rendered(color: options.color, unicode: options.unicode, width: options.width)
  case .progress: return nil
  }
}
