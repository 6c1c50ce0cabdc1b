// What a cell may hold while it is edited.
import Text

extension Unicode.Scalar {
  /// The scalar as the editor takes it in. libedit prints what a cell holds, and pictures control characters of ASCII as
  /// `^X` but no others: the replacement character stands for those of Latin-1 and for signs that change the direction of
  /// text, so that they are seen and not sent to the terminal. A text of the language can hold them as `\u202e`.
  package var entered: Unicode.Scalar {
    isUnsafe && value >= 0x80 ? "\u{FFFD}" : self
  }

  /// A control character of ASCII as libedit pictures it, and as it counts its columns: `^[`; nil for any other scalar.
  package var picture: String? {
    guard value < 0x20 || value == 0x7F else { return nil }
    return "^" + String(Character(Unicode.Scalar(UInt8(value ^ 0x40))))
  }
}

extension String {
  /// The text as the editor takes it in.
  package var entered: String {
    guard unicodeScalars.contains(where: { $0 != $0.entered }) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map(\.entered)))
  }

  /// A cell as it stands on the screen while it is edited: its line breaks stay, a tab goes to the next multiple of eight
  /// columns, other control characters are pictured.
  ///
  /// - Parameter indent: the columns before the first line, and before each other one.
  package func pictured(indent: (first: Int, next: Int)) -> String {
    guard unicodeScalars.contains(where: { $0 != "\n" && $0.picture != nil }) else { return self }
    var result = ""
    var column = indent.first
    for scalar in unicodeScalars {
      switch scalar {
      case "\n":
        result += "\n"
        column = indent.next
      case "\t":
        let spaces = 8 - column % 8
        result += String(repeating: " ", count: spaces)
        column += spaces
      default:
        if let picture = scalar.picture { result += picture } else { result.unicodeScalars.append(scalar) }
        column += TextLayout.width(scalar)
      }
    }
    return result
  }
}
