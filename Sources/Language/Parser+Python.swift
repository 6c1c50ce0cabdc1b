// What to write in place of Python's forms, made from the text that stands there.

extension Parser {
  /// The error for `value if condition else other`, at the `if`, which the current token is.
  func conditional(_ value: Node, assigningTo target: Span?) -> SyntaxFailure {
    var probe = self
    probe.advance()
    // Within brackets the value needs a name, to be used in place of the expression.
    let name = target.map { excerpt($0) } ?? (lineBreaksCount ? nil : "value")
    let pattern = name.map { "\($0) = " } ?? ""
    let yes = "{ \(pattern)\(excerpt(value.span)) }"
    var fix = "if condition \(yes) else { … }"
    if let condition = try? probe.parseOperators() {
      fix = "if \(excerpt(condition.span)) \(yes)"
      if probe.take(.keyword(.else)), let other = try? probe.parseOperators() {
        fix += " else { \(pattern)\(excerpt(other.span)) }"
      }
    }
    return SyntaxFailure(.python(.conditional, fix: fix), token.span)
  }

  /// The error for `is` and `is not`, which the current token is or begins.
  func identity(_ left: Node) -> SyntaxFailure {
    let negated = next.kind == .keyword(.not)
    let right = list.tokens[min(index + (negated ? 2 : 1), list.tokens.count - 1)]
    let span = negated ? token.span.joined(next.span) : token.span
    let other = right.beginsExpression ? excerpt(right.span) : "…"
    return SyntaxFailure(
      .python(.identity, fix: "\(excerpt(left.span)) \(negated ? "!=" : "==") \(other)"), span)
  }

  /// The content of a bracket as a list: `(1, 2)` becomes `[1, 2]`. With `start`, the part from that token
  /// on.
  func bracketed(openedAt opening: Int, from start: Token? = nil) -> String {
    guard let openingPlace = list.tokens.firstIndex(where: { $0.span.start == opening }) else {
      return ""
    }
    var place = openingPlace
    var level = 0
    repeat {
      switch list.tokens[place].kind {
      case .open: level += 1
      case .close: level -= 1
      case .end: return ""
      default: break
      }
      place += 1
    } while level > 0
    // Up to the last token before the closing bracket, a trailing comma not counted.
    place -= 2
    if list.tokens[place].kind == .comma { place -= 1 }
    let from = (start ?? list.tokens[min(openingPlace + 1, place)]).span
    return from.start < list.tokens[place].span.end && place > openingPlace
      ? "[\(excerpt(from.joined(list.tokens[place].span)))]" : "[]"
  }

  /// An indented block of Python with braces: from the token that begins its head, to the colon, which the
  /// current token is, and the indented lines below. A long or nested block is not written out.
  func blockInBraces(head: Token) -> String {
    let start = excerpt(Span(head.span.start, previousEnd))
    if next.kind != .newline && next.kind != .end { return "\(start) { \(restOfStatement(after: token)) }" }
    let lines = indentedLines(below: head)
    guard !lines.isEmpty, lines.count <= 6, !lines.contains(where: { $0.hasSuffix(":") }) else {
      return "\(start) { … }"
    }
    return ([start + " {"] + lines.map { "  " + $0 } + ["}"]).joined(separator: "\n")
  }

  /// The lines below the current one that are indented deeper than the line of `head`, at most seven,
  /// without their common indentation.
  private func indentedLines(below head: Token) -> [String] {
    let newline = UInt8(ascii: "\n")
    let before = list.bytes[..<head.span.start].lastIndex(of: newline).map { $0 + 1 } ?? 0
    guard let below = list.bytes[token.span.end...].firstIndex(of: newline) else { return [] }
    let outer = indentation(list.bytes[before...])
    var lines: [ArraySlice<UInt8>] = []
    for line in list.bytes[(below + 1)...].split(
      separator: newline, maxSplits: 8, omittingEmptySubsequences: false
    ).prefix(7) {
      if indentation(line) == line.count { continue }
      guard indentation(line) > outer else { break }
      lines.append(line)
    }
    let common = lines.map { indentation($0) }.min() ?? 0
    return lines.map { line in
      let content = line.dropFirst(common)
      return content.count > 200 ? "…" : String(decoding: content, as: UTF8.self)
    }
  }

  private func indentation(_ line: ArraySlice<UInt8>) -> Int {
    line.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
  }
}
