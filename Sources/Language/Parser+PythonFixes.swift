// Python's expressions in the forms of the language, made from the text that stands there.

extension Parser {
  /// `if condition { x = value } else { x = other }` for `x = value if condition else other`, of which the current token
  /// is the `if` and the value stands before it. In a list, a function that makes the choice.
  func conditionalFix(_ value: Span) -> String {
    var probe = self
    probe.advance()
    guard let condition = try? probe.parseOperators() else { return "" }
    var other: Node?
    if probe.take(.keyword(.else)) {
      guard let node = try? probe.parseOperators(), !probe.isKeyword(.if) else { return "" }
      other = node
    }
    let test = list.text(condition.span)
    let yes = list.text(value)
    let part = Span(value.start, other?.span.end ?? condition.span.end)
    if probe.isKeyword(.for) {
      guard let other else { return "" }
      let (first, last) = (probe.next.span.start, probe.endOfLoopNames)
      guard first < last else { return "" }
      let names = list.text(Span(first, last))
      let whole = statement(replacing: part, with: "choose(\(names))")
      guard !whole.isEmpty else { return "" }
      let choice = "if \(test) { return \(yes) } else { return \(list.text(other.span)) }"
      return offered("def choose(\(names)) { \(choice) }\n\(whole)")
    }
    let whole = statementSpan
    guard whole.start <= part.start, part.end <= whole.end else { return "" }
    let before = list.text(Span(whole.start, part.start))
    let after = list.text(Span(part.end, whole.end))
    let branch = "if \(test) { \(before)\(yes)\(after) }"
    return offered(other.map { "\(branch) else { \(before)\(list.text($0.span))\(after) }" } ?? branch)
  }

  /// The end of the names of a loop or comprehension, of whose `for` the current token is.
  private var endOfLoopNames: Int {
    var place = index + 1
    while [.name, .comma].contains(list.tokens[place].kind) { place += 1 }
    return list.tokens[max(index, place - 1)].span.end
  }

  /// `def half(r) { return r / 2 }` for `half = lambda r: r / 2`, of which the current token is the `lambda`; within
  /// another expression the function, and the statement that uses it.
  func lambdaFix() -> String {
    var place = index + 1
    while list.tokens[place].kind != .colon {
      guard [.name, .comma, .assign, .number].contains(list.tokens[place].kind) else { return "" }
      place += 1
    }
    let parameters =
      place > index + 1 ? list.text(list.tokens[index + 1].span.joined(list.tokens[place - 1].span)) : ""
    let end = endOfValue(from: place + 1)
    guard end > place + 1 else { return "" }
    let body = list.text(Span(list.tokens[place + 1].span.start, list.tokens[end - 1].span.end))
    let part = Span(token.span.start, list.tokens[end - 1].span.end)
    let isAssigned = index > 1 && list.tokens[index - 1].kind == .assign && list.tokens[index - 2].isWord
    if openings.count == blocks.count, isAssigned {
      return offered("def \(list.text(list.tokens[index - 2].span))(\(parameters)) { return \(body) }")
    }
    let whole = statementSpan
    let words = list.text(whole).split { !($0.isLetter || $0.isNumber || $0 == "_") }
    let name = ["f", "g", "h"].first { name in !words.contains { $0 == name } } ?? "f"
    let function = "def \(name)(\(parameters)) { return \(body) }"
    if whole.start == part.start, whole.end == part.end { return offered(function) }
    let use = statement(replacing: part, with: name)
    return use.isEmpty ? "" : offered("\(function)\n\(use)")
  }

  /// The place behind the value that begins at a place: of a comma or closing bracket that is not its own, or of the
  /// end of its statement.
  private func endOfValue(from start: Int) -> Int {
    var level = 0
    var place = start
    while true {
      switch list.tokens[place].kind {
      case .open: level += 1
      case .close where level == 0, .comma where level == 0, .newline where level == 0,
        .semicolon where level == 0, .end:
        return place
      case .close: level -= 1
      default: break
      }
      place += 1
    }
  }

  /// The assignment that a walrus makes, as a statement of its own, and the statement without it; the current token is
  /// the `:=`.
  var walrusFix: String {
    guard index > 0, list.tokens[index - 1].isWord else { return "" }
    let name = list.text(list.tokens[index - 1].span)
    let end = endOfValue(from: index + 1)
    guard end > index + 1 else { return "" }
    let value = list.text(Span(next.span.start, list.tokens[end - 1].span.end))
    let assignment = "\(name) = \(value)"
    var part = Span(list.tokens[index - 1].span.start, list.tokens[end - 1].span.end)
    if part == statementSpan { return offered(assignment) }
    // Brackets around nothing else go too.
    if index > 1, list.tokens[index - 2].kind == .open(.round), list.tokens[end].kind == .close(.round),
      index < 3 || !list.tokens[index - 3].isWord
    {
      part = list.tokens[index - 2].span.joined(list.tokens[end].span)
    }
    let whole = statement(replacing: part, with: name)
    return whole.isEmpty ? "" : offered("\(assignment)\n\(whole)")
  }

  /// What a text with values in it stands for: in a call of `print` or `show` the texts and values side by side, elsewhere
  /// their sum. Empty where a brace is not closed or the text is long.
  @inline(never)
  func formattedTextFix(_ span: Span) -> String {
    var shown = Substring(excerpt(span))
    guard let quote = shown.firstIndex(where: { $0 == "\"" || $0 == "'" }) else { return "" }
    shown = shown[quote...]
    let mark = shown.hasPrefix("\"\"\"") || shown.hasPrefix("'''") ? 3 : 1
    guard shown.count >= 2 * mark else { return "" }
    var parts: [(isValue: Bool, text: String)] = []
    var text = ""
    var value: String?
    for character in shown.dropFirst(mark).dropLast(mark) {
      if let open = value {
        if character == "}" {
          guard let written = Parser.formattedValue(open) else { return "" }
          parts.append((true, written))
          value = nil
        } else {
          value = open + String(character)
        }
      } else if character == "{" {
        if !text.isEmpty { parts.append((false, text)) }
        text = ""
        value = ""
      } else {
        text.append(character)
      }
    }
    guard value == nil else { return "" }
    if !text.isEmpty { parts.append((false, text)) }
    // Side by side where there is a space between each two.
    let isPrinted =
      isPrinted
      && zip(parts, parts.dropFirst()).allSatisfy { first, second in
        first.isValue ? !second.isValue && second.text.first == " " : first.text.last == " "
      }
    return parts.map { part in
      if part.isValue { return isPrinted ? part.text : "str(\(part.text))" }
      var text = Substring(part.text)
      if isPrinted {
        if text.last == " " { text = text.dropLast() }
        if text.first == " " { text = text.dropFirst() }
      }
      return text.contains("\"") ? "'\(text)'" : "\"\(text)\""
    }.joined(separator: isPrinted ? ", " : " + ")
  }

  /// The value of `{loss:.3f}` as it would be written: `round(loss, 3)`. Other formats are left out; nil for nothing.
  private static func formattedValue(_ text: String) -> String? {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var value = parts[0].prefix { $0 != "!" }
    if value.hasSuffix("=") { value = value.dropLast() }
    guard !value.allSatisfy({ $0 == " " }) else { return nil }
    guard parts.count > 1, parts[1].hasPrefix("."), parts[1].hasSuffix("f"),
      let places = Int(parts[1].dropFirst().dropLast()), (0...15).contains(places)
    else { return String(value) }
    return "round(\(value), \(places))"
  }

  /// Whether the current token is a whole argument of `print` or `show`.
  private var isPrinted: Bool {
    guard let opening = openings.last, opening.kind == .open(.round), index > 0,
      let place = list.tokens.firstIndex(where: { $0.span == opening.span }), place > 0,
      ["print", "show"].contains(list.text(list.tokens[place - 1].span))
    else { return false }
    let before = list.tokens[index - 1].kind
    return (before == .open(.round) || before == .comma)
      && [.comma, .close(.round), .newline].contains(next.kind)
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
  var endOfBracket: Int? {
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

  /// A head with the rest of its line as its block; the current token stands where the `{` is missing.
  @inline(never)
  func blockFix(head: Token) -> String {
    var last = index - 1
    while last > 0, list.tokens[last].kind == .newline { last -= 1 }
    guard last >= 0, list.tokens[last].span.end > head.span.start else { return "" }
    let start = excerpt(Span(head.span.start, list.tokens[last].span.end))
    guard !start.contains("…") else { return "" }
    let isWord = kind == .name && ["do", "then", "begin"].contains(text)
    if isAtStatementEnd { return "" }
    let rest = isWord ? restOfStatement(after: token) : restOfStatement(after: list.tokens[index - 1])
    guard !rest.isEmpty, rest != "…" else { return "" }
    // `else` and `elif` go on from what stands before them.
    var from = self
    from.index = list.tokens.firstIndex { $0.span == head.span } ?? index
    let before = list.text(Span(min(from.statementSpan.start, head.span.start), head.span.start))
    return before.count > 200 ? "" : "\(before)\(start) { \(rest) }"
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
