// The arguments of a call, checked against the command's parameters: what its body reads.
package import Language

/// Every parameter of a command with its value: given, or its default. Kinds and ranges are checked already.
package struct Arguments {
  package let command: Command
  /// The whole call in its source.
  package let callSpan: Span
  /// The object before the dot of a method call.
  package let receiver: Value?
  private var values: [String: Value]
  private let spans: [String: Span]
  private let written: [String: [String]]
  private let invoke: (Value, [Value]) throws -> Value
  /// What is to take the place of undefined names, and of which, by parameters, in the order of the call.
  private let standIns: [(parameter: String, name: String, standIn: StandIn)]

  /// - Parameters:
  ///   - values: a value for every parameter; `.none` for an absent one.
  ///   - spans: the places of those that were given.
  ///   - written: the source of each of them: several of a variadic parameter.
  ///   - standIns: what `makeStandIns` is to make; these parameters have no value before.
  ///   - invoke: calls a function of the user.
  init(
    command: Command, callSpan: Span, receiver: Value?, values: [String: Value], spans: [String: Span],
    written: [String: [String]], standIns: [(parameter: String, name: String, standIn: StandIn)],
    invoke: @escaping (Value, [Value]) throws -> Value
  ) {
    self.command = command
    self.callSpan = callSpan
    self.receiver = receiver
    self.values = values
    self.spans = spans
    self.written = written
    self.standIns = standIns
    self.invoke = invoke
  }

  /// Makes what takes the place of undefined names.
  mutating func makeStandIns(_ session: Session) throws {
    for (parameter, name, standIn) in standIns {
      values[parameter] = try standIn.value(name, self, session)
    }
  }

  /// The value of a parameter. Asking for one that the table does not have is a programmer's error.
  package func value(_ name: String) -> Value {
    guard let value = values[name] else {
      preconditionFailure("`\(command.name)` has no parameter `\(name)`")
    }
    return value
  }

  /// Whether the call gave the argument; an explicit `None` counts.
  package func isGiven(_ name: String) -> Bool {
    spans[name] != nil
  }

  /// Where the argument stands; the call where it was not given.
  package func span(of name: String) -> Span {
    spans[name] ?? callSpan
  }

  /// The source of what was given: a text for each value of a variadic parameter, in the order of `list`; none for a
  /// default.
  package func sources(of name: String) -> [String] {
    written[name] ?? []
  }

  /// Throws where an object among the arguments, or in a list of them, can no longer be used.
  func checkObjects() throws {
    for value in [receiver].compactMap({ $0 }) + values.values {
      switch value {
      case .object(let object): try object.checkUsable()
      case .list(let items):
        for case .object(let object) in items { try object.checkUsable() }
      case .none, .bool, .number, .text, .dictionary, .function: break
      }
    }
  }

  /// Calls the function that an argument of kind `function` is, with values in order.
  package func call(_ name: String, _ values: [Value]) throws -> Value {
    try invoke(value(name), values)
  }
}
