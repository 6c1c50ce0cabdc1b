// The terminal colours that this module uses.
import Text

enum Ink: String {
  case dim = "2"
  case green = "32"
  case yellow = "33"
  case magenta = "35"
  case cyan = "36"
  case boldRed = "1;31"
  case boldYellow = "1;33"
  case boldCyan = "1;36"

  /// The text in this ink, each line by itself.
  func applied(to text: String) -> TerminalText { TerminalText(text).colored(rawValue) }
}
