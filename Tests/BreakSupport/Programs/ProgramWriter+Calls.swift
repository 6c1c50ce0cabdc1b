// Calls of the table's commands, with what the table says that they take; fields and methods.
import Fields
import Interpreter

extension ProgramWriter {
  /// A call of any command, with brackets, or as a statement now and then without.
  mutating func commandCall(statement: Bool) -> String {
    guard let command = words.commands.randomElement(using: &random) else { return number() }
    if statement, chance(30) { return "help \(command.name)" }
    let arguments = arguments(of: command)
    if statement, chance(300), !arguments.isEmpty, !command.name.contains(".") {
      return "\(command.name) \(arguments.joined(separator: ", "))"
    }
    return "\(command.name)(\(arguments.joined(separator: ", ")))"
  }

  /// `x.field`, or `x.method(…)`; nil where nothing has a name.
  mutating func member() -> String? {
    let objects = names.filter { words.fields[$0.kind] != nil }
    guard let owner = objects.randomElement(using: &random) else { return nil }
    if isWrong() { return "\(owner.name).nosuch" }
    let methods = words.methods[owner.kind] ?? []
    if chance(300), let method = methods.randomElement(using: &random) {
      return "\(owner.name).\(method.name)(\(arguments(of: method).joined(separator: ", ")))"
    }
    let field = one(of: words.fields[owner.kind] ?? [], else: "kind")
    return "\(owner.name).\(field)" + (chance(150) ? "[\(below(3) - 1)]" : "")
  }

  mutating func arguments(of command: Command) -> [String] {
    var arguments: [String] = []
    var isNamed = false
    for parameter in command.parameters {
      var isRequired = false
      if case .required = parameter.defaultValue { isRequired = true }
      let isCostly = Self.costly.contains(parameter.name)
      if isRequired ? isWrong() : !isCostly && !chance(150) {
        isNamed = true
        continue
      }
      if !parameter.isPositional || chance(300) { isNamed = true }
      let value = argument(parameter)
      if parameter.isVariadic {
        arguments += [value] + (0..<below(2)).map { _ in argument(parameter) }
        continue
      }
      let label = chance(200) ? one(of: parameter.aliases, else: parameter.name) : parameter.name
      arguments.append(isNamed ? "\(isWrong() ? label + "x" : label)=\(value)" : value)
    }
    if !isNamed, isWrong() { arguments.append(number()) }
    return arguments
  }

  /// Options that decide how long a call takes: they are always given.
  private static let costly: Set = [
    "steps", "max_steps", "seeds", "attempts", "batch", "per_device_train_batch_size", "width", "layers",
  ]

  private mutating func argument(_ parameter: Parameter) -> String {
    if isWrong() { return expression(depth: 2) }
    if Self.costly.contains(parameter.name), !chance(40) {
      return parameter.name == "width" ? "\(8 * (1 + below(2)))" : String(1 + below(3))
    }
    return argument(parameter.kind)
  }

  /// A value of a kind, in range as a rule.
  private mutating func argument(_ kind: ParameterKind) -> String {
    switch kind {
    case .number(let range): return number(in: range, isWhole: false)
    case .whole(let range): return number(in: range, isWhole: true)
    case .bool: return chance(500) ? "True" : "False"
    case .text: return text()
    case .choice(let choices):
      let word = one(of: choices.map(\.word), else: "none")
      return chance(300) ? "\"\(word)\"" : word
    case .name, .word: return one(of: words.commands.map(\.name), else: "train")
    case .path: return path()
    case .module: return one(of: ["\"layers.0\"", "\"q_proj\"", "\".*proj\"", "\"layers.1\""], else: "\"\"")
    case .list(let item): return "[\((0..<below(4)).map { _ in argument(item) }.joined(separator: ", "))]"
    case .dictionary(let item), .moduleDictionary(let item):
      return "{\"layers.0\": \(argument(item))}"
    case .function: return name(of: "function") ?? "abs"
    case .object(let kinds): return object(one(of: kinds.map(\.name), else: "model"))
    case .any: return expression(depth: 2)
    case .either(let kinds): return argument(one(of: kinds, else: .any))
    }
  }

  private mutating func number(in range: NumberRange, isWhole: Bool) -> String {
    if isWrong() { return number() }
    let isSmall = range.lower > -1e6
    let lower = isSmall ? range.lower : -4
    let span = min(isWhole ? 8 : 2, max(0, range.upper - lower))
    if chance(30), range.upper.magnitude < 1e16 { return "\(range.upper)" }
    if isWhole { return String(Int(lower) + below(Int(span) + 1)) }
    return "\(lower + span * Double(1 + below(98)) / 100)"
  }

  mutating func path() -> String {
    let names = [
      "a.json", "a.svg", "a.csv", "a.txt", "out", "a.py", "a.rank", "sub/a.json", "", ".", "..", "a.xyz",
      "nosuch/b.json", "config.json", "/dev/null", "/dev/null/a", "é.json", "a b", "a\u{1B}[1m.json", "~",
    ]
    return "\"\(one(of: names, else: "a.json"))\""
  }

  /// An object of a kind: one that has a name, or a small new one.
  mutating func object(_ kind: String) -> String {
    if !chance(250), let name = name(of: kind) { return name }
    let choices: [String]
    switch kind {
    case "model":
      choices = [
        "mlp([\(1 + below(6)), \(1 + below(6))])", "linear(\(1 + below(9)), 2)",
        "mlp([3, 4, 3], activation=gelu)",
        "transformer(layers=1, width=8, heads=2, context=4, vocab=8)",
        "attach(mlp([4, 4]), lora(r=\(whole())))",
        "merge(attach(mlp([4, 4]), lora(r=2)))", "attach(linear(3, 3), \(adapter()))",
        "mlp([\(number()), 2])",
      ]
    case "adapter": choices = [adapter(), adapter(), "lora()"]
    case "data":
      choices = ["language(\(below(4)), vocab=8)", "teacher(mlp([4, 4]))", "teacher(linear(2, 2))"]
    case "run":
      choices = [
        "train(attach(linear(3, 3), lora(r=1)), teacher(linear(3, 3)), steps=\(1 + below(3)), batch=2)"
      ]
    case "rule": choices = ["power(\(number()))", "lora", "rslora", "constant"]
    case "chart": choices = ["plot(\(list()))", "plot([1, 2], [2, 1])", "histogram(\(list()))"]
    case "comparison":
      choices = [
        "compare(mlp([3, 3]), teacher(mlp([3, 3])), [\(adapter()), lora(r=1)], steps=1, seeds=1, batch=2)"
      ]
    default: choices = ProgramWords.beginnings.filter { $0.kind == kind }.map(\.name)
    }
    return one(of: choices, else: anyName())
  }

  private mutating func adapter() -> String {
    guard let command = words.commands.first(where: { $0.name == "lora" }) else { return "lora()" }
    return "lora(\(arguments(of: command).joined(separator: ", ")))"
  }
}
