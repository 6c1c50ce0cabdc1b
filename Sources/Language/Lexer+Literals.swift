// Scanning of numbers and texts. Their values are made later, from the same bytes.

extension Lexer {
  // MARK: - Numbers

  /// `1`, `1.5`, `.5`, `2e-4`, `1_000`: an underscore stands between two digits only.
  mutating func scanNumber() {
    let start = position
    var isSound = skipDigits()
    if peek() == UInt8(ascii: "."), !(position == start && !isDigit(peek(1))) {
      position += 1
      if isDigit(peek()) { isSound = skipDigits() && isSound }
    }
    if peek() | 0x20 == UInt8(ascii: "e") {
      let sign = peek(1) == UInt8(ascii: "-") || peek(1) == UInt8(ascii: "+") ? 1 : 0
      if isDigit(peek(1 + sign)) {
        position += 1 + sign
        isSound = skipDigits() && isSound
      }
    }
    let wordStart = position
    skipWord()
    // A second point, with digits behind it, belongs to the same slip.
    while peek() == UInt8(ascii: "."), isDigit(peek(1)) {
      isSound = false
      position += 1
      skipWord()
    }
    guard isSound, position == wordStart else {
      var text = list.text(Span(start, position))
      // The minus sign of a word processor in `2e−4`.
      if text.last == "e" || text.last == "E", let (sign, length) = scalar(), Lexer.lookalike(sign) == "-" {
        position += length
        while isDigit(peek()) { position += 1 }
        text = list.text(Span(start, position))
        return emit(
          .malformedNumber(text, fix: text.map { $0.isASCII ? String($0) : "-" }.joined()), from: start)
      }
      return emit(.malformedNumber(text, fix: NumberSlip.fix(text)), from: start)
    }
    emit(.number, from: start)
  }

  /// Moves behind digits and underscores; false where an underscore does not stand between two digits.
  /// No digit at all is sound: `.5` has none before its point.
  private mutating func skipDigits() -> Bool {
    var previousIsDigit = false
    var isSound = true
    while isDigit(peek()) || peek() == UInt8(ascii: "_") {
      let digit = isDigit(peek())
      if !digit && !(previousIsDigit && isDigit(peek(1))) { isSound = false }
      previousIsDigit = digit
      position += 1
    }
    return isSound
  }

  // MARK: - Texts

  /// Scans from the quote at the position; `start` is where a prefix stands.
  mutating func scanText(from start: Int) {
    let quote = peek()
    let triple = peek(1) == quote && peek(2) == quote
    position += triple ? 3 : 1
    while position < list.bytes.count {
      let byte = list.bytes[position]
      if byte == UInt8(ascii: "\\") {
        // What follows a backslash never closes, also in a raw text.
        position = min(position + 2, list.bytes.count)
        // A `\r\n` is one line break, so that it is joined whole.
        if position > 1, list.bytes[position - 1] == UInt8(ascii: "\r"), peek() == UInt8(ascii: "\n") {
          position += 1
        }
      } else if byte == quote, !triple || (peek(1) == quote && peek(2) == quote) {
        position += triple ? 3 : 1
        return emit(.text, from: start)
      } else if byte == UInt8(ascii: "\n"), !triple {
        break
      } else {
        position += 1
      }
    }
    emit(.unclosedText(triple: triple), from: start)
  }

  /// Scans a text with a prefix that the language does not have, as one invalid token.
  mutating func scanForeignText(prefix: String, from start: Int) {
    scanText(from: start)
    guard list.tokens.last?.kind == .text else { return }
    list.tokens.removeLast()
    emit(prefix.contains("f") || prefix == "t" ? .python(.formattedText) : .prefixedText(prefix), from: start)
  }
}
