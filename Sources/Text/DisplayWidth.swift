// How many terminal columns text takes, and cutting and padding by that measure.

extension Unicode.Scalar {
  /// Columns of one scalar: 0 for combining marks, format and control characters, 2 for East Asian wide
  /// characters and emoji, 1 for the rest.
  package var displayWidth: Int {
    if value >= 0x20 && value < 0x7F { return 1 }
    switch properties.generalCategory {
    case .control, .nonspacingMark, .enclosingMark, .format, .lineSeparator, .paragraphSeparator: return 0
    default: break
    }
    // Vowels and final consonants of decomposed Hangul stand inside the cell of the first consonant.
    if value >= 0x1160 && value <= 0x11FF { return 0 }
    if properties.isDefaultIgnorableCodePoint { return 0 }
    return properties.isEmojiPresentation || Self.isWide(value) ? 2 : 1
  }

  /// The blocks that Unicode's EastAsianWidth gives as wide or fullwidth.
  private static func isWide(_ value: UInt32) -> Bool {
    guard value >= 0x1100 else { return false }
    return wideRanges.contains { $0.contains(value) }
  }

  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF,
    0xA960...0xA97C,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
    0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]
}

extension Character {
  /// Columns of one character as a reader sees it. A sequence that forms one emoji (a flag, a family, a skin
  /// tone, a keycap) takes 2; anything else takes the sum of its scalars.
  package var displayWidth: Int {
    if let ascii = asciiValue { return ascii >= 0x20 && ascii < 0x7F ? 1 : 0 }
    var sum = 0
    var isEmoji = false
    for scalar in unicodeScalars {
      sum += scalar.displayWidth
      if scalar.properties.isEmojiPresentation || scalar.value == 0xFE0F { isEmoji = true }
    }
    return isEmoji ? 2 : sum
  }
}

extension StringProtocol {
  /// Columns that the text takes on one line of a terminal. Control characters, line breaks among them, count
  /// as 0, and escape sequences are not recognised: measure before you colour.
  package var displayWidth: Int {
    if let width = utf8.withContiguousStorageIfAvailable(printableCount) ?? nil { return width }
    return reduce(0) { $0 + $1.displayWidth }
  }

  /// Whether the text is wider than so many columns. It looks no further than that.
  package func isWider(than columns: Int) -> Bool {
    var room = columns
    for character in self {
      room -= character.displayWidth
      if room < 0 { return true }
    }
    return false
  }
}

/// How many bytes there are, where each is a printable character of ASCII; nil else.
private func printableCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F } ? bytes.count : nil
}

extension String {
  /// The text with spaces added up to `width` columns, after it or, with `onLeft`, before it. Wider text is
  /// returned as it is.
  package func padded(to width: Int, onLeft: Bool = false) -> String {
    let missing = width - displayWidth
    guard missing > 0 else { return self }
    let spaces = String(repeating: " ", count: missing)
    return onLeft ? spaces + self : self + spaces
  }

  /// The text itself where it fits `width` columns; otherwise its beginning with `…` (`...` without
  /// `unicode`), together at most `width` wide. A width too small for the dots gives as many as fit; a width
  /// of 0 or less gives "".
  package func cut(to width: Int, unicode: Bool) -> String {
    guard width > 0 else { return "" }
    guard displayWidth > width else { return self }
    let dots = unicode ? "…" : "..."
    guard dots.displayWidth <= width else { return String(dots.prefix(width)) }
    var beginning = String(prefix(columns: width - dots.displayWidth))
    while beginning.last == " " { beginning.removeLast() }
    return beginning + dots
  }

  /// As `cut(to:unicode:)`, but with the dots in the middle: for names whose end tells them apart.
  package func cutInMiddle(to width: Int, unicode: Bool) -> String {
    let dots = unicode ? "…" : "..."
    let room = width - dots.displayWidth
    guard displayWidth > width, room >= 2 else { return cut(to: width, unicode: unicode) }
    let end = String(reversed()).prefix(columns: room / 2)
    return prefix(columns: room - room / 2) + dots + String(end.reversed())
  }

  /// The longest beginning that is at most `columns` wide.
  private func prefix(columns: Int) -> Substring {
    var room = columns
    return prefix { character in
      room -= character.displayWidth
      return room >= 0
    }
  }
}
