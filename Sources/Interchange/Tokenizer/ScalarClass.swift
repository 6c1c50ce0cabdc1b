// What the patterns of pre-tokenizers ask of characters.

/// Classes of a character, as the regular expressions of the reference understand them.
struct ScalarClass: OptionSet, Sendable {
  let rawValue: UInt8

  /// \p{L}
  static let letter = ScalarClass(rawValue: 1)
  /// \p{N}
  static let number = ScalarClass(rawValue: 2)
  /// \s
  static let space = ScalarClass(rawValue: 4)
  /// A carriage return or a line feed.
  static let newline = ScalarClass(rawValue: 8)

  /// Unicode's version in the reference. Characters that came later belong to no class there.
  private static let version = 16

  /// The classes of the scalars below U+40000; those above have none.
  private static let table: [ScalarClass] = (0..<0x40000).map { value in
    Unicode.Scalar(UInt32(value)).map(classes) ?? []
  }

  private static func classes(_ scalar: Unicode.Scalar) -> ScalarClass {
    let properties = scalar.properties
    guard let age = properties.age, age.major <= version else { return [] }
    if properties.isWhitespace { return scalar == "\n" || scalar == "\r" ? [.space, .newline] : .space }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    default: return []
    }
  }

  static func of(_ scalar: UInt32) -> ScalarClass { scalar < 0x40000 ? table[Int(scalar)] : [] }

  /// What the cut at digits takes for one: numbers of Unicode's latest version, which the reference asks there.
  static func isNumeral(_ value: UInt32) -> Bool {
    if value < 0x80 { return (0x30...0x39).contains(value) }
    switch Unicode.Scalar(value)?.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
  }

  /// \w
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    guard let age = properties.age, age.major <= version else { return false }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return properties.isAlphabetic || properties.isJoinControl
    }
  }
}

/// The scalar that begins at `place` of valid UTF-8, and its length in bytes.
func scalar(in text: ArraySlice<UInt8>, at place: Int) -> (value: UInt32, length: Int) {
  let first = UInt32(text[place])
  if first < 0x80 { return (first, 1) }
  func next(_ i: Int) -> UInt32 { UInt32(text[place + i]) & 0x3F }
  if first < 0xE0 { return ((first & 0x1F) << 6 | next(1), 2) }
  if first < 0xF0 { return ((first & 0x0F) << 12 | next(1) << 6 | next(2), 3) }
  return ((first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3), 4)
}

/// The scalar that ends before `place` of valid UTF-8, and its length in bytes.
///
/// - Precondition: `place` is not the start.
func scalar(in text: ArraySlice<UInt8>, before place: Int) -> (value: UInt32, length: Int) {
  var start = place - 1
  while start > text.startIndex, text[start] & 0xC0 == 0x80 { start -= 1 }
  return scalar(in: text, at: start)
}
