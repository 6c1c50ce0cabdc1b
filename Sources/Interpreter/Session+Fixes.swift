// Whether what an error offers to type means something in the session: nothing is offered that cannot run.
import Fields
import Language

extension Session {
  /// The diagnostic without its fix, where that uses a name that means nothing here.
  func withKnownNames(_ diagnostic: Diagnostic, in source: Source) -> Diagnostic {
    guard !diagnostic.fix.isEmpty, !isMeaningful(diagnostic.fix, in: source.text) else { return diagnostic }
    var diagnostic = diagnostic
    diagnostic.fix = ""
    return diagnostic
  }

  /// Whether each name in a text of the language is one of the session, of the table, or one that the text or the
  /// cell gives a value; each function one that can be called, each method one that the object has. A text that
  /// stands for a part of a statement is read as that.
  private func isMeaningful(_ fix: String, in cell: String) -> Bool {
    let forms = [fix, "f(\(fix))", "if True { } \(fix)"]
    let names = assignedNames(in: cell)
    return forms.contains { form in
      guard let statements = try? Parser.statements(form, commands: table.names) else { return false }
      var reader = NameReader(session: self)
      reader.known.formUnion(names)
      if form != fix { reader.known.insert("f") }
      reader.read(statements)
      return reader.isMeaningful
    }
  }

  /// The words of a cell that are given a value in it: behind `for`, `def` and `as`, before `=`, as parameters.
  private func assignedNames(in cell: String) -> Set<String> {
    var names: Set<String> = []
    var words: [Substring] = []
    var isHead = false
    let isWord = { (character: Character) in character.isLetter || character.isNumber || character == "_" }
    for part in cell.split(omittingEmptySubsequences: true, whereSeparator: { $0 == " " || $0 == "\n" }) {
      let pieces = part.split { !isWord($0) }
      if isHead { names.formUnion(pieces.map(String.init)) }
      if let equals = part.firstIndex(of: "=") {
        let before = part[..<equals]
        if before.allSatisfy({ isWord($0) || $0 == "," }) {
          names.formUnion((before.isEmpty ? words : before.split(separator: ",")).map(String.init))
        }
      }
      switch part {
      case "for", "def", "as", "lambda", "import": isHead = true
      case "in": isHead = false
      default: if part.contains(":") || part.contains("{") || part.hasSuffix(")") { isHead = false }
      }
      // `a, b =`, and no item of anything.
      let isName = part.allSatisfy { isWord($0) || $0 == "," }
      words = !isName ? [] : part.hasSuffix(",") ? words + pieces : (words.isEmpty ? [] : words) + pieces
    }
    return names
  }
}

/// Walks over a program and finds whether its names mean something.
private struct NameReader {
  let session: Session
  var known: Set<String> = ["_", "_error", "nan", "inf"]
  private(set) var isMeaningful = true

  init(session: Session) {
    self.session = session
    known.formUnion(session.scope.visibleNames)
  }

  mutating func read(_ statements: [Statement]) {
    for statement in statements { read(statement) }
  }

  private mutating func read(_ statement: Statement) {
    switch statement.kind {
    case .assignment(let names, let value):
      read(value)
      known.formUnion(names.map(\.text))
    case .expression(let value): read(value)
    case .forLoop(let variables, let list, let body):
      read(list)
      known.formUnion(variables.map(\.text))
      read(body)
    case .conditional(let branches, let otherwise):
      for branch in branches {
        read(branch.condition)
        read(branch.body)
      }
      read(otherwise ?? [])
    case .function(let function):
      let outer = known
      known.formUnion(function.parameters.map(\.name.text))
      known.insert(function.name.text)
      for parameter in function.parameters { parameter.defaultValue.map { read($0) } }
      read(function.body)
      known = outer.union([function.name.text])
    case .result(let value): value.map { read($0) }
    case .timed(let inner): read(inner)
    case .importNames(let module, let names):
      if Imports.problem(module: module, names: names, table: session.table) != nil { isMeaningful = false }
    }
  }

  private mutating func read(_ expression: Expression) {
    switch expression.kind {
    case .number, .text, .bool, .none: break
    case .name(let name): if !isKnown(name) { isMeaningful = false }
    case .group(let inner), .unary(_, let inner): read(inner)
    case .field(let owner, let name):
      if !isMember(name.text, of: owner) { read(owner) }
    case .list(let items): items.forEach { read($0) }
    case .dictionary(let items):
      for item in items {
        read(item.key)
        read(item.value)
      }
    case .comprehension(let element, let variables, let list, let condition):
      read(list)
      let outer = known
      known.formUnion(variables.map(\.text))
      read(element)
      condition.map { read($0) }
      known = outer
    case .binary(_, let left, let right), .index(let left, let right):
      read(left)
      read(right)
    case .slice(let owner, let from, let to, let step):
      read(owner)
      for part in [from, to, step] { part.map { read($0) } }
    case .call(let call): read(call)
    }
  }

  private mutating func read(_ call: Call) {
    var command: Command?
    switch call.callee.kind {
    case .name(let name):
      command = session.table.named(name)
      switch session.scope.value(name) {
      case .function?: break
      case .some: isMeaningful = false
      case nil: if command == nil, !known.contains(name) { isMeaningful = false }
      }
    case .field(let owner, let name):
      if isMember(name.text, of: owner) { break }
      read(owner)
      guard case .name(let variable) = owner.kind, let value = session.scope.value(variable) else { break }
      guard case .object(let object) = value, let methods = object as? any MethodProvider,
        let method = methods.method(name.text)
      else {
        isMeaningful = false
        break
      }
      command = method
    default: read(call.callee)
    }
    if let command {
      readArguments(call, of: command)
    } else if case .name(let name) = call.callee.kind,
      case .function(let function, source: _)? = session.scope.value(name)
    {
      readArguments(call, named: function.parameters.map(\.name.text))
    } else {
      // What takes them is not known here: any word may be a choice.
      for argument in call.arguments where !isChoice(argument.value) { read(argument.value) }
    }
  }

  private mutating func readArguments(_ call: Call, of command: Command) {
    let positional = command.parameters.filter(\.isPositional)
    var given: Set<String> = []
    var place = 0
    for argument in call.arguments {
      var parameter = argument.label.flatMap { command.parameter(labeled: $0.text) }
      if argument.label == nil {
        parameter = place < positional.count ? positional[place] : nil
        if parameter?.isVariadic != true { place += 1 }
      }
      guard let parameter, given.insert(parameter.name).inserted || parameter.isVariadic else {
        isMeaningful = false
        return
      }
      if parameter.kind.takesName || parameter.standIn != nil { continue }
      read(argument.value, choices: parameter.kind.allChoices.map(\.word))
    }
  }

  /// The arguments of a function of the user.
  private mutating func readArguments(_ call: Call, named parameters: [String]) {
    var given: Set<String> = []
    for (place, argument) in call.arguments.enumerated() {
      let name = argument.label?.text ?? (place < parameters.count ? parameters[place] : "")
      if !parameters.contains(name) || !given.insert(name).inserted { isMeaningful = false }
      read(argument.value)
    }
  }

  /// Reads an argument in which bare words may be choices.
  private mutating func read(_ argument: Expression, choices: [String]) {
    switch argument.kind {
    case .name(let name) where choices.contains(name): break
    case .list(let items): for item in items { read(item, choices: choices) }
    default: read(argument)
    }
  }

  private func isChoice(_ argument: Expression) -> Bool {
    if case .name(let name) = argument.kind { session.table.choiceWords.contains(name) } else { false }
  }

  /// Whether a name with a dot before it is an entry of the table: `np.sqrt`, `TaskType.CAUSAL_LM`.
  private func isMember(_ name: String, of owner: Expression) -> Bool {
    guard case .name(let first) = owner.kind, session.scope.value(first) == nil else { return false }
    if session.table.named("\(first).\(name)") != nil { return true }
    return Imports.modules.contains(first) || session.moduleAliases.contains(first)
  }

  /// A value, or an entry of the table.
  private func isKnown(_ name: String) -> Bool {
    known.contains(name) || session.table.named(name) != nil || !session.table.members(of: name).isEmpty
  }
}
