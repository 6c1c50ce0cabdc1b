// What the names of a Python script stand for, as far as it can be told without running it.
import Analysis
import Fields
import Interpreter
import Language
import Text

/// Follows names to literals: constants, dictionaries, fields of classes, options of a command line. What may change on
/// the way is not followed, and the reason says why.
struct ScriptValues {
  let outline: PythonOutline
  private let bindings: [String: [PythonBinding]]
  private let callsByName: [String: [PythonCall]]

  init(_ outline: PythonOutline) {
    self.outline = outline
    bindings = Dictionary(grouping: outline.bindings, by: \.name)
    callsByName = Dictionary(grouping: outline.calls, by: \.name)
  }

  /// A value with the places that it was followed through.
  struct Reading {
    var value: StatedValue
    var origins: [Origin]

    /// Whether somebody may give another value.
    var isDefault: Bool { origins.contains { $0.changer != nil } }
  }

  struct Origin: Equatable {
    /// As a clause: "from line 3", "the default of `ScriptArguments.lora_r`, line 5".
    var text: String
    /// Who may give another value than this default.
    var changer: String?
  }

  /// Why something was not read, as a clause.
  struct Unread: Error {
    var reason: String

    init(_ reason: String) { self.reason = reason }
  }

  /// The value that stands in a place.
  ///
  /// - Parameter isStatement: whether the place is the right side of an assignment.
  func read(_ place: PythonPlace, isStatement: Bool = false, depth: Int = 0) throws(Unread) -> Reading {
    guard depth < 16 else { throw Unread("it leads through too many names") }
    if let call = outline.call(place) { return try read(call, depth) }
    guard let expression = outline.expression(place, isStatement: isStatement) else {
      throw Unread("it is computed, or of a form that is not read")
    }
    return try read(expression, place, depth)
  }

  /// A name's own value, where it has one alone.
  func binding(_ name: String, seenFrom place: PythonPlace) throws(Unread) -> PythonBinding {
    if outline.isBoundWithin(name, place) { throw Unread("`\(name)` takes several values in its line") }
    let block = outline.block(place)
    var scope = outline.scope(block)
    let own = bindings[name] ?? []
    while true {
      let here = own.filter { outline.scope($0.block) == scope }
      if let first = here.first {
        if here.count > 1 {
          let lines = here.map { String($0.line) }
          throw Unread(
            "`\(name)` is set at lines \(lines.dropLast().joined(separator: ", ")) and \(lines.last ?? "")")
        }
        if let call = changingCall(name) { throw Unread("`\(name)` is changed at line \(call.line)") }
        if !outline.contains(first.block, block), let word = outline.condition(first.block) {
          throw Unread("`\(name)` is set within `\(word)`, line \(first.line)")
        }
        return first
      }
      if scope == 0 { throw Unread("`\(name)` is not set in this file") }
      // The names of a class are not seen from its methods.
      repeat { scope = outline.scope(outline.blocks[scope].parent) } while scope != 0 && isType(scope)
    }
  }

  private func isType(_ block: Int) -> Bool {
    if case .type = outline.blocks[block].kind { true } else { false }
  }

  private static let changing = [
    "update", "setdefault", "pop", "popitem", "clear", "append", "extend", "insert", "remove", "sort",
    "reverse",
    "add", "discard",
  ]

  /// A call that changes what a name holds.
  private func changingCall(_ name: String) -> PythonCall? {
    for method in ScriptValues.changing {
      if let call = callsByName["\(name).\(method)"]?.first { return call }
    }
    return callsByName["setattr"]?.first { call in
      call.arguments.first.map { outline.name($0.place) == name } ?? false
    }
  }

  // MARK: - Expressions

  private func read(_ expression: Expression, _ place: PythonPlace, _ depth: Int) throws(Unread) -> Reading {
    guard depth < 64 else { throw Unread("it is computed") }
    func inner(_ expression: Expression) throws(Unread) -> Reading {
      try read(expression, place, depth + 1)
    }
    switch expression.kind {
    case .number(let number): return Reading(value: .number(number), origins: [])
    case .text(let text): return Reading(value: .text(text), origins: [])
    case .bool(let bool): return Reading(value: .bool(bool), origins: [])
    case .none: return Reading(value: .none, origins: [])
    case .group(let content): return try inner(content)
    case .name(let name): return try read(name: name, place, depth)
    case .list(let items):
      // An item that is not read leaves the others as they are.
      let readings = items.map { try? inner($0) }
      return Reading(
        value: .list(readings.map { $0?.value ?? .unknown }), origins: readings.flatMap { $0?.origins ?? [] })
    case .dictionary(let items):
      var entries: [StatedValue.Entry] = []
      var origins: [Origin] = []
      for item in items {
        let key = try inner(item.key)
        let value = try? inner(item.value)
        entries.append(StatedValue.Entry(key: key.value, value: value?.value ?? .unknown))
        origins += key.origins + (value?.origins ?? [])
      }
      return Reading(value: .dictionary(entries), origins: origins)
    case .unary(let sign, let operand):
      let reading = try inner(operand)
      switch (sign, reading.value) {
      case (.minus, .number(let number)): return Reading(value: .number(-number), origins: reading.origins)
      case (.plus, .number): return reading
      case (.not, .bool(let bool)): return Reading(value: .bool(!bool), origins: reading.origins)
      default: throw Unread("it is computed")
      }
    case .binary(let sign, let left, let right):
      let (a, b) = (try inner(left), try inner(right))
      let origins = a.origins + b.origins
      switch (a.value, b.value) {
      case (.number(let x), .number(let y)):
        if let result = StatedValue.folded(sign, x, y) {
          return Reading(value: .number(result), origins: origins)
        }
      case (.list(let x), .list(let y)) where sign == .add:
        return Reading(value: .list(x + y), origins: origins)
      case (.text(let x), .text(let y)) where sign == .add:
        return Reading(value: .text(x + y), origins: origins)
      default: break
      }
      throw Unread("it is computed")
    case .field(let owner, let name):
      guard let path = dotted(owner) else { throw Unread("it is computed") }
      return try read(field: name.text, of: path, place, depth)
    case .index(let owner, let index):
      let (container, key) = (try inner(owner), try inner(index))
      let origins = container.origins + key.origins
      switch (container.value, key.value) {
      case (.dictionary(let entries), .text):
        if let entry = entries.last(where: { $0.key == key.value }), entry.value != .unknown {
          return Reading(value: entry.value, origins: origins)
        }
      case (.list(let items), .number(let number)):
        if let index = Int(exactly: number), items.indices.contains(index), items[index] != .unknown {
          return Reading(value: items[index], origins: origins)
        }
      default: break
      }
      throw Unread("it is computed")
    case .call(let call):
      if case .name(let name) = call.callee.kind { throw Unread("it is what `\(name)` gives") }
      throw Unread("it is computed")
    case .comprehension, .slice: throw Unread("it is computed")
    }
  }

  private func dotted(_ expression: Expression) -> String? {
    switch expression.kind {
    case .name(let name): name
    case .field(let owner, let name): dotted(owner).map { "\($0).\(name.text)" }
    default: nil
    }
  }

  private func read(name: String, _ place: PythonPlace, _ depth: Int) throws(Unread) -> Reading {
    let binding = try binding(name, seenFrom: place)
    switch binding.kind {
    case .value(let value?):
      var reading = try read(value, isStatement: true, depth: depth + 1)
      if !reading.isDefault { reading.origins = [Origin(text: "from line \(binding.line)")] }
      return reading
    case .value(nil): throw Unread("`\(name)` has no value, line \(binding.line)")
    case .parameter(let standard):
      let function = functionName(binding.block)
      guard let standard else { throw Unread("`\(name)` is a parameter of `\(function)`") }
      var reading = try read(standard, depth: depth + 1)
      reading.origins = [
        Origin(
          text: "the default of `\(function)`, line \(binding.line)", changer: "a caller")
      ]
      return reading
    case .part, .returned: throw Unread("`\(name)` is computed, line \(binding.line)")
    case .function, .type: throw Unread("`\(name)` is no value")
    case .imported: throw Unread("`\(name)` is imported, line \(binding.line)")
    case .changed(let words): throw Unread("`\(name)` is set \(words), line \(binding.line)")
    }
  }

  private func functionName(_ block: Int) -> String {
    if case .function(let name) = outline.blocks[block].kind { name } else { "a function" }
  }

  // MARK: - Calls

  private func read(_ call: PythonCall, _ depth: Int) throws(Unread) -> Reading {
    let only = call.arguments.count == 1 && !call.hasUnpacking ? call.arguments[0].place : nil
    switch call.name {
    case "dict":
      guard call.arguments.allSatisfy({ $0.label != nil }) || only != nil else { break }
      var entries: [StatedValue.Entry] = []
      var origins: [Origin] = []
      for argument in call.arguments {
        guard let label = argument.label else { return try read(argument.place, depth: depth + 1) }
        let reading = try? read(argument.place, depth: depth + 1)
        entries.append(StatedValue.Entry(key: .text(label), value: reading?.value ?? .unknown))
        origins += reading?.origins ?? []
      }
      for place in call.unpacked {
        let reading = try read(unpacked: place, depth)
        guard case .dictionary(let more) = reading.value else { throw Unread("it is computed") }
        entries += more
        origins += reading.origins
      }
      return Reading(value: .dictionary(entries), origins: origins)
    case "int", "float":
      guard let only else { break }
      let reading = try read(only, depth: depth + 1)
      guard case .number(let number) = reading.value else { break }
      return Reading(
        value: .number(call.name == "int" ? number.rounded(.towardZero) : number), origins: reading.origins)
    case "list", "tuple", "set":
      guard let only, case let reading = try read(only, depth: depth + 1), case .list = reading.value else {
        break
      }
      return reading
    default: break
    }
    throw Unread("it is what `\(call.name)` gives")
  }

  /// What stands behind two stars.
  func read(unpacked place: PythonPlace, _ depth: Int = 0) throws(Unread) -> Reading {
    let text = outline.text(place)
    guard text.hasPrefix("**") else { throw Unread("a list is unpacked") }
    return try read(place.dropFirst(), depth: depth + 1)
  }

  // MARK: - Attributes

  private func read(
    field: String, of owner: String, _ place: PythonPlace, _ depth: Int
  ) throws(Unread) -> Reading {
    guard depth < 16 else { throw Unread("it leads through too many names") }
    if let set = bindings["\(owner).\(field)"]?.first {
      throw Unread("`\(owner).\(field)` is set at line \(set.line)")
    }
    guard !owner.contains(".") else { throw Unread("`\(owner)` is an attribute of its own") }
    let binding = try binding(owner, seenFrom: place)
    switch binding.kind {
    case .type: return try standard(field, of: owner, changer: nil, depth)
    case .value(let value?): return try read(field: field, of: owner, value, number: nil, depth)
    case .part(let value, let number):
      return try read(field: field, of: owner, value, number: number, depth)
    case .parameter: throw Unread("`\(owner)` is a parameter of `\(functionName(binding.block))`")
    case .imported: throw Unread("`\(owner)` is imported, line \(binding.line)")
    case .value(nil), .returned, .function: throw Unread("`\(owner)` is computed, line \(binding.line)")
    case .changed(let words): throw Unread("`\(owner)` is set \(words), line \(binding.line)")
    }
  }

  /// A field of what stands in a place: an object with defaults, or a parsed command line.
  ///
  /// - Parameter number: which of several values it is, where the place gives several.
  private func read(
    field: String, of owner: String, _ place: PythonPlace, number: Int?, _ depth: Int
  ) throws(Unread) -> Reading {
    guard depth < 16, let (call, index) = outline.callWithIndex(place) else {
      // Another name for the same thing.
      if number == nil, let name = outline.name(place), !name.contains(".") {
        return try read(field: field, of: name, place, depth + 1)
      }
      throw Unread("`\(owner)` is computed, line \(outline.line(place))")
    }
    switch call.lastName {
    case "parse_args", "parse_known_args":
      guard number ?? 0 == 0 else { break }
      if let reading = try option(field, depth) { return reading }
      let classes = parsedClasses(call)
      guard classes.count == 1 else { throw Unread("no `add_argument` makes it here") }
      return try standard(field, of: classes[0], changer: "a command line", depth)
    case "parse_args_into_dataclasses", "parse_args_and_config":
      let classes = parsedClasses(call)
      guard let which = number ?? index ?? (classes.count == 1 ? 0 : nil), classes.indices.contains(which)
      else {
        break
      }
      return try standard(field, of: classes[which], changer: "a command line", depth)
    case "cli":
      guard let first = call.arguments.first, let name = outline.name(first.place) else { break }
      return try standard(field, of: name, changer: "a command line", depth)
    case "SimpleNamespace", "Namespace":
      if let argument = call.arguments.first(where: { $0.label == field }) {
        return try located(argument, depth)
      }
    case let name where typeBlock(name) != nil:
      if let argument = call.arguments.first(where: { $0.label == field }) {
        return try located(argument, depth)
      }
      guard call.arguments.allSatisfy({ $0.label != nil }), !call.hasUnpacking else { break }
      return try standard(field, of: name, changer: nil, depth)
    case let name where call.name == name:
      // A function of this file with one `return`.
      let returned = outline.bindings.filter { binding in
        binding.name == "return" && functionName(outline.scope(binding.block)) == name
      }
      if returned.count == 1, number == nil, case .returned(let value) = returned[0].kind {
        return try read(field: field, of: owner, value, number: nil, depth + 1)
      }
    default: break
    }
    throw Unread("`\(owner)` is what `\(call.name)` gives, line \(call.line)")
  }

  /// An argument's value, with its line.
  private func located(_ argument: PythonCall.Argument, _ depth: Int) throws(Unread) -> Reading {
    var reading = try read(argument.place, depth: depth + 1)
    if !reading.isDefault { reading.origins = [Origin(text: "from line \(outline.line(argument.place))")] }
    return reading
  }

  // MARK: - Defaults

  /// The classes that a parser of the transformers or TRL kind is made of, in order.
  func parsedClasses(_ call: PythonCall) -> [String] {
    let owner = call.name.split(separator: ".").dropLast().joined(separator: ".")
    let makers = outline.calls.filter { ["HfArgumentParser", "TrlParser"].contains($0.lastName) }
    var maker = makers.count == 1 ? makers.first : nil
    if let binding = try? binding(owner, seenFrom: call.place), case .value(let value?) = binding.kind {
      maker = outline.call(value)
    }
    guard let first = maker?.arguments.first else { return [] }
    return outline.names(first.place)
  }

  private func typeBlock(_ name: String) -> Int? {
    let blocks = outline.blocks.indices.filter { index in
      if case .type(name, _) = outline.blocks[index].kind { true } else { false }
    }
    return blocks.count == 1 ? blocks[0] : nil
  }

  /// The default of a class's field.
  private func standard(
    _ field: String, of type: String, changer: String?, _ depth: Int
  ) throws(Unread) -> Reading {
    guard depth < 16 else { throw Unread("it leads through too many names") }
    guard let block = typeBlock(type), case .type(_, let bases) = outline.blocks[block].kind else {
      throw Unread("`\(type)` is not in this file")
    }
    let own = (bindings[field] ?? []).filter { $0.block == block }
    if own.isEmpty, let base = bases.first(where: { typeBlock($0) != nil }) {
      return try standard(field, of: base, changer: changer, depth + 1)
    }
    guard own.count == 1, case .value(let value?) = own[0].kind else {
      throw Unread("`\(type).\(field)` has no default here")
    }
    var place = value
    if let call = outline.call(value), ["field", "Field"].contains(call.lastName) {
      guard let argument = call.arguments.first(where: { $0.label == "default" || $0.label == nil }) else {
        throw Unread("`\(type).\(field)` has no default that is a value")
      }
      place = argument.place
    }
    var reading = try read(place, isStatement: place == value, depth: depth + 1)
    let line = own[0].line
    reading.origins = [
      changer == nil
        ? Origin(text: "from line \(line)")
        : Origin(text: "the default of `\(type).\(field)`, line \(line)", changer: changer)
    ]
    return reading
  }

  /// The default of `--lora_r` in argparse; nil where no call declares it.
  private func option(_ field: String, _ depth: Int) throws(Unread) -> Reading? {
    let options = outline.calls.filter { call in
      call.lastName == "add_argument" && destination(call) == field
    }
    guard let call = options.first else { return nil }
    guard options.count == 1 else { throw Unread("`--\(field)` is declared \(options.count) times") }
    if let set = outline.calls.first(where: { $0.lastName == "set_defaults" && $0.value(field) != nil }) {
      throw Unread("its default is set at line \(set.line)")
    }
    let origin = Origin(text: "the default of `--\(field)`, line \(call.line)", changer: "a command line")
    if let standard = call.arguments.first(where: { $0.label == "default" }) {
      let reading = try read(standard.place, depth: depth + 1)
      if case .text = reading.value, let kind = call.value("type"), kind != .name("str") {
        throw Unread("the default of `--\(field)` is a text that is converted")
      }
      return Reading(value: reading.value, origins: [origin])
    }
    switch call.value("action") {
    case .text("store_true"): return Reading(value: .bool(false), origins: [origin])
    case .text("store_false"): return Reading(value: .bool(true), origins: [origin])
    default: throw Unread("`--\(field)` has no default, line \(call.line)")
    }
  }

  /// The name that `add_argument` gives its value: `dest`, or the first long option.
  private func destination(_ call: PythonCall) -> String? {
    if case .text(let name) = call.value("dest") { return name }
    for argument in call.arguments where argument.label == nil {
      if case .text(let text) = argument.value, text.hasPrefix("--") {
        return String(text.dropFirst(2)).replacing("-", with: "_")
      }
    }
    return nil
  }
}

extension PythonCall {
  /// The last value with a label.
  func value(_ label: String) -> StatedValue? { arguments.last { $0.label == label }?.value }
}

extension StatedValue {
  /// Whether all of it is known.
  var isWhole: Bool {
    switch self {
    case .number, .text, .bool, .none: true
    case .list(let items): items.allSatisfy(\.isWhole)
    case .dictionary(let entries): entries.allSatisfy { $0.key.isWhole && $0.value.isWhole }
    case .name, .unknown: false
    }
  }

  /// As Python writes it, at most about 60 characters.
  var text: String {
    let text: String
    switch self {
    case .number(let number): text = NumberFormat.text(number)
    case .text(let content): text = pythonQuoted(content)
    case .bool(let bool): text = bool ? "True" : "False"
    case .none: text = "None"
    case .list(let items): text = "[\(items.map(\.text).joined(separator: ", "))]"
    case .dictionary(let entries):
      text = "{\(entries.map { "\($0.key.text): \($0.value.text)" }.joined(separator: ", "))}"
    case .name(let name): text = name
    case .unknown: text = "…"
    }
    return text.count <= 60 ? text : "\(text.prefix(59))…"
  }
}
