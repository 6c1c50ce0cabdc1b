// Python's indented blocks in braces, made from the lines that stand there.

extension Parser {
  /// A line of Python: its tokens, brackets counted, and the column at which it begins.
  private struct IndentedLine {
    var tokens: Range<Int>
    var indent: Int
  }

  /// Whether the statement around the current token is `if __name__ == …`.
  var isMainGuard: Bool {
    let start = statementPlaces.lowerBound
    return start + 1 < list.tokens.count && list.tokens[start].kind == .keyword(.if)
      && list.text(list.tokens[start + 1].span) == "__name__"
  }

  /// The statement around the current token, a `:` behind the head of a block, with braces around it and around the
  /// blocks below that belong to it. Empty where it is long or more is wrong than can be mended here.
  var blockInBraces: String {
    var text = inBraces(indentedLines)
    // What Python has beside it in the same lines, one after the other.
    for _ in 0..<8 {
      guard let failure = failure(of: text), case .python(let construct, let fix) = failure.error,
        !fix.isEmpty
      else { break }
      let bytes = Array(text.utf8)
      var part = failure.span
      if case .augmentedAssignment = construct {
        guard let whole = Parser.lineAround(part, in: bytes) else { break }
        part = whole
      } else if construct != .formattedText {
        break
      }
      text =
        String(decoding: bytes[..<part.start], as: UTF8.self) + fix
        + String(decoding: bytes[part.end...], as: UTF8.self)
    }
    return offered(text)
  }

  /// From the first character behind spaces to the end of the line or statement that a place is in; nil where a
  /// bracket or a block is in it.
  private static func lineAround(_ place: Span, in bytes: [UInt8]) -> Span? {
    let ends = Set("\n;{}()".utf8)
    let start = bytes[..<place.start].lastIndex(where: ends.contains).map { $0 + 1 } ?? 0
    let end = bytes[place.end...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
    guard !bytes[place.end..<end].contains(where: Set("{};".utf8).contains) else { return nil }
    let first = bytes[start...].firstIndex { $0 != UInt8(ascii: " ") } ?? start
    return first < end ? Span(first, end) : nil
  }

  /// The lines of the statement around the current token: its own, and those below that are indented deeper or go on
  /// from it by `else` or `elif`; one line more than can be offered at most.
  private var indentedLines: [IndentedLine] {
    var lines: [IndentedLine] = []
    var start = statementPlaces.lowerBound
    while list.tokens[start].kind != .end, lines.count <= 20 {
      var end = start
      var level = 0
      while list.tokens[end].kind != .end {
        switch list.tokens[end].kind {
        case .open: level += 1
        case .close: level -= 1
        default: break
        }
        if level < 0 || level == 0 && list.tokens[end].kind == .newline { break }
        end += 1
      }
      if end > start {
        let line = IndentedLine(tokens: start..<end, indent: column(of: start))
        if let first = lines.first, line.indent <= first.indent {
          guard line.indent == first.indent, isContinuation(start) else { break }
        }
        lines.append(line)
      }
      guard level >= 0, list.tokens[end].kind == .newline else { break }
      start = end + 1
    }
    return lines
  }

  private func isContinuation(_ place: Int) -> Bool {
    [.keyword(.else), .keyword(.elif)].contains(list.tokens[place].kind)
  }

  /// Characters before a token on its line.
  private func column(of place: Int) -> Int {
    let start = list.tokens[place].span.start
    let line = list.bytes[..<start].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return start - line
  }

  private func inBraces(_ lines: [IndentedLine]) -> String {
    var result: [String] = []
    /// The columns of the heads of the blocks that are open.
    var heads: [Int] = []
    var hidden = false
    for line in lines {
      var isJoined = false
      while let last = heads.last, line.indent <= last {
        heads.removeLast()
        isJoined = line.indent == last && isContinuation(line.tokens.lowerBound)
        result.append(space(heads.count) + "}")
      }
      if isMainHead(line) {
        hidden = true
        continue
      }
      if list.text(list.tokens[line.tokens.lowerBound].span) == "pass", line.tokens.count == 1 { continue }
      var text = self.text(line.tokens)
      if isHead(line), let colon = colon(of: line) {
        let head = self.text(line.tokens.lowerBound..<colon)
        if colon == line.tokens.upperBound - 1 {
          text = head + " {"
          heads.append(line.indent)
        } else {
          text = "\(head) { \(self.text((colon + 1)..<line.tokens.upperBound)) }"
        }
      }
      if isJoined {
        result[result.count - 1] += " " + text
      } else if isContinuation(line.tokens.lowerBound), !result.isEmpty {
        // Behind a block on one line.
        result[result.count - 1] += " " + text
      } else {
        let depth = heads.count - (text.hasSuffix("{") ? 1 : 0)
        result.append(space(hidden ? max(0, depth) : depth) + text)
      }
    }
    while heads.popLast() != nil { result.append(space(heads.count) + "}") }
    return result.joined(separator: "\n")
  }

  private func isMainHead(_ line: IndentedLine) -> Bool {
    line.tokens.count > 2 && list.tokens[line.tokens.lowerBound].kind == .keyword(.if)
      && list.text(list.tokens[line.tokens.lowerBound + 1].span) == "__name__"
      && list.tokens[line.tokens.upperBound - 1].kind == .colon
  }

  /// Whether a line begins, or goes on with, a statement that has a block.
  private func isHead(_ line: IndentedLine) -> Bool {
    switch list.tokens[line.tokens.lowerBound].kind {
    case .keyword(.for), .keyword(.if), .keyword(.elif), .keyword(.else), .keyword(.def): true
    default: list.tokens[line.tokens.upperBound - 1].kind == .colon
    }
  }

  /// The last `:` of a line that is in no bracket.
  private func colon(of line: IndentedLine) -> Int? {
    var level = 0
    var found: Int?
    for place in line.tokens {
      switch list.tokens[place].kind {
      case .open: level += 1
      case .close: level -= 1
      case .colon where level == 0 && found == nil: found = place
      default: break
      }
    }
    return found
  }

  private func text(_ tokens: Range<Int>) -> String {
    guard !tokens.isEmpty else { return "" }
    return list.text(list.tokens[tokens.lowerBound].span.joined(list.tokens[tokens.upperBound - 1].span))
  }

  private func space(_ depth: Int) -> String { String(repeating: "  ", count: depth) }
}
