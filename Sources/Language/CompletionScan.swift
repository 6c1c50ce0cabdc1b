// The reading of tokens up to the cursor for a completion: which brackets and calls are open there.

struct CompletionScan {
  private enum Enclosure: Equatable {
    case block, list, index, dictionary, group, parameters
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
    /// The tokens of the current argument or item, its label or key not counted.
    var length = 0
    /// Where the current argument's value begins, as an index of a token.
    var first = 0
    /// The arguments so far that are names.
    var names: [[String]] = []
    /// The texts that are items or keys so far.
    var texts: [String] = []
    /// Behind the colon of a dictionary's item.
    var isEntry = false

    /// The bracket that opened it; nil for the command form.
    var bracket: Bracket? {
      switch enclosure {
      case .block, .dictionary: .curly
      case .list, .index: .square
      case .group, .parameters, .call(isCommand: false): .round
      case .call(isCommand: true): nil
      }
    }

    var isCall: Bool { enclosure == .call(isCommand: true) || enclosure == .call(isCommand: false) }

    /// What the bracket is in an argument; nil for brackets that hold no items.
    var container: ArgumentPlace.Container? {
      switch enclosure {
      case .list: .list
      case .dictionary: isEntry ? .entry : .key
      default: nil
      }
    }

    mutating func endArgument() {
      if label == nil && length > 0 { positional += 1 }
      label = nil
      length = 0
      isEntry = false
    }
  }

  private enum Expectation { case statement, value, newName, operation, module, importedName }

  private let list: TokenList
  private let commands: Set<String>
  private var frames: [Frame] = []
  private var openBrackets: [Bracket: Int] = [:]
  private var expects = Expectation.statement
  /// Behind `def`, up to the end of its parameters.
  private var definesFunction = false
  /// `from` or `import`, in a statement that begins with one, and where it stands.
  private var importHead: (word: Keyword, index: Int)?
  /// The library, behind `from peft import`.
  private var importedModule: String?
  /// The names that the current statement gives a value, and those of all before it.
  private var pending: [CompletionContext.AssignedName] = []
  private var assigned: [CompletionContext.AssignedName] = []

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

  var calls: [CompletionContext.OpenCall] {
    frames.filter(\.isCall).map { CompletionContext.OpenCall(callee: $0.callee, names: $0.names) }
  }

  var assignedNames: [CompletionContext.AssignedName] {
    var seen: Set<String> = []
    return assigned.reversed().filter { seen.insert($0.name).inserted }
  }

  private func wordPosition(before index: Int) -> CompletionContext.Position {
    if index > 0, list.tokens[index - 1].kind == .dot { return .field(chain(endingBefore: index - 1)) }
    switch expects {
    case .statement: return .statement
    case .newName: return .none
    case .module: return .module
    case .importedName: return .importedName(module: importedModule ?? "")
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
    if frame.container != nil, frame.length == 0, let place = place(at: index, throughGroups: false) {
      return .item(place)
    }
    return expects == .value ? .expression : .none
  }

  private func textPosition(at index: Int) -> CompletionContext.Position {
    .string(place(at: index, throughGroups: true))
  }

  /// The argument that a token belongs to, with the lists and dictionaries between; nil outside of calls, and
  /// within other brackets.
  private func place(at index: Int, throughGroups: Bool) -> ArgumentPlace? {
    var containers: [ArgumentPlace.Container] = []
    for frame in frames.reversed() {
      if frame.isCall {
        let isSecond = followsBareName(frame, at: index)
        let innermost = frames.last { $0.enclosure != .group }
        return ArgumentPlace(
          command: frame.callee, label: frame.label, positional: isSecond ? 1 : frame.positional,
          containers: containers.reversed(),
          siblings: containers.isEmpty || containers[0] == .entry ? [] : innermost?.texts ?? [])
      }
      if let container = frame.container {
        containers.append(container)
      } else if frame.enclosure != .group || !throughGroups {
        return nil
      }
    }
    return nil
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
    if token.kind == .comma { return readComma(at: index) }
    if case .close(let bracket) = token.kind { return close(bracket) }
    if let last = frames.indices.last {
      if followsBareName(frames[last], at: index), isJuxtaposed(token) { frames[last].endArgument() }
      if frames[last].length == 0 { beginArgument(last, token, at: index) }
      frames[last].length += 1
    }
    switch token.kind {
    case .open(let bracket): open(bracket, at: index)
    case .name: readName(token, at: index)
    case .keyword(let word): readKeyword(word, at: index)
    case .assign: readAssign(at: index)
    case .colon:
      if let last = frames.indices.last, frames[last].enclosure == .dictionary {
        frames[last].isEntry = true
        frames[last].length = 0
      }
      expects = .value
    case .binary, .foreign: expects = .value
    case .dot: break
    default: expects = .operation
    }
  }

  private mutating func readComma(at index: Int) {
    if let last = frames.indices.last {
      let frame = frames[last]
      if frame.isCall, frame.length > 0, let names = names(from: frame.first, to: index) {
        frames[last].names.append(names)
      }
      frames[last].endArgument()
    }
    if importHead != nil {
      expects = importedModule == nil ? .module : .importedName
    } else {
      expects = frames.last?.enclosure == .parameters ? .newName : .value
    }
  }

  /// The first token of an argument or item of a frame.
  private mutating func beginArgument(_ frame: Int, _ token: Token, at index: Int) {
    frames[frame].first = index
    guard token.kind == .text else { return }
    if frames[frame].container == .list || frames[frame].container == .key {
      frames[frame].texts.append(literal(token))
    }
  }

  /// What a text says, escapes as written.
  private func literal(_ token: Token) -> String {
    var text = list.text(token.span)[...]
    while let first = text.first, first.isLetter { text.removeFirst() }
    guard let quote = text.first else { return "" }
    return String(text.drop { $0 == quote }.reversed().drop { $0 == quote }.reversed())
  }

  /// The names of an argument that is `a.b` and no more; nil for any other.
  private func names(from first: Int, to end: Int) -> [String]? {
    var names: [String] = []
    for (place, token) in list.tokens[first..<end].filter({ $0.kind != .newline }).enumerated() {
      if place.isMultiple(of: 2) {
        guard token.kind == .name else { return nil }
        names.append(list.text(token.span))
      } else if token.kind != .dot {
        return nil
      }
    }
    return names.isEmpty ? nil : names
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
    importHead = nil
    importedModule = nil
    commitNames()
  }

  private mutating func commitNames() {
    assigned += pending
    pending = []
  }

  private mutating func readName(_ token: Token, at index: Int) {
    if expects == .newName, frames.last.map({ $0.enclosure == .block || $0.enclosure == .parameters }) ?? true
    {
      pending.append(CompletionContext.AssignedName(name: list.text(token.span), callee: nil))
    }
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

  private mutating func readKeyword(_ word: Keyword, at index: Int) {
    switch word {
    case .from:
      importHead = (word, index)
      expects = .module
    case .import:
      if let head = importHead, head.word == .from {
        importedModule = list.tokens[(head.index + 1)..<index].map { list.text($0.span) }.joined()
        expects = .importedName
      } else {
        importHead = (word, index)
        expects = .module
      }
    case .for, .as, .def: expects = .newName
    case .and, .or, .not, .in, .if, .elif, .return, .is, .lambda, .while, .with: expects = .value
    default: expects = .operation
    }
    if word == .def { definesFunction = true }
  }

  private mutating func readAssign(at index: Int) {
    expects = .value
    guard index > 0, list.tokens[index - 1].kind == .name else { return }
    guard let last = frames.indices.last, frames[last].enclosure != .block else {
      return readTargets(before: index)
    }
    // The name and this mark are the argument so far: they are its label.
    if frames[last].isCall, frames[last].length == 2, frames[last].label == nil {
      let label = list.text(list.tokens[index - 1].span)
      frames[last].label = label
      frames[last].labels.append(label)
      frames[last].length = 0
    }
  }

  /// The names before the `=` of an assignment, and what is called behind it.
  private mutating func readTargets(before index: Int) {
    var targets = [list.text(list.tokens[index - 1].span)]
    var place = index - 2
    while place > 0, list.tokens[place].kind == .comma, list.tokens[place - 1].kind == .name {
      targets.append(list.text(list.tokens[place - 1].span))
      place -= 2
    }
    var end = index + 1
    while end < list.tokens.count, list.tokens[end].kind == .name || list.tokens[end].kind == .dot {
      end += 1
    }
    var callee: String?
    if targets.count == 1, end < list.tokens.count, list.tokens[end].kind == .open(.round) {
      callee = names(from: index + 1, to: end)?.joined(separator: ".")
    }
    pending += targets.reversed().map { CompletionContext.AssignedName(name: $0, callee: callee) }
  }

  // MARK: - Brackets

  private mutating func open(_ bracket: Bracket, at index: Int) {
    let follows = expects == .operation
    switch bracket {
    case .round where definesFunction:
      push(Frame(enclosure: .parameters))
      expects = .newName
      return
    case .round where expects == .importedName:
      push(Frame(enclosure: .group))
      return
    case .round where follows && index > 0 && list.tokens[index - 1].kind == .name:
      let name = list.text(list.tokens[index - 1].span)
      let isMethod = index > 1 && list.tokens[index - 2].kind == .dot
      let callee = (isMethod ? chain(endingBefore: index - 2) : []) + [name]
      push(Frame(enclosure: .call(isCommand: false), callee: callee.joined(separator: ".")))
    case .round: push(Frame(enclosure: .group))
    case .square: push(Frame(enclosure: follows ? .index : .list))
    case .curly where follows:
      push(Frame(enclosure: .block))
      expects = .statement
      commitNames()
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
