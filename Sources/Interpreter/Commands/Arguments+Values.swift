// Typed access to checked arguments; asking for what the table does not promise is a programmer's error.

extension Arguments {
  package func number(_ name: String) -> Double {
    expect(optionalNumber(name), name, "a number")
  }

  /// Nil where the parameter is absent.
  package func optionalNumber(_ name: String) -> Double? {
    switch value(name) {
    case .none: nil
    case .number(let number): number
    default: misuse(name, "a number")
    }
  }

  package func whole(_ name: String) -> Int {
    expect(optionalWhole(name), name, "a whole number")
  }

  /// Nil where the parameter is absent.
  package func optionalWhole(_ name: String) -> Int? {
    optionalNumber(name).map { whole($0, name) }
  }

  package func bool(_ name: String) -> Bool {
    expect(optionalBool(name), name, "a bool")
  }

  /// Nil where the parameter is absent.
  package func optionalBool(_ name: String) -> Bool? {
    switch value(name) {
    case .none: nil
    case .bool(let bool): bool
    default: misuse(name, "a bool")
    }
  }

  package func text(_ name: String) -> String {
    expect(optionalText(name), name, "a text")
  }

  /// Nil where the parameter is absent.
  package func optionalText(_ name: String) -> String? {
    switch value(name) {
    case .none: nil
    case .text(let text): text
    default: misuse(name, "a text")
    }
  }

  /// The chosen word.
  package func choice(_ name: String) -> String {
    text(name)
  }

  /// The items of a list; one value that is not a list is a list of one, an absent one is empty.
  package func list(_ name: String) -> [Value] {
    switch value(name) {
    case .none: []
    case .list(let items): items
    case let single: [single]
    }
  }

  /// A list of numbers; one number is a list of one, an absent one is empty.
  package func numbers(_ name: String) -> [Double] {
    list(name).map { item in
      guard case .number(let number) = item else { misuse(name, "numbers") }
      return number
    }
  }

  /// A list of whole numbers; one number is a list of one, an absent one is empty.
  package func wholes(_ name: String) -> [Int] {
    list(name).map { item in
      guard case .number(let number) = item else { misuse(name, "numbers") }
      return whole(number, name)
    }
  }

  /// A list of texts or choices; one text is a list of one, an absent one is empty.
  package func texts(_ name: String) -> [String] {
    list(name).map { item in
      guard case .text(let text) = item else { misuse(name, "texts") }
      return text
    }
  }

  /// The items of a dictionary in the order given; an absent one is empty.
  package func dictionary(_ name: String) -> [(key: String, value: Value)] {
    switch value(name) {
    case .none: []
    case .dictionary(let items): items
    default: misuse(name, "a dictionary")
    }
  }

  /// The object behind an argument of an object kind.
  ///
  /// Throws a `Failure` where the object is of another class, which happens where one kind has several.
  package func object<Object>(_ name: String, as type: Object.Type) throws -> Object {
    expect(try optionalObject(name, as: type), name, "an object")
  }

  /// Nil where the parameter is absent.
  package func optionalObject<Object>(_ name: String, as type: Object.Type) throws -> Object? {
    if case .none = value(name) { return nil }
    return try object(value(name), name, as: type)
  }

  /// The objects of a list or of a variadic parameter; one object is a list of one.
  package func objects<Object>(_ name: String, as type: Object.Type) throws -> [Object] {
    try list(name).map { try object($0, name, as: type) }
  }

  /// The object before the dot of a method call. Another class than the one that declares the method is a
  /// programmer's error.
  package func receiver<Object>(as type: Object.Type) -> Object {
    guard case .object(let object)? = receiver, let typed = object as? Object else {
      preconditionFailure("`\(command.name)` is no method of \(type)")
    }
    return typed
  }

  private func object<Object>(_ value: Value, _ name: String, as type: Object.Type) throws -> Object {
    guard case .object(let object) = value else { misuse(name, "an object") }
    guard let typed = object as? Object else {
      throw Failure(
        argument: name, "`\(command.name)` cannot use this \(object.kind.name) as `\(name)`",
        label: object.summary)
    }
    return typed
  }

  private func whole(_ number: Double, _ name: String) -> Int {
    guard let whole = Int(exactly: number) else { misuse(name, "a whole number") }
    return whole
  }

  private func expect<T>(_ value: T?, _ name: String, _ what: String) -> T {
    guard let value else { misuse(name, what) }
    return value
  }

  package func misuse(_ name: String, _ what: String) -> Never {
    preconditionFailure("the table does not promise that `\(name)` of `\(command.name)` is \(what)")
  }
}
