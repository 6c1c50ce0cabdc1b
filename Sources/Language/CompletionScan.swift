// The reading of tokens up to the cursor for a completion: which brackets and calls are open there.

struct CompletionScan {
  private enum Enclosure: Equatable {
    case block, list, dictionary, group, parameters
    /// A call in brackets (false) or in command form (true).
    case call(isCommand: Bool)
  }

  private struct Frame {
    var enclosure: Enclosure
    /// The callee as written.
    var callee = ""
    var labels: [String] = []
    var positional = 0
    /// The label of the current argument.
    var label: String?
    /// The tokens of the current argument, its label not counted.
    var length = 0

    /// The bracket that opened it; nil for the command form.
    var bracket: Bracket? {
      switch enclosure {
      case .block, .dictionary: .curly
      case .list: .square
      case .group, .parameters, .call(isCommand: false): .round
      case .call(isCommand: true): nil
      }
    }

    var isCall: Bool { enclosure == .call(isCommand: true) || enclosure == .call(isCommand: false) }

    mutating func endArgument() {
      if label == nil && length > 0 { positional += 1 }
      label = nil
      length = 0
    }
  }

  private enum Expectation { case statement, value, newName, operation }

  private let list: TokenList
  private let commands: Set<String>
  private var frames: [Frame] = []
  private var openBrackets: [Bracket: Int] = [:]
  private var expects = Expectation.statement
  /// Behind `def`, up to the end of its parameters.
  private var definesFunction = false

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
  private mutating func helpName() {
    guard let mark = list.tokens.firstIndex(where: { $0.kind != .newline }),
      list.tokens[mark].kind == .question
    else { return }
    let rest = list.tokens[(mark + 1)...].dropLast()
    guard rest.allSatisfy({ $0.kind == .name || $0.kind == .dot || isWord($0) }) else { return }
    position = .helpName
    start = rest.first?.span.start ?? start
    isInWord = !rest.isEmpty
  }

  private func isWord(_ token: Token) -> Bool {
    if case .keyword = token.kind { true } else { false }
  }

  private func contentStart(_ token: Token, triple: Bool) -> Int {
    let isRaw = list.bytes[token.span.start] | 0x20 == UInt8(ascii: "r")
    return min(token.span.start + (isRaw ? 1 : 0) + (triple ? 3 : 1), token.span.end)
  }

  // MARK: - Positions

  private func wordPosition(before index: Int) -> CompletionContext.Position {
    if index > 0, list.tokens[index - 1].kind == .dot { return .field(chain(endingBefore: index - 1)) }
    switch expects {
    case .statement: return .statement
    case .newName: return .none
    case .value, .operation: break
    }
    guard let frame = frames.last else { return expects == .value ? .expression : .none }
    if frame.isCall, frame.length == 0 {
      if let label = frame.label { return .value(command: frame.callee, label: label) }
      return .argument(command: frame.callee, given: frame.labels, positional: frame.positional)
    }
    if followsBareName(frame, at: index) {
      return .argument(command: frame.callee, given: [], positional: 1)
    }
    if frame.enclosure == .parameters, frame.length == 0 { return .none }
    return expects == .value ? .expression : .none
  }

  private func textPosition(at textIndex: Int) -> CompletionContext.Position {
    for frame in frames.reversed() {
      if frame.isCall {
        let index = followsBareName(frame, at: textIndex) ? 1 : frame.positional
        return .string(
          command: frame.callee, label: frame.label, positional: frame.label == nil ? index : nil)
      }
      if frame.enclosure == .block { break }
    }
    return .string(command: nil, label: nil, positional: nil)
  }

  /// True directly behind the leading bare name of a command form: `save session "x.rank"`.
  private func followsBareName(_ frame: Frame, at index: Int) -> Bool {
    frame.enclosure == .call(isCommand: true) && frame.positional == 0 && frame.labels.isEmpty
      && frame.length == 1 && list.tokens[index - 1].kind == .name
  }

  /// The names of `a.b` before the dot at an index.
  private func chain(endingBefore dot: Int) -> [String] {
    var names: [String] = []
    var index = dot
    while index > 0, list.tokens[index].kind == .dot, list.tokens[index - 1].kind == .name {
      names.append(list.text(list.tokens[index - 1].span))
      index -= 2
      if index < 0 { break }
    }
    let isWhole = index < 0 || list.tokens[index].kind != .dot
    return isWhole ? names.reversed() : []
  }

  // MARK: - Reading

  private mutating func read(upTo end: Int) {
    for index in 0..<end { read(list.tokens[index], at: index) }
  }

  private mutating func read(_ token: Token, at index: Int) {
    if token.kind == .newline || token.kind == .semicolon { return endStatement(at: index) }
    if token.kind == .comma {
      if let last = frames.indices.last {
        frames[last].endArgument()
        expects = frames[last].enclosure == .parameters ? .newName : .value
      } else {
        expects = .value
      }
      return
    }
    if case .close(let bracket) = token.kind { return close(bracket) }
    if let last = frames.indices.last {
      if followsBareName(frames[last], at: index), isJuxtaposed(token) { frames[last].endArgument() }
      frames[last].length += 1
    }
    switch token.kind {
    case .open(let bracket): open(bracket, at: index)
    case .name: readName(token, at: index)
    case .keyword(let word): readKeyword(word)
    case .assign: readAssign(at: index)
    case .binary, .foreign, .colon: expects = .value
    case .dot: break
    default: expects = .operation
    }
  }

  private func isJuxtaposed(_ token: Token) -> Bool {
    token.kind == .name || token.kind == .number || token.kind == .text
  }

  private mutating func endStatement(at index: Int) {
    if let frame = frames.last, frame.enclosure != .block, frame.enclosure != .call(isCommand: true) {
      return
    }
    if list.tokens[index].kind == .newline, index > 0 {
      // A line that ends with an operator goes on.
      switch list.tokens[index - 1].kind {
      case .binary, .keyword(.and), .keyword(.or), .keyword(.in): return
      default: break
      }
    }
    if frames.last?.enclosure == .call(isCommand: true) { frames.removeLast() }
    expects = .statement
    definesFunction = false
  }

  private mutating func readName(_ token: Token, at index: Int) {
    let next = list.tokens[index + 1]
    if expects == .statement, commands.contains(list.text(token.span)), next.span.start > token.span.end,
      next.beginsExpression || next.kind == .end
    {
      push(Frame(enclosure: .call(isCommand: true), callee: list.text(token.span)))
      expects = .value
    } else {
      expects = .operation
    }
  }

  private mutating func readKeyword(_ word: Keyword) {
    switch word {
    case .for, .from, .import, .as, .def:
      expects = word == .import && expects == .operation ? .value : .newName
    case .and, .or, .not, .in, .if, .elif, .return, .is, .lambda, .while, .with: expects = .value
    default: expects = .operation
    }
    if word == .def { definesFunction = true }
  }

  private mutating func readAssign(at index: Int) {
    expects = .value
    guard let last = frames.indices.last, index > 0, list.tokens[index - 1].kind == .name else { return }
    // The name and this mark are the argument so far: they are its label.
    if frames[last].isCall, frames[last].length == 2, frames[last].label == nil {
      let label = list.text(list.tokens[index - 1].span)
      frames[last].label = label
      frames[last].labels.append(label)
      frames[last].length = 0
    }
  }

  // MARK: - Brackets

  private mutating func open(_ bracket: Bracket, at index: Int) {
    let follows = expects == .operation
    switch bracket {
    case .round where definesFunction:
      push(Frame(enclosure: .parameters))
      expects = .newName
      return
    case .round where follows && index > 0 && list.tokens[index - 1].kind == .name:
      let name = list.text(list.tokens[index - 1].span)
      let isMethod = index > 1 && list.tokens[index - 2].kind == .dot
      let callee = (isMethod ? chain(endingBefore: index - 2) : []) + [name]
      push(Frame(enclosure: .call(isCommand: false), callee: callee.joined(separator: ".")))
    case .round: push(Frame(enclosure: .group))
    case .square: push(Frame(enclosure: .list))
    case .curly where follows:
      push(Frame(enclosure: .block))
      expects = .statement
      return
    case .curly: push(Frame(enclosure: .dictionary))
    }
    expects = .value
  }

  private mutating func push(_ frame: Frame) {
    frames.append(frame)
    if let bracket = frame.bracket { openBrackets[bracket, default: 0] += 1 }
  }

  /// Closes the innermost bracket of the kind; what was left open in it is closed too. A bracket that
  /// closes nothing is ignored.
  private mutating func close(_ bracket: Bracket) {
    expects = .operation
    guard openBrackets[bracket, default: 0] > 0 else { return }
    while let frame = frames.popLast() {
      guard let closed = frame.bracket else { continue }
      openBrackets[closed, default: 0] -= 1
      if closed == bracket {
        if frame.enclosure == .parameters { definesFunction = false }
        return
      }
    }
  }
}
