// The named styles of terminal text and the escape sequences that show them.
package import Text

package enum Style: Hashable, Sendable {
  case plain, title, dim, emphasis, error, warning, number, command
  /// The colour of a curve, counted from 1; after `seriesColors` they begin again.
  case series(Int)
  /// Colours of the terminal's palette of 256; nil is the terminal's own.
  case painted(foreground: Int?, background: Int?)

  /// How many curves have a colour of their own.
  package static let seriesColors = 8

  /// `text` through the gate and between the escape sequences of the style; without them where there is no `color`, for
  /// `plain`, and when it is empty.
  package func applied(to text: String, color: Bool) -> TerminalText {
    let text = TerminalText(text)
    guard color, let code else { return text }
    return text.colored(code)
  }

  /// Whether a space in this style can be seen.
  var showsSpaces: Bool {
    if case .painted(_, .some) = self { return true }
    return false
  }

  private var code: String? {
    switch self {
    case .plain: return nil
    case .title: return "1"
    case .dim: return "2"
    case .emphasis: return "3"
    case .error: return "1;31"
    case .warning: return "33"
    case .number: return "36"
    case .command: return "36"
    case .series(let number):
      let index = ((number - 1) % Self.seriesColors + Self.seriesColors) % Self.seriesColors
      return "38;5;\(Self.seriesPalette[index])"
    case .painted(let foreground, let background):
      let codes = [foreground.map { "38;5;\($0)" }, background.map { "48;5;\($0)" }].compactMap { $0 }
      return codes.isEmpty ? nil : codes.joined(separator: ";")
    }
  }

  /// Blue, vermilion, green, purple, ochre, sky, grey, violet: readable on black and on white alike. The first
  /// four are apart for colour-blind eyes; the others come with dashed lines.
  private static let seriesPalette = [32, 166, 35, 169, 136, 74, 245, 99]
}
