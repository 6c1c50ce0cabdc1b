// The value of a text literal: quotes and prefix taken off, escapes replaced, as Python does it.

enum TextLiteral {
  /// - Parameter span: a whole `text` token.
  /// - Throws: `malformedEscape` at the escape.
  static func value(_ span: Span, in list: TokenList) throws(SyntaxFailure) -> String {
    var start = span.start
    let raw = list.bytes[start] | 0x20 == UInt8(ascii: "r")
    if raw { start += 1 }
    let quote = list.bytes[start]
    let triple = span.end - start >= 6 && list.bytes[start + 1] == quote && list.bytes[start + 2] == quote
    let content = Span(start + (triple ? 3 : 1), span.end - (triple ? 3 : 1))
    let slice = list.bytes[content.start..<content.end]
    let needsWork = slice.contains { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\r") }
    if !needsWork || raw { return list.text(content) }
    do {
      return try unescaped(content, in: list)
    } catch {
      // A path of Windows, most likely: its backslashes mean themselves.
      guard case .malformedEscape(let escape, _) = error.error, span.end - span.start <= 80 else {
        throw error
      }
      throw SyntaxFailure(.malformedEscape(escape, fix: "r" + list.text(span)), error.span)
    }
  }

  private static func unescaped(_ content: Span, in list: TokenList) throws(SyntaxFailure) -> String {
    var result: [UInt8] = []
    var position = content.start
    while position < content.end {
      let byte = list.bytes[position]
      if byte == UInt8(ascii: "\r"), position + 1 < content.end,
        list.bytes[position + 1] == UInt8(ascii: "\n")
      {
        position += 1
      } else if byte == UInt8(ascii: "\\"), position + 1 < content.end {
        position = try appendEscape(at: position, end: content.end, in: list, to: &result)
      } else {
        result.append(byte)
        position += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Appends what the escape at `start` stands for; gives the offset behind it.
  private static func appendEscape(
    at start: Int, end: Int, in list: TokenList, to result: inout [UInt8]
  ) throws(SyntaxFailure) -> Int {
    let letter = list.bytes[start + 1]
    let next = start + 2
    switch letter {
    case UInt8(ascii: "\n"): return next
    case UInt8(ascii: "\r"): return next < end && list.bytes[next] == UInt8(ascii: "\n") ? next + 1 : next
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "a"): result.append(0x07)
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "v"): result.append(0x0B)
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): result.append(letter)
    case UInt8(ascii: "x"): return try appendScalar(start, digits: 2, end: end, in: list, to: &result)
    case UInt8(ascii: "u"): return try appendScalar(start, digits: 4, end: end, in: list, to: &result)
    case UInt8(ascii: "U"): return try appendScalar(start, digits: 8, end: end, in: list, to: &result)
    case UInt8(ascii: "N"):
      throw SyntaxFailure(.malformedEscape("\\N"), Span(start, next))
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      var stop = start + 1
      while stop < min(start + 4, end), (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(list.bytes[stop]) {
        stop += 1
      }
      let digits = list.text(Span(start + 1, stop))
      if let value = UInt32(digits, radix: 8), let scalar = Unicode.Scalar(value) {
        result.append(contentsOf: String(Character(scalar)).utf8)
      }
      return stop
    default:
      // As in Python, an unknown escape keeps its backslash: ".*\.q_proj" is a pattern.
      result.append(UInt8(ascii: "\\"))
      return start + 1
    }
    return next
  }

  private static func appendScalar(
    _ start: Int, digits: Int, end: Int, in list: TokenList, to result: inout [UInt8]
  ) throws(SyntaxFailure) -> Int {
    var stop = start + 2
    var value: UInt32 = 0
    while stop < min(start + 2 + digits, end), let digit = hexDigit(list.bytes[stop]) {
      value = value << 4 | UInt32(digit)
      stop += 1
    }
    guard stop == start + 2 + digits, let scalar = Unicode.Scalar(value) else {
      throw SyntaxFailure(.malformedEscape(list.text(Span(start, stop))), Span(start, stop))
    }
    result.append(contentsOf: String(Character(scalar)).utf8)
    return stop
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte - UInt8(ascii: "0") }
    let lower = byte | 0x20
    return (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(lower) ? lower - UInt8(ascii: "a") + 10 : nil
  }
}
