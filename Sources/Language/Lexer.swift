// The lexer: from UTF-8 bytes to tokens. It never fails and takes time linear in the text.

/// Cuts a text into tokens: names, numbers, texts, marks, line breaks. White space and comments end up in none. What no
/// token can be made of becomes an `invalid` one with its problem, so that the parser finds out which fault to tell.
struct Lexer {
  var list: TokenList
  var position = 0

  /// The tokens of a text.
  static func tokens(_ text: String) -> TokenList {
    var lexer = Lexer(list: TokenList(bytes: Array(text.utf8)))
    lexer.list.tokens.reserveCapacity(lexer.list.bytes.count / 3 + 1)
    lexer.run()
    return lexer.list
  }

  /// The byte `distance` further on, or 0 behind the end. A 0 inside the text is an unexpected character.
  func peek(_ distance: Int = 0) -> UInt8 {
    let index = position + distance
    return index < list.bytes.count ? list.bytes[index] : 0
  }

  /// Adds a token that ends at the position.
  mutating func emit(_ kind: Token.Kind, from start: Int) {
    list.tokens.append(Token(kind, start, position))
  }

  /// Adds an invalid token that ends at the position.
  mutating func emit(_ problem: SyntaxError, from start: Int) {
    list.problems[start] = problem
    emit(.invalid, from: start)
  }

  /// Cuts the whole text; each turn moves the position on.
  private mutating func run() {
    while position < list.bytes.count {
      let start = position
      let byte = list.bytes[position]
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), 0x0B, 0x0C:
        position += 1
      case UInt8(ascii: "\n"):
        position += 1
        emit(.newline, from: start)
      case UInt8(ascii: "#"):
        skipLine()
        list.comments.append(Span(start, position))
      case UInt8(ascii: "\\"):
        scanContinuation()
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
        scanWord()
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        scanNumber()
      case UInt8(ascii: "."):
        if isDigit(peek(1)) {
          scanNumber()
        } else {
          scanMark()
        }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        scanText(from: start)
      case 0x80...:
        scanForeignCharacter()
      default:
        scanMark()
      }
    }
    emit(.end, from: position)
  }

  private mutating func skipLine() {
    while position < list.bytes.count, list.bytes[position] != UInt8(ascii: "\n") { position += 1 }
  }

  /// `\` and a line break count as a space.
  private mutating func scanContinuation() {
    let start = position
    position += 1
    if peek() == UInt8(ascii: "\r") { position += 1 }
    if peek() == UInt8(ascii: "\n") { position += 1 }
    if position == list.bytes.count {
      list.endsInContinuation = true
    } else if list.bytes[position - 1] != UInt8(ascii: "\n") {
      position = start + 1
      emit(.unexpectedCharacter("\\", replacement: nil), from: start)
    }
  }

  // MARK: - Words

  /// A name, a keyword, or the prefix of a text such as Python's r'…' and f'…'.
  private mutating func scanWord() {
    let start = position
    skipWord()
    if peek() == UInt8(ascii: "\"") || peek() == UInt8(ascii: "'"), position - start <= 2 {
      let prefix = list.text(Span(start, position)).lowercased()
      if prefix == "r" { return scanText(from: start) }
      if ["f", "b", "u", "t", "rb", "br", "fr", "rf"].contains(prefix) {
        return scanForeignText(prefix: prefix, from: start)
      }
    }
    // No keyword is longer than 8 letters: longer words need no look-up.
    if position - start <= 8, let keyword = Keyword.byText[list.text(Span(start, position))] {
      emit(.keyword(keyword), from: start)
    } else {
      emit(.name, from: start)
    }
  }

  /// Moves behind the letters, digits and underscores that follow.
  mutating func skipWord() {
    while position < list.bytes.count {
      let byte = list.bytes[position]
      if isLetter(byte) || isDigit(byte) {
        position += 1
      } else if byte >= 0x80, let (scalar, length) = scalar(), scalar.properties.isXIDContinue,
        Lexer.lookalike(scalar) == nil
      {
        position += length
      } else {
        return
      }
    }
  }

  /// The character at the position, or nil at the end.
  func scalar() -> (scalar: Unicode.Scalar, length: Int)? {
    let end = min(position + 4, list.bytes.count)
    guard position < end,
      let scalar = String(decoding: list.bytes[position..<end], as: UTF8.self).unicodeScalars.first
    else { return nil }
    return (scalar, UTF8.width(scalar))
  }

  /// A character beyond ASCII: of a word, space, or a problem with the character that is meant.
  private mutating func scanForeignCharacter() {
    let start = position
    guard let (scalar, length) = scalar() else { return }
    if scalar.properties.isXIDStart, Lexer.lookalike(scalar) == nil { return scanWord() }
    position += length
    // Byte order marks and zero-width spaces come along with pasted text.
    if scalar.properties.isWhitespace || scalar == "\u{FEFF}" || scalar == "\u{200B}" { return }
    emit(.unexpectedCharacter(String(scalar), replacement: Lexer.lookalike(scalar)), from: start)
  }

  /// What word processors and web pages put in place of the characters of a program.
  static func lookalike(_ scalar: Unicode.Scalar) -> String? {
    guard scalar.value >= 0x80 else { return nil }
    if let known = lookalikes[scalar] { return known }
    // The full-width forms of ASCII.
    if (0xFF01...0xFF5E).contains(scalar.value) {
      return Unicode.Scalar(scalar.value - 0xFEE0).map { String($0) }
    }
    // Digits of other scripts.
    guard scalar.properties.generalCategory == .decimalNumber, let value = scalar.properties.numericValue
    else {
      return nil
    }
    return String(Int(value))
  }

  private static let lookalikes: [Unicode.Scalar: String] = [
    "“": "\"", "”": "\"", "„": "\"", "«": "\"", "»": "\"", "‘": "'", "’": "'", "‚": "'",
    "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "÷": "/",
    "≤": "<=", "≥": ">=", "≠": "!=",
    "²": "**2", "³": "**3", "、": ",", "【": "[", "】": "]", "→": "->",
  ]

  // MARK: - Marks

  /// The longest mark that begins here, up to three characters.
  private mutating func scanMark() {
    let start = position
    let mark = Mark(peek(), peek(1), peek(2))
    for length in stride(from: Lexer.singles.contains(peek()) ? 1 : 3, to: 0, by: -1) {
      // A 0 stands for the end of the text and belongs to no mark.
      if peek(length - 1) != 0, let kind = Lexer.marks[mark.prefix(length)] {
        position += length
        return emit(kind, from: start)
      }
    }
    position += 1
    let character = list.text(Span(start, position))
    let shown =
      list.bytes[start] < 0x20 || list.bytes[start] == 0x7F
      ? "\\u{" + String(list.bytes[start], radix: 16, uppercase: true) + "}" : character
    emit(.unexpectedCharacter(shown, replacement: nil), from: start)
  }

  /// Up to three bytes in one number, as a key.
  private struct Mark: Hashable {
    var key: UInt32

    init(_ first: UInt8, _ second: UInt8, _ third: UInt8) {
      key = UInt32(first) | UInt32(second) << 8 | UInt32(third) << 16
    }

    init(_ text: String) {
      key = 0
      for (place, byte) in text.utf8.enumerated() { key |= UInt32(byte) << (8 * UInt32(place)) }
    }

    func prefix(_ length: Int) -> Mark {
      var result = self
      result.key &= length == 3 ? 0xFF_FFFF : (1 << (8 * UInt32(length))) - 1
      return result
    }
  }

  /// The marks that begin no longer one.
  private static let singles = Array(",;?()[]{}".utf8)

  private static let marks: [Mark: Token.Kind] = {
    var marks: [Mark: Token.Kind] = [
      Mark("="): .assign, Mark(","): .comma, Mark("."): .dot, Mark(":"): .colon, Mark(";"): .semicolon,
      Mark("?"): .question,
    ]
    for bracket in [Bracket.round, .square, .curly] {
      marks[Mark(bracket.rawValue)] = .open(bracket)
      marks[Mark(bracket.closing)] = .close(bracket)
    }
    let operators: [BinaryOperator] = [
      .add, .subtract, .multiply, .divide, .floorDivide, .remainder, .power, .equal, .notEqual, .less,
      .lessOrEqual, .greater, .greaterOrEqual,
    ]
    for binary in operators { marks[Mark(binary.rawValue)] = .binary(binary) }
    let foreign = [
      "+=", "-=", "*=", "/=", "%=", "//=", "**=", "@=", "&=", "|=", "^=", ":=", "->", "=>", "...", "===",
      "!==",
      "@", "&", "|", "^", "~", "<<", ">>", "&&", "||", "!", "<>", "$", "`",
    ]
    for text in foreign { marks[Mark(text)] = .foreign }
    return marks
  }()
}

/// True for the ten ASCII digits.
func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

/// True for the Latin letters and the underscore.
func isLetter(_ byte: UInt8) -> Bool {
  let lower = byte | 0x20
  return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
}
