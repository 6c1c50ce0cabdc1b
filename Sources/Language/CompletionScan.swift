// The reading of tokens up to the cursor for a completion: which brackets and calls are open there.

struct CompletionScan {
  enum Expectation { case statement, value, newName, operation, module, importedName }

  let list: TokenList
  let commands: Set<String>
  var frames: [Frame] = []
  var openBrackets: [Bracket: Int] = [:]
  var expects = Expectation.statement
  /// Behind `def`, up to the end of its parameters.
  var definesFunction = false
  /// `from` or `import`, in a statement that begins with one, and where it stands.
  var importHead: (word: Keyword, index: Int)?
  /// The library, behind `from peft import`.
  var importedModule: String?
  /// The names that the current statement gives a value, and those of all before it.
  var pending: [CompletionContext.AssignedName] = []
  var assigned: [CompletionContext.AssignedName] = []

  private(set) var position = CompletionContext.Position.none
  private(set) var start: Int
  /// True where the cursor is in or behind a name.
  private(set) var isInWord = false

  /// - Parameter list: the tokens of the text before the cursor.
  init(_ list: TokenList, commands: Set<String>) {
    self.list = list
    self.commands = commands
    let cursor = list.bytes.count
    start = cursor
    if list.comments.last?.end == cursor, !list.comments.isEmpty { return }
    let last = list.tokens.count - 2
    let token = last >= 0 ? list.tokens[last] : list.tokens[0]
    let touches = last >= 0 && token.span.end == cursor
    switch token.kind {
    case .number where touches, .text where touches, .invalid where touches: return
    case .unclosedText(let triple):
      read(upTo: last)
      start = contentStart(token, triple: triple)
      position = textPosition(at: last)
    case .name where touches, .keyword where touches:
      isInWord = true
      start = token.span.start
      read(upTo: last)
      position = wordPosition(before: last)
    default:
      read(upTo: last + 1)
      position = wordPosition(before: last + 1)
    }
    helpName()
  }

  /// A text whose first character is `?` and that has one word behind it, if any.
  mutating func helpName() {
    guard let mark = list.tokens.firstIndex(where: { $0.kind != .newline }),
      list.tokens[mark].kind == .question
    else { return }
    let rest = list.tokens[(mark + 1)...].dropLast()
    guard rest.allSatisfy({ $0.kind == .name || $0.kind == .dot || isWord($0) }) else { return }
    position = .helpName
    start = rest.first?.span.start ?? start
    isInWord = !rest.isEmpty
  }

  func isWord(_ token: Token) -> Bool {
    if case .keyword = token.kind { true } else { false }
  }

  func contentStart(_ token: Token, triple: Bool) -> Int {
    let isRaw = list.bytes[token.span.start] | 0x20 == UInt8(ascii: "r")
    return min(token.span.start + (isRaw ? 1 : 0) + (triple ? 3 : 1), token.span.end)
  }
}
