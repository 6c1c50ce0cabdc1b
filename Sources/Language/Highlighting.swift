// Syntax colouring for the terminal, from tokens alone: broken programs are coloured as far as they go.
package import Text

/// The text with ANSI colours for commands, keywords, texts, numbers and comments. Without the colour codes
/// it is the text as `safe` shows it.
/// - Parameter commands: the names of the table; they are coloured where they begin a statement or a call.
package func highlighted(_ text: String, commands: Set<String>) -> TerminalText {
  let list = Lexer.tokens(text.safe(unicode: true, keepingLineBreaks: true))
  var parts = list.comments.map { (span: $0, ink: Ink.dim) }
  // Open round and square brackets: in them a line break begins no statement.
  var depth = 0
  var beginsStatement = true
  for (index, token) in list.tokens.enumerated() {
    switch token.kind {
    case .name:
      let follows = list.tokens[index + 1].kind
      let isField = index > 0 && list.tokens[index - 1].kind == .dot
      let isCommand = beginsStatement && follows != .assign || follows == .open(.round) && !isField
      if isCommand, commands.contains(list.text(token.span)) { parts.append((token.span, .boldCyan)) }
    case .keyword: parts.append((token.span, .magenta))
    case .text, .unclosedText: parts.append((token.span, .green))
    case .number: parts.append((token.span, .yellow))
    case .open(.round), .open(.square): depth += 1
    case .close(.round), .close(.square): depth = max(0, depth - 1)
    default: break
    }
    switch token.kind {
    case .newline, .semicolon, .open(.curly), .close(.curly): beginsStatement = depth == 0
    default: beginsStatement = false
    }
  }
  parts.sort { $0.span.start < $1.span.start }
  var result = TerminalText()
  var position = 0
  for part in parts {
    result += TerminalText(list.text(Span(position, part.span.start)))
    result += part.ink.applied(to: list.text(part.span))
    position = part.span.end
  }
  return result + TerminalText(list.text(Span(position, list.bytes.count)))
}
