// Names and their values: those of the session, and those of the functions being called.

/// Names in the order in which they were first assigned.
package struct OrderedNames {
  package private(set) var names: [String] = []
  private var values: [String: Value] = [:]

  package init() {}

  /// Nil where there is no such name. Setting keeps a known name's place; setting nil forgets the name.
  package subscript(name: String) -> Value? {
    get { values[name] }
    set {
      if let newValue {
        if values.updateValue(newValue, forKey: name) == nil { names.append(name) }
      } else if values.removeValue(forKey: name) != nil {
        names.removeAll { $0 == name }
      }
    }
  }
}

/// What names mean at a place: a function sees its own names and the session's, and assigns its own.
package struct Scope {
  /// The names of the session, with `_` and `_error` once there are any.
  package var globals = OrderedNames()
  /// The innermost last.
  private var frames: [Frame] = []

  /// The names of a function being called, or the variable of a comprehension, which sees what is around it.
  private struct Frame {
    var names: OrderedNames
    var seesOuter: Bool
  }

  package init() {}

  /// The names that the user gave, in the order of first assignment; not `_` and `_error`.
  package var userNames: [String] {
    globals.names.filter { $0 != "_" && $0 != "_error" }
  }

  /// All names that can be seen, the innermost first.
  package var visibleNames: [String] {
    var names: [String] = []
    for frame in visibleFrames { names += frame.names.names.filter { !names.contains($0) } }
    return names + globals.names.filter { !names.contains($0) }
  }

  /// What a name means here; nil where it means nothing.
  package func value(_ name: String) -> Value? {
    for frame in frames.reversed() {
      if let value = frame.names[name] { return value }
      if !frame.seesOuter { break }
    }
    return globals[name]
  }

  /// Assigns in the innermost function, else in the session. Nil forgets the name.
  package mutating func assign(_ name: String, _ value: Value?) {
    if frames.isEmpty {
      globals[name] = value
    } else {
      frames[frames.count - 1].names[name] = value
    }
  }

  /// The frames from the innermost to that of the function that is being called.
  private var visibleFrames: [Frame] {
    var visible: [Frame] = []
    for frame in frames.reversed() {
      visible.append(frame)
      if !frame.seesOuter { break }
    }
    return visible
  }

  // MARK: - Calls and comprehensions

  /// Begins the names of a function.
  mutating func enterFunction(_ names: OrderedNames) {
    frames.append(Frame(names: names, seesOuter: false))
  }

  /// Begins a comprehension, whose variable hides others of its name but reaches no function called in it.
  mutating func enterComprehension() {
    frames.append(Frame(names: OrderedNames(), seesOuter: true))
  }

  /// Ends the function or comprehension that was begun last.
  mutating func leave() {
    frames.removeLast()
  }

  /// Whether the innermost function has the name itself.
  func hasOwn(_ name: String) -> Bool {
    frames.last?.names[name] != nil
  }
}
