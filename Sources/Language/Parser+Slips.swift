// Slips that have an error of their own: pasted prompts and output, lines of a shell, marks of other languages.

extension Parser {
  /// What a statement cannot begin with, where it shows what the whole line is; nil for anything else.
  @inline(never)
  func lineSlip() -> SyntaxFailure? {
    let span = token.span
    switch kind {
    case .binary(.less):
      // `<adapter: lora(r=16)>`, as values in lists show themselves.
      guard next.isWord, next.span.start == span.end else { return nil }
      return SyntaxFailure(.pastedOutput, lineSpan)
    case .foreign where text == "^" && next.kind == .foreign && list.text(next.span) == "^":
      return SyntaxFailure(.pastedOutput, lineSpan)
    case .foreign where text == "$" && next.isWord:
      let program = list.text(next.span)
      return SyntaxFailure(.shellCommand("$ " + program, program: program), span.joined(next.span))
    case .foreign where text == "!" && next.isWord && Parser.shellWords.contains(list.text(next.span)):
      let program = list.text(next.span)
      return SyntaxFailure(.shellCommand("!" + program, program: program), span.joined(next.span))
    case .foreign where text == "`" && next.kind == .foreign && list.text(next.span) == "`":
      return SyntaxFailure(.pastedFence, lineSpan)
    case .foreign where text == "...":
      return SyntaxFailure(.pastedPrompt(fix: restOfStatement(after: token)), span)
    case .dot where next.kind != .end && next.span.start > span.end && index == 0:
      return SyntaxFailure(.pastedPrompt(fix: restOfStatement(after: token)), span)
    case .binary(.remainder):
      var place = index
      while list.tokens[place].kind == .binary(.remainder) { place += 1 }
      guard list.tokens[place].isWord else { return nil }
      let isTimer = list.text(list.tokens[place].span).hasPrefix("time")
      let rest = isTimer ? restOfStatement(after: list.tokens[place]) : ""
      let fix = rest.isEmpty || !commands.contains(Parser.time) ? rest : offered("\(Parser.time) \(rest)")
      return SyntaxFailure(
        .python(.notebookMagic(list.text(span.joined(list.tokens[place].span))), fix: fix),
        span.joined(list.tokens[place].span))
    case .dot where otherPrompt != nil, .colon where otherPrompt != nil, .invalid where otherPrompt != nil:
      return otherPrompt
    case .binary(.divide), .dot:
      guard next.span.start == span.end, next.isWord || next.kind == .binary(.divide) else { return nil }
      return SyntaxFailure(.unquotedText(fix: "\"\(wordsWithoutSpace)\""), lineSpan)
    case .name:
      return nameSlip()
    default:
      return nil
    }
  }

  @inline(never)
  private func nameSlip() -> SyntaxFailure? {
    let span = token.span
    let word = text
    if word == "In" || word == "Out", next.kind == .open(.square), let colon = colonBehindIndex {
      let end = list.tokens[colon].span.end
      return SyntaxFailure(
        .pastedPrompt(fix: word == "In" ? restOfStatement(after: list.tokens[colon]) : ""),
        Span(span.start, end))
    }
    guard next.isWord || next.kind == .colon || next.kind == .open(.round) else { return nil }
    if next.kind == .colon {
      if ["error", "note", "warning", "Error", "Warning"].contains(word) || word.hasSuffix("Error") {
        return SyntaxFailure(.pastedOutput, lineSpan)
      }
      let behind = list.tokens[min(index + 2, list.tokens.count - 1)]
      if behind.kind == .binary(.floorDivide), behind.span.start == next.span.end {
        return SyntaxFailure(.unquotedText(fix: "\"\(wordsWithoutSpace)\""), lineSpan)
      }
      return yamlSlip()
    }
    if word == "Traceback", next.kind == .open(.round) { return SyntaxFailure(.pastedOutput, lineSpan) }
    guard next.isWord, !commands.contains(word) else { return nil }
    if Parser.shellWords.contains(word) {
      return SyntaxFailure(.shellCommand(word, program: word), span)
    }
    if ["let", "var", "const", "local", "auto"].contains(word) {
      let third = list.tokens[min(index + 2, list.tokens.count - 1)]
      guard third.kind == .assign else { return nil }
      return SyntaxFailure(.declaration(word, fix: restOfStatement(after: token)), span)
    }
    return nil
  }

  /// Programs that are started from a shell, as the first word of a line with another word behind it.
  private static let shellWords: Set<String> = [
    "pip", "pip3", "conda", "uv", "python", "python3", "accelerate", "torchrun", "deepspeed", "ranklab", "cd",
    "ls",
    "git", "export", "source", "mkdir", "rm", "cat", "less", "head", "tail", "cp", "mv", "wget", "curl",
    "sudo", "apt", "brew", "swift", "jupyter", "nvidia",
  ]

  /// From the current token to the end of its line.
  var lineSpan: Span {
    var place = index
    while ![.newline, .end].contains(list.tokens[place].kind) { place += 1 }
    return place > index ? Span(token.span.start, list.tokens[place - 1].span.end) : token.span
  }

  /// The text from the current token to the next space.
  private var wordsWithoutSpace: String {
    var place = index
    while place + 1 < list.tokens.count, list.tokens[place + 1].span.start == list.tokens[place].span.end,
      ![.newline, .end].contains(list.tokens[place + 1].kind)
    { place += 1 }
    return excerpt(Span(token.span.start, list.tokens[place].span.end))
  }

  /// The place of the `:` of `In [3]:`, of which the current token is the `In`.
  private var colonBehindIndex: Int? {
    guard index + 4 < list.tokens.count, list.tokens[index + 2].kind == .number,
      list.tokens[index + 3].kind == .close(.square), list.tokens[index + 4].kind == .colon
    else { return nil }
    return index + 4
  }

  // MARK: - Where a value is missing

  /// Two marks that are one operator when they stand together, numbers with a percent sign, `x++`.
  @inline(never)
  func operatorSlip() -> SyntaxFailure? {
    guard index > 0 else { return nil }
    let before = list.tokens[index - 1]
    if case .binary(.remainder) = before.kind, index > 1, list.tokens[index - 2].kind == .number,
      before.span.start == list.tokens[index - 2].span.end,
      [.end, .newline, .comma, .close(.round), .close(.square), .semicolon].contains(kind)
    {
      let number = list.tokens[index - 2].span
      let value = Double(list.text(number).replacing("_", with: "")) ?? 0
      return SyntaxFailure(.percentage(fix: "\(value / 100)"), number.joined(before.span))
    }
    if kind == .end || kind == .newline || kind == .semicolon, index > 2,
      before.kind == .binary(.add) || before.kind == .binary(.subtract),
      list.tokens[index - 2].kind == before.kind, before.span.start == list.tokens[index - 2].span.end,
      list.tokens[index - 3].isWord
    {
      let sign = list.text(before.span)
      let name = excerpt(list.tokens[index - 3].span)
      return SyntaxFailure(
        .python(.augmentedAssignment(sign + sign), fix: "\(name) = \(name) \(sign) 1"),
        list.tokens[index - 2].span.joined(before.span))
    }
    guard kind != .end, kind != .newline else { return nil }
    let both = list.text(before.span) + text
    guard let instead = Parser.joinedMarks[both] else { return nil }
    let shown = before.span.end == token.span.start ? both : "\(list.text(before.span)) \(text)"
    return SyntaxFailure(.splitOperator(shown, instead: instead), before.span.joined(token.span))
  }

  /// Two marks of which the second cannot follow the first.
  private static let joinedMarks: [String: String] = [
    "==": "==", "===": "==", "=<": "<=", "=>": ">=", "**": "**", "//": "//", "<=": "<=", ">=": ">=",
  ]

  // MARK: - Behind a value

  /// What stands directly behind a complete value, where it shows what was meant.
  @inline(never)
  func trailingSlip() -> SyntaxFailure? {
    guard index > 0 else { return nil }
    let before = list.tokens[index - 1]
    let adjacent = before.span.end == token.span.start
    switch (before.kind, kind) {
    case (.number, .number):
      let left = list.text(before.span)
      let fix = NumberSlip.joined(left, text)
      guard text.count == 3, left.count <= 3, !fix.isEmpty else { return nil }
      return SyntaxFailure(
        .brokenNumber(list.text(before.span.joined(token.span)), fix: fix), before.span.joined(token.span))
    case (.text, .name), (.text, .number):
      guard adjacent else { return nil }
      return SyntaxFailure(.quoteInText(fix: requoted(before)), token.span)
    case (.name, .open(.curly)) where adjacent:
      let name = list.text(before.span)
      let content = bracketed(openedAt: token.span.start).dropFirst().dropLast()
      let fix =
        content.isEmpty
        ? ""
        : content.contains(":") ? "\(name)(\(content.replacing(": ", with: "=")))" : "\(name)[\(content)]"
      return SyntaxFailure(.wrongBrackets("{", fix: fix), token.span)
    case (.close(.curly), .name) where ["elseif", "elsif", "elsiff", "otherwise"].contains(text):
      return SyntaxFailure(
        .python(.foreignOperator(text, instead: text == "otherwise" ? "else" : "elif")), token.span)
    default:
      return nil
    }
  }

  /// `1,000` and `0,5`, of which the current token is the comma; nil where spaces part the numbers.
  @inline(never)
  func commaInNumber() -> SyntaxFailure? {
    guard kind == .comma, index > 0, list.tokens[index - 1].kind == .number, next.kind == .number else {
      return nil
    }
    let left = list.tokens[index - 1].span
    guard left.end == token.span.start, next.span.start == token.span.end else { return nil }
    let fix = NumberSlip.joined(list.text(left), list.text(next.span))
    guard !fix.isEmpty else { return nil }
    return SyntaxFailure(.brokenNumber(list.text(left.joined(next.span)), fix: fix), left.joined(next.span))
  }

  /// The text that begins with a token and ends with the line's last such quote, in quotes of the other kind.
  private func requoted(_ start: Token) -> String {
    let newline = UInt8(ascii: "\n")
    let end = list.bytes[start.span.start...].firstIndex(of: newline) ?? list.bytes.count
    let quote = list.bytes[start.span.start]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
      let last = list.bytes[start.span.start..<end].lastIndex(of: quote), last >= start.span.end
    else { return "" }
    let other = quote == UInt8(ascii: "'") ? "\"" : "'"
    let content = excerpt(Span(start.span.start + 1, last))
    return content.contains(other) || content == "…" ? "" : other + content + other
  }

  /// The line of an unclosed text with its quote before what closes the brackets, or empty.
  func closedText(_ span: Span, quote: String) -> String {
    guard quote.count == 1, span.end - span.start <= 200 else { return "" }
    let shown = list.text(span).split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
    var content = Substring(shown)
    while let last = content.last, ")]}, ;\r".contains(last) { content = content.dropLast() }
    let rest = shown[content.endIndex...].filter { $0 != "\r" }
    // `'abc"`: the other quote was meant to close it.
    if let last = content.last, last == "\"" || last == "'", content.count > 1, String(last) != quote {
      content = content.dropLast()
    }
    let newline = UInt8(ascii: "\n")
    let start = list.bytes[..<span.start].lastIndex(of: newline).map { $0 + 1 } ?? 0
    let before = span.start - start <= 100 ? list.text(Span(start, span.start)).drop { $0 == " " } : ""
    return content.count > 1 ? "\(before)\(content)\(quote)\(rest)" : ""
  }

  /// The current line with the characters of the language in place of those that look like them.
  func withoutLookalikes() -> String {
    let newline = UInt8(ascii: "\n")
    let start = list.bytes[..<token.span.start].lastIndex(of: newline).map { $0 + 1 } ?? 0
    let end = list.bytes[token.span.start...].firstIndex(of: newline) ?? list.bytes.count
    guard end - start <= 200 else { return "" }
    return list.text(Span(start, end)).unicodeScalars.map { Lexer.lookalike($0) ?? String($0) }.joined()
      .trimmingPrefix { $0 == " " }.description
  }

  // MARK: - Calls

  /// The error for an argument without a name behind one with a name, with the call in order.
  func argumentOrder(_ failure: SyntaxFailure) -> SyntaxFailure {
    guard case .positionalAfterLabelled(let label, let first, _) = failure.error,
      let place = list.tokens.firstIndex(where: { $0.span.start == failure.span.start }), place > 2
    else { return failure }
    var back = self
    back.index = place - 1
    if let slip = back.commaInNumber() { return slip }
    // `targets="a", "b"`.
    if list.tokens[place].kind == .text, list.tokens[place - 1].kind == .comma,
      list.tokens[place - 2].kind == .text, list.tokens[place - 3].kind == .assign
    {
      let texts = "\(excerpt(list.tokens[place - 2].span)), \(excerpt(list.tokens[place].span))"
      return SyntaxFailure(.listWithoutBrackets(label, fix: "\(label)=[\(texts)]"), failure.span)
    }
    return SyntaxFailure(
      .positionalAfterLabelled(label: label, first: first, fix: reordered(around: place)), failure.span)
  }

  /// The call around a token with its arguments in order; empty where none is found.
  private func reordered(around place: Int) -> String {
    var opening = place - 1
    var level = 0
    while opening >= 0 {
      switch list.tokens[opening].kind {
      case .close: level += 1
      case .open(.round) where level == 0:
        var start = opening
        while start > 0, list.tokens[start - 1].isWord || list.tokens[start - 1].kind == .dot { start -= 1 }
        guard start < opening else { return "" }
        let callee = Span(list.tokens[start].span.start, list.tokens[opening - 1].span.end)
        return reordered(from: opening + 1, callee: excerpt(callee), isCommand: false)
      case .open where level == 0, .newline where level == 0, .semicolon where level == 0:
        return reordered(from: opening + 2, callee: excerpt(list.tokens[opening + 1].span), isCommand: true)
      case .open: level -= 1
      default: break
      }
      opening -= 1
    }
    return reordered(from: 1, callee: excerpt(list.tokens[0].span), isCommand: true)
  }

  /// A call with its arguments without a name in front; empty where it cannot be told, or is long.
  @inline(never)
  func reordered(from opening: Int, callee: String, isCommand: Bool) -> String {
    var parts: [Span] = []
    var level = 0
    var place = opening
    var start = opening
    while true {
      let token = list.tokens[place]
      let ends: Bool
      switch token.kind {
      case .open:
        level += 1
        ends = false
      case .close:
        level -= 1
        ends = level < 0
      case .end: ends = true
      case .newline, .semicolon: ends = isCommand && level == 0
      default: ends = false
      }
      if ends || token.kind == .comma && level == 0 {
        if place > start {
          parts.append(Span(list.tokens[start].span.start, list.tokens[place - 1].span.end))
        }
        start = place + 1
        guard parts.count <= 40 else { return "" }
      }
      if ends {
        guard isCommand || token.kind == .close(.round) else { return "" }
        break
      }
      place += 1
    }
    let isLabelled = { (part: Span) in
      guard let first = list.tokens.firstIndex(where: { $0.span.start == part.start }) else { return false }
      return list.tokens[first + 1].kind == .assign
    }
    let texts = (parts.filter { !isLabelled($0) } + parts.filter(isLabelled)).map { excerpt($0) }
    let joined = texts.joined(separator: ", ")
    guard joined.count <= 100, !joined.contains("…") else { return "" }
    return isCommand ? "\(callee) \(joined)" : "\(callee)(\(joined))"
  }
}
