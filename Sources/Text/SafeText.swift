// Text from anywhere made safe for a terminal: no control characters, and ASCII alone where it must be.

extension String {
  /// The text with its control characters and the signs that change the direction of text written out (`\t`, `\e`,
  /// `\u{202E}`), and, without `unicode`, in ASCII: signs that have a common spelling get it (`×` → `x`, `α` →
  /// `alpha`), others become `?`. Line breaks become spaces, or stay with `keepingLineBreaks`.
  package func safe(unicode: Bool, keepingLineBreaks: Bool = false) -> String {
    if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return self }
    if unicode, !unicodeScalars.contains(where: { $0.isUnsafe }) { return self }
    var result = ""
    for character in self {
      if character.isNewline {
        result += keepingLineBreaks ? "\n" : " "
      } else if character.unicodeScalars.contains(where: \.isUnsafe) {
        for scalar in character.unicodeScalars {
          result += scalar.isUnsafe ? scalar.written : String(Character(scalar)).inASCII(unless: unicode)
        }
      } else {
        result += String(character).inASCII(unless: unicode)
      }
    }
    return result
  }

  /// Code as `safe` shows it, with its line breaks, and with spaces up to the next multiple of four columns in the place
  /// of tabs.
  package func safeCode(unicode: Bool) -> String {
    var widened = ""
    var column = 0
    for character in self {
      switch character {
      case "\t":
        let spaces = 4 - column % 4
        widened += String(repeating: " ", count: spaces)
        column += spaces
      default:
        widened.append(character)
        column = character.isNewline ? 0 : column + character.displayWidth
      }
    }
    return widened.safe(unicode: unicode, keepingLineBreaks: true)
  }

  /// One character, or its ASCII spelling.
  private func inASCII(unless unicode: Bool) -> String {
    if unicode || utf8.count == 1 { return self }
    if let spelling = Self.asciiSpellings[self] { return spelling }
    // An accented letter keeps its base letter when it is stored decomposed.
    if let first = unicodeScalars.first, first.isASCII { return String(Character(first)) }
    return "?"
  }

  private static let asciiSpellings: [String: String] = [
    "—": "-", "–": "-", "−": "-", "‑": "-", "‐": "-", "…": "...", "×": "x", "·": "*", "•": "*", "±": "+-",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "→": "->", "←": "<-", "↑": "^", "↓": "v", "√": "sqrt ",
    "∝": "~", "ᵀ": "^T", "∂": "d",
    "∞": "inf", "‖": "||", "²": "^2", "³": "^3", "½": "1/2", "°": " deg", "µ": "u", "μ": "mu", "Δ": "delta",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "η": "eta", "λ": "lambda",
    "σ": "sigma", "Σ": "sum", "‘": "'", "’": "'", "“": "\"", "”": "\"", "«": "\"", "»": "\"", "─": "-",
    "│": "|", "▁": "_", "▂": ".", "▃": "-", "▄": ":", "▅": "=", "▆": "+", "▇": "*", "█": "#",
    "✓": "ok", "✗": "x", "\u{A0}": " ", "\u{2009}": " ", "\u{202F}": " ", "ä": "ae", "ö": "oe",
    "ü": "ue", "ß": "ss", "é": "e", "è": "e", "ê": "e", "à": "a", "á": "a", "ç": "c", "ñ": "n", "ó": "o",
  ]
}

extension Unicode.Scalar {
  /// What no terminal and no reader may get as it is: a control character of ASCII or of Latin-1 (C1), a separator of lines
  /// or paragraphs, or a sign that changes the direction of the text around it, with which text could show as what it is
  /// not.
  package var isUnsafe: Bool {
    switch value {
    case 0x00..<0x20, 0x7F..<0xA0: true
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x206F: true
    default: false
    }
  }

  /// The scalar written out, as `\n`, `\e` or `\u{202E}`.
  package var written: String {
    switch value {
    case 0x00: "\\0"
    case 0x09: "\\t"
    case 0x0A: "\\n"
    case 0x0D: "\\r"
    case 0x1B: "\\e"
    default: "\\u{" + String(value, radix: 16, uppercase: true) + "}"
    }
  }
}
