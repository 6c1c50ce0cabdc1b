// Reading brackets: what opens there, and what a closing one ends.

extension CompletionScan {
  mutating func open(_ bracket: Bracket, at index: Int) {
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

  mutating func push(_ frame: Frame) {
    frames.append(frame)
    if let bracket = frame.bracket { openBrackets[bracket, default: 0] += 1 }
  }

  /// Closes the innermost bracket of the kind; what was left open in it is closed too. A bracket that
  /// closes nothing is ignored.
  mutating func close(_ bracket: Bracket) {
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
