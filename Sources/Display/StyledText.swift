// Text in runs of one style each: measured and wrapped as plain text, coloured last.
package import Text

package struct StyledText: Equatable, Sendable {
  package struct Run: Equatable, Sendable {
    package var text: String
    package var style: Style
  }

  package private(set) var runs: [Run] = []

  package init() {}

  package init(_ text: String, _ style: Style = .plain) {
    append(text, style)
  }

  package var isEmpty: Bool { runs.isEmpty }

  /// The text without its styles.
  package var plain: String { runs.reduce(into: "") { $0 += $1.text } }

  /// Columns on one line.
  package var displayWidth: Int { runs.reduce(0) { $0 + $1.text.displayWidth } }

  package mutating func append(_ text: String, _ style: Style = .plain) {
    guard !text.isEmpty else { return }
    if let last = runs.last, last.style == style {
      runs[runs.count - 1].text += text
    } else {
      runs.append(Run(text: text, style: style))
    }
  }

  package mutating func append(_ other: StyledText) {
    for run in other.runs { append(run.text, run.style) }
  }

  package mutating func append(spaces count: Int) {
    if count > 0 { append(String(repeating: " ", count: count)) }
  }

  /// The text without spaces at its end, but for those whose background is painted.
  package func trimmed() -> StyledText {
    var result = self
    while var last = result.runs.popLast() {
      while !last.style.showsSpaces, last.text.last == " " { last.text.removeLast() }
      if !last.text.isEmpty {
        result.runs.append(last)
        break
      }
    }
    return result
  }

  /// One line for a terminal, without spaces at its end; with escape sequences only if `color`.
  package func shown(color: Bool) -> TerminalText {
    trimmed().runs.reduce(into: TerminalText()) { $0 += $1.style.applied(to: $1.text, color: color) }
  }

  /// As `shown`, as a string.
  package func rendered(color: Bool) -> String { shown(color: color).string }
}
