// Items, slices, fields, comprehensions: what is taken out of values.
import Language
import Text

extension Evaluator {
  @inline(never)
  func item(of ownerExpression: Expression, at indexExpression: Expression) throws -> Value {
    let owner = try evaluate(ownerExpression).unfolded
    let index = try evaluate(indexExpression)
    switch owner {
    case .list(let items): return items[try position(index, items.count, indexExpression.span)]
    case .text(let text):
      let characters = try characters(of: text)
      return .text(String(characters[try position(index, characters.count, indexExpression.span)]))
    case .dictionary(let items):
      guard case .text(let key) = index else {
        throw ItemProblem.keyKind(index).diagnostic(at: indexExpression.span)
      }
      if let item = items.first(where: { $0.key == key }) { return item.value }
      let keys = items.map(\.key)
      throw ItemProblem.unknownKey(key, near: Suggestion.closest(to: key, among: keys), keys: keys)
        .diagnostic(at: indexExpression.span)
    default: throw ItemProblem.notIndexable(owner).diagnostic(at: ownerExpression.span)
    }
  }

  /// The characters of a text. Stops where the user asked to, also within a long one.
  @inline(never)
  private func characters(of text: String) throws -> [Character] {
    var characters: [Character] = []
    characters.reserveCapacity(text.utf8.count)
    for character in text {
      if characters.count & 0xFFFF == 0xFFFF { try poll() }
      characters.append(character)
    }
    return characters
  }

  /// The place that an index means: negative ones count from the end.
  @inline(never)
  private func position(_ index: Value, _ count: Int, _ span: Span) throws -> Int {
    guard case .number(let number) = index, let whole = Int(exactly: number) else {
      throw ItemProblem.indexKind(index).diagnostic(at: span)
    }
    let position = whole < 0 ? whole + count : whole
    guard position >= 0, position < count else {
      throw ItemProblem.indexOutOfRange(whole, count: count).diagnostic(at: span)
    }
    return position
  }

  @inline(never)
  func slice(
    _ ownerExpression: Expression, _ from: Expression?, _ to: Expression?, _ step: Expression?
  ) throws -> Value {
    let owner = try evaluate(ownerExpression).unfolded
    let bounds = try (bound(from), bound(to), bound(step))
    if let step, bounds.2 == 0 { throw ItemProblem.sliceStepIsZero.diagnostic(at: step.span) }
    switch owner {
    case .list(let items): return .list(cut(items, bounds.0, bounds.1, bounds.2 ?? 1))
    case .text(let text):
      return .text(String(cut(try characters(of: text), bounds.0, bounds.1, bounds.2 ?? 1)))
    default: throw ItemProblem.notSliceable(owner).diagnostic(at: ownerExpression.span)
    }
  }

  private func bound(_ expression: Expression?) throws -> Int? {
    guard let expression else { return nil }
    let value = try evaluate(expression)
    if case .none = value { return nil }
    guard case .number(let number) = value, let whole = Int(exactly: number) else {
      throw ItemProblem.sliceBound(value).diagnostic(at: expression.span)
    }
    return whole
  }

  /// Python's rule: bounds beyond the ends mean the ends; a negative step goes backwards.
  private func cut<Item>(_ items: [Item], _ from: Int?, _ to: Int?, _ step: Int) -> [Item] {
    let count = items.count
    let range = step > 0 ? (0, count) : (-1, count - 1)
    func clamped(_ bound: Int) -> Int {
      min(max(bound < 0 ? bound + count : bound, range.0), range.1)
    }
    let start = from.map(clamped) ?? (step > 0 ? 0 : count - 1)
    let end = to.map(clamped) ?? (step > 0 ? count : -1)
    let stride = min(max(step, -count - 1), count + 1)
    return Swift.stride(from: start, to: end, by: stride).map { items[$0] }
  }

  @inline(never)
  func field(_ name: Name, of ownerExpression: Expression) throws -> Value {
    if let command = member(name.text, of: ownerExpression) {
      if let constant = command.constant { return .text(constant) }
      throw NameProblem.commandAsValue(command.name).diagnostic(at: ownerExpression.span.joined(name.span))
    }
    if !isOwner(ownerExpression), let problem = moduleMember(name, of: ownerExpression, "") {
      throw problem.diagnostic(at: ownerExpression.span.joined(name.span))
    }
    let owner = try evaluate(ownerExpression)
    if case .dictionary = owner {
      throw ItemProblem.fieldOfDictionary(
        name.text, write: "\(text(ownerExpression.span))[\(pythonQuoted(name.text))]"
      ).diagnostic(at: name.span)
    }
    guard case .object(let object) = owner else {
      if let problem = functionAsMember(name.text, owner, ownerExpression, nil, name.span) {
        throw problem.diagnostic(at: name.span)
      }
      throw ItemProblem.unknownField(name.text, of: owner, near: nil, fields: []).diagnostic(at: name.span)
    }
    if let value = try fieldValue(name, of: object) { return value }
    if let provider = object as? any MethodProvider, provider.method(name.text) != nil {
      throw ItemProblem.methodNotCalled(name.text, of: owner).diagnostic(at: name.span)
    }
    let fields = object.fields.map(\.name)
    let near =
      session.table.synonym(of: name.text, among: fields)
      ?? Suggestion.closest(to: name.text, among: fields)
    throw ItemProblem.unknownField(name.text, of: owner, near: near, fields: fields).diagnostic(at: name.span)
  }

  /// Whether a name is the first part of dotted commands.
  private func isOwner(_ expression: Expression) -> Bool {
    if case .name(let name) = expression.kind { !session.table.members(of: name).isEmpty } else { false }
  }

  /// Nil where the object has no such field.
  func fieldValue(_ name: Name, of object: any LabObject) throws -> Value? {
    do {
      let value = try object.field(name.text, in: session)
      try session.checkFaults()
      return value
    } catch {
      throw diagnostic(of: error, pinned: { _ in nil }, else: name.span)
    }
  }

  /// What `for` goes through: the items of a list, the keys of a dictionary, the characters of a text.
  @inline(never)
  func items(of expression: Expression) throws -> [Value] {
    let value = try evaluate(expression).unfolded
    switch value {
    case .list(let items): return items
    case .dictionary(let items): return items.map { .text($0.key) }
    case .text(let text): return try characters(of: text).map { .text(String($0)) }
    default:
      var fix = ""
      if case .number = value { fix = "range(\(text(expression.span)))" }
      throw ItemProblem.notIterable(value, fix: fix).diagnostic(at: expression.span)
    }
  }

  /// Where a command was interrupted and returned what it had, the list ends with that.
  @inline(never)
  func comprehension(
    _ element: Expression, _ variables: [Name], _ list: Expression, _ condition: Expression?, _ span: Span
  ) throws -> Value {
    let items = try items(of: list)
    session.scope.enterComprehension()
    defer { session.scope.leave() }
    var result: [Value] = []
    for item in items {
      try poll()
      try assign(item, to: variables, at: list.span)
      if let condition, try !evaluate(condition).isTrue { continue }
      result.append(try evaluate(element))
      if session.wasInterrupted { break }
    }
    return try limited(.list(result), span)
  }
}
