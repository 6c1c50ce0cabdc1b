// What stands at the cursor, once all tokens before it are read.

extension CompletionScan {
  var calls: [CompletionContext.OpenCall] {
    frames.filter(\.isCall).map { CompletionContext.OpenCall(callee: $0.callee, names: $0.names) }
  }

  var assignedNames: [CompletionContext.AssignedName] {
    var seen: Set<String> = []
    return assigned.reversed().filter { seen.insert($0.name).inserted }
  }

  func wordPosition(before index: Int) -> CompletionContext.Position {
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

  func textPosition(at index: Int) -> CompletionContext.Position {
    .string(place(at: index, throughGroups: true))
  }

  /// The argument that a token belongs to, with the lists and dictionaries between; nil outside of calls, and
  /// within other brackets.
  func place(at index: Int, throughGroups: Bool) -> ArgumentPlace? {
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
  func followsBareName(_ frame: Frame, at index: Int) -> Bool {
    frame.enclosure == .call(isCommand: true) && frame.positional == 0 && frame.labels.isEmpty
      && frame.length == 1 && list.tokens[index - 1].kind == .name
  }

  /// The names of `a.b` before the dot at an index.
  func chain(endingBefore dot: Int) -> [String] {
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
}
