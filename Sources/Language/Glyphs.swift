// Characters as a screen can show them: control characters written out, and ASCII only where need be.
import Text

/// How characters reach the screen.
struct Glyphs {
  /// False where the terminal takes ASCII only.
  var unicode: Bool

  /// What stands for text left out: one column, or three of ASCII.
  var dots: String { unicode ? "…" : "..." }

  /// The character; as `safe` writes it where a terminal may not get it, and as many `?` as it is wide where the terminal
  /// cannot show it.
  func shown(_ character: Character) -> String {
    if let ascii = character.asciiValue, ascii >= 0x20, ascii != 0x7F { return String(character) }
    if character.unicodeScalars.contains(where: { $0.isUnsafe }) {
      return character.unicodeScalars.map { $0.isUnsafe ? $0.written : shown(Character($0)) }.joined()
    }
    if unicode { return String(character) }
    if character == "…" { return dots }
    return String(repeating: "?", count: character.displayWidth)
  }

  /// A text of messages, in which line breaks stay.
  func shown(_ text: String) -> String {
    text.map { $0 == "\n" ? "\n" : shown($0) }.joined()
  }
}
