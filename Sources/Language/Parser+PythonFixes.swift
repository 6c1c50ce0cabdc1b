// Python's expressions in the forms of the language, made from the text that stands there.

extension Parser {
  /// `def half(r) { return r / 2 }` for `half = lambda r: r / 2`, of which the current token is the `lambda`.
  @inline(never)
  func lambdaFix() -> String {
    var place = index + 1
    while list.tokens[place].kind != .colon {
      guard [.name, .comma, .assign, .number].contains(list.tokens[place].kind) else { return "" }
      place += 1
    }
    let parameters =
      place > index + 1 ? excerpt(list.tokens[index + 1].span.joined(list.tokens[place - 1].span)) : ""
    let isAssigned = index > 1 && list.tokens[index - 1].kind == .assign && list.tokens[index - 2].isWord
    let name = isAssigned ? excerpt(list.tokens[index - 2].span) : "f"
    let body = openings.isEmpty ? restOfStatement(after: list.tokens[place]) : "…"
    return body.isEmpty ? "" : "def \(name)(\(parameters)) { return \(body) }"
  }

  /// `show("rank", r)` for `f"rank {r}"`; empty where a brace is not closed or the text is long.
  @inline(never)
  func formattedTextFix(_ span: Span) -> String {
    var shown = Substring(excerpt(span))
    guard let quote = shown.firstIndex(where: { $0 == "\"" || $0 == "'" }) else { return "" }
    shown = shown[quote...]
    let mark = shown.hasPrefix("\"\"\"") || shown.hasPrefix("'''") ? 3 : 1
    guard shown.count >= 2 * mark else { return "" }
    let content = shown.dropFirst(mark).dropLast(mark)
    var parts: [String] = []
    var text = ""
    var value: String?
    func finishText() {
      let trimmed = text.trimmingPrefix { $0 == " " }.reversed().drop { $0 == " " }.reversed()
      if !trimmed.isEmpty { parts.append("\"\(String(trimmed))\"") }
      text = ""
    }
    for character in content {
      if let open = value {
        if character == "}" {
          // What stands behind `:` or `!` is a format.
          let expression = open.prefix { $0 != ":" && $0 != "!" }
          parts.append(expression.hasSuffix("=") ? String(expression.dropLast()) : String(expression))
          value = nil
        } else {
          value = open + String(character)
        }
      } else if character == "{" {
        finishText()
        value = ""
      } else {
        text.append(character)
      }
    }
    guard value == nil else { return "" }
    finishText()
    return parts.isEmpty || parts.contains("") ? "" : "show(\(parts.joined(separator: ", ")))"
  }

  /// `[[key, value] for …]` for a dictionary with a `for`, which the current token is.
  // Mutating, so that its caller, a part of every level of nesting, passes the parser by its address.
  @inline(never)
  mutating func pairsFix(_ key: Node, _ value: Node) -> String {
    guard let end = endOfBracket else { return "" }
    return "[[\(excerpt(key.span)), \(excerpt(value.span))] \(excerpt(Span(token.span.start, end)))]"
  }

  /// `[[… for b in y] for a in x]` for a list with two `for`s, of which the second is the current token.
  @inline(never)
  func nestedFix(_ element: Node, first: Span) -> String {
    guard isKeyword(.for), let end = endOfBracket else { return "" }
    return "[[\(excerpt(element.span)) \(excerpt(Span(token.span.start, end)))] \(excerpt(first))]"
  }

  /// The end of the last token before the bracket that closes the innermost open one; nil where there is none.
  private var endOfBracket: Int? {
    var level = 0
    var place = index
    while true {
      switch list.tokens[place].kind {
      case .open: level += 1
      case .close:
        level -= 1
        if level < 0 { return place > index ? list.tokens[place - 1].span.end : nil }
      case .end: return nil
      default: break
      }
      place += 1
    }
  }

  /// A loop over pairs, from its second name on or from a bracket around its names, which the current token is.
  @inline(never)
  func loopNamesFix(first: String) -> String {
    var names = first.isEmpty ? [] : [first]
    var place = index
    while [.comma, .name, .open(.round), .close(.round)].contains(list.tokens[place].kind) {
      if list.tokens[place].kind == .name { names.append(excerpt(list.tokens[place].span)) }
      place += 1
    }
    guard list.tokens[place].kind == .keyword(.in), names.count > 1 else { return "" }
    let items = headText(after: list.tokens[place])
    guard !items.isEmpty else { return "" }
    if items.hasPrefix("enumerate("), items.hasSuffix(")"), names.count == 2 {
      let inner = items.dropFirst("enumerate(".count).dropLast()
      return "for \(names[0]) in range(len(\(inner))) { \(names[1]) = \(inner)[\(names[0])]; … }"
    }
    return "for item in \(items) { \(names.joined(separator: ", ")) = item; … }"
  }

  /// A loop without the brackets around its head; the current token is the `(`.
  @inline(never)
  func bracketedLoopFix() -> String? {
    guard next.isWord else { return nil }
    let behind = list.tokens[min(index + 2, list.tokens.count - 1)]
    if behind.kind == .keyword(.in) {
      var place = index + 3
      var level = 0
      while level >= 0 {
        switch list.tokens[place].kind {
        case .open: level += 1
        case .close: level -= 1
        case .end, .newline: return ""
        default: break
        }
        place += 1
      }
      return "for \(excerpt(Span(next.span.start, list.tokens[place - 2].span.end))) { … }"
    }
    return behind.kind == .assign ? "for \(list.text(next.span)) in range(10) { … }" : nil
  }

  /// The text behind a token up to the `{` or `:` of its statement, brackets counted.
  private func headText(after token: Token) -> String {
    guard let start = list.tokens.firstIndex(where: { $0.span.start >= token.span.end }) else { return "" }
    var place = start
    var level = 0
    while true {
      switch list.tokens[place].kind {
      case .open(.curly) where level == 0, .colon where level == 0, .newline, .end:
        return place > start
          ? excerpt(Span(list.tokens[start].span.start, list.tokens[place - 1].span.end)) : ""
      case .open: level += 1
      case .close where level == 0:
        return place > start
          ? excerpt(Span(list.tokens[start].span.start, list.tokens[place - 1].span.end)) : ""
      case .close: level -= 1
      default: break
      }
      place += 1
    }
  }

  /// A head with the rest of its line as its block; the current token stands where the `{` is missing.
  @inline(never)
  func blockFix(head: Token) -> String {
    var last = index - 1
    while last > 0, list.tokens[last].kind == .newline { last -= 1 }
    guard last >= 0, list.tokens[last].span.end > head.span.start else { return "" }
    let start = excerpt(Span(head.span.start, list.tokens[last].span.end))
    guard !start.contains("…") else { return "" }
    let isWord = kind == .name && ["do", "then", "begin"].contains(text)
    if isAtStatementEnd { return "\(start) { … }" }
    let rest = isWord ? restOfStatement(after: token) : restOfStatement(after: list.tokens[index - 1])
    return rest.isEmpty || rest == "…" ? "\(start) { … }" : "\(start) { \(rest) }"
  }

  /// A list with one item replaced: `xs[0] = 8`, of which the current token is the `=`.
  func itemFix(_ owner: Expression, _ position: Expression) -> String {
    let value = restOfStatement(after: token)
    guard case .name(let name) = owner.kind, !value.isEmpty, value != "…" else { return "" }
    switch position.kind {
    case .number(let number) where number >= 0 && number < 1e9 && number == number.rounded():
      let start = number == 0 ? "" : "\(name)[:\(Int(number))] + "
      return "\(name) = \(start)[\(value)] + \(name)[\(Int(number) + 1):]"
    case .name(let place):
      return "\(name) = \(name)[:\(place)] + [\(value)] + \(name)[\(place) + 1:]"
    default: return ""
    }
  }
}
