// Characters as a screen can show them: control characters replaced, and ASCII only where need be.
import Text

/// How characters reach the screen.
struct Glyphs {
  /// False where the terminal takes ASCII only.
  var unicode: Bool

  /// What stands for text left out: one column, or three of ASCII.
  var dots: String { unicode ? "…" : "..." }

  /// The character, or as many replacements as it is wide where it cannot be shown.
  func shown(_ character: Character) -> String {
    if let ascii = character.asciiValue {
      return ascii < 0x20 || ascii == 0x7F ? replacement : String(character)
    }
    guard let first = character.unicodeScalars.first else { return "" }
    if first.properties.generalCategory == .control { return replacement }
    if unicode { return String(character) }
    if character == "…" { return dots }
    return String(repeating: replacement, count: character.displayWidth)
  }

  /// A text of messages, in which line breaks stay.
  func shown(_ text: String) -> String {
    text.map { $0 == "\n" ? "\n" : shown($0) }.joined()
  }

  private var replacement: String { unicode ? "\u{FFFD}" : "?" }
}
