// Reading a token: statements, names, labels, imports.

extension CompletionScan {
  mutating func read(upTo end: Int) {
    for index in 0..<end { read(list.tokens[index], at: index) }
  }

  mutating func read(_ token: Token, at index: Int) {
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

  mutating func readComma(at index: Int) {
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
  mutating func beginArgument(_ frame: Int, _ token: Token, at index: Int) {
    frames[frame].first = index
    guard token.kind == .text else { return }
    if frames[frame].container == .list || frames[frame].container == .key {
      frames[frame].texts.append(literal(token))
    }
  }

  /// What a text says, escapes as written.
  func literal(_ token: Token) -> String {
    var text = list.text(token.span)[...]
    while let first = text.first, first.isLetter { text.removeFirst() }
    guard let quote = text.first else { return "" }
    return String(text.drop { $0 == quote }.reversed().drop { $0 == quote }.reversed())
  }

  /// The names of an argument that is `a.b` and no more; nil for any other.
  func names(from first: Int, to end: Int) -> [String]? {
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

  func isJuxtaposed(_ token: Token) -> Bool {
    token.kind == .name || token.kind == .number || token.kind == .text
  }

  mutating func endStatement(at index: Int) {
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

  mutating func commitNames() {
    assigned += pending
    pending = []
  }

  mutating func readName(_ token: Token, at index: Int) {
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

  mutating func readKeyword(_ word: Keyword, at index: Int) {
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

  mutating func readAssign(at index: Int) {
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
  mutating func readTargets(before index: Int) {
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
}
