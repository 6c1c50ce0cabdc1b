// The keys of a terminal.

/// What a terminal sends for a key.
package enum Key {
  package static let enter = "\r"
  package static let metaEnter = "\u{1B}\r"
  package static let tab = "\t"
  package static let escape = "\u{1B}"
  package static let backspace = "\u{7F}"
  package static let delete = "\u{1B}[3~"
  package static let up = "\u{1B}[A"
  package static let down = "\u{1B}[B"
  package static let right = "\u{1B}[C"
  package static let left = "\u{1B}[D"
  package static let home = "\u{1B}[H"
  package static let end = "\u{1B}[F"

  /// The key of a letter while Control is held: `control("c")` interrupts.
  package static func control(_ letter: Unicode.Scalar) -> String {
    String(Character(Unicode.Scalar(UInt8(truncatingIfNeeded: letter.value & 0x1F))))
  }

  /// What a terminal with bracketed paste sends for a paste.
  package static func paste(_ text: String) -> String {
    "\u{1B}[200~" + text.replacing("\n", with: "\r") + "\u{1B}[201~"
  }
}
