// Numbers, texts, lists and operators.

extension ProgramWriter {
  /// A value with its kind.
  mutating func value() -> (text: String, kind: String) {
    switch below(10) {
    case 0...2: return (number(), "number")
    case 3: return (text(), "text")
    case 4: return (condition(), "bool")
    case 5: return (list(), "list")
    case 6: return (dictionary(), "dictionary")
    case 7, 8:
      let kind = one(of: ["model", "adapter", "data", "run", "chart", "rule", "comparison"], else: "model")
      return (object(kind), kind)
    default: return (expression(depth: 3), "any")
    }
  }

  /// Any expression of at most that depth.
  mutating func expression(depth: Int) -> String {
    if depth <= 0 { return chance(500) ? anyName() : number() }
    switch below(12) {
    case 0...2: return operation(depth: depth)
    case 3: return list()
    case 4: return comprehension(depth: depth)
    case 5: return "\(expression(depth: depth - 1))[\(index())]"
    case 6: return commandCall(statement: false)
    case 7: return condition()
    case 8: return text()
    case 9: return member() ?? number()
    case 10: return dictionary()
    default: return anyName()
    }
  }

  mutating func anyName() -> String {
    if isWrong() {
      return one(of: ["nosuch", "_", "_error", "None", "True", "train", "net2"], else: "nosuch")
    }
    return names.randomElement(using: &random)?.name ?? number()
  }

  private static let extremes = [
    "0", "-0.0", "-1", "1e308", "-1e308", "1e309", "5e-324", "1e-45", "9007199254740993", "2**53", "1e18",
    "9223372036854775808", "nan", "inf", "-inf", "0.1", "1e9", "2147483648", "65536", "1e-7", "-2**63", "1.5",
  ]

  mutating func number() -> String {
    if chance(120) { return one(of: Self.extremes, else: "0") }
    if chance(150), let name = name(of: "number") { return name }
    switch below(6) {
    case 0: return String(Double(below(1000)) / 100)
    case 1: return "-\(below(20))"
    case 2: return "\(1 + below(9))e-\(below(6))"
    case 3: return "\(one(of: ["sqrt", "log", "exp", "abs", "round"], else: "abs"))(\(below(40)))"
    default: return String(below(20))
    }
  }

  mutating func whole() -> String {
    isWrong() ? one(of: Self.extremes, else: "0") : String(1 + below(8))
  }

  private static let texts = [
    "", "a", "loss", "q_proj", "layers.0", "2*r", "r", "alpha/r", "漢字", "é", "e\\u0301", "a b", "\\n", "\\t",
    "\u{1F600}\u{200D}", "%", "{}", "None", "-", ".", "../x", "a.json", "sqrt(r)", "r**1e9",
    "((r", "2*r+",
    "\u{202E}abc", "a\u{2066}b", "\u{1B}[31m", "\u{9B}0m", "x\u{0}y", "NaN", "<svg>", "&amp;", "=cmd|calc",
    "\\\\", "'",
  ]

  mutating func text() -> String {
    if chance(200), let name = name(of: "text") { return name }
    if chance(30) { return "\"\(String(repeating: one(of: Self.texts, else: "a"), count: 300))\"" }
    return "\"\(one(of: Self.texts, else: ""))\""
  }

  mutating func condition() -> String {
    switch below(6) {
    case 0: return one(of: ["True", "False", "(not True)", "(1 == 1.0)"], else: "True")
    case 1: return "\(number()) in \(list())"
    case 2:
      return "\(expression(depth: 1)) \(one(of: ["==", "!=", "<", ">=", "and", "or"], else: "==")) "
        + expression(depth: 1)
    case 3: return "(not \(expression(depth: 1)))"
    default: return "\(number()) \(one(of: ["<", "<=", ">", ">=", "==", "!="], else: "<")) \(number())"
    }
  }

  mutating func list() -> String {
    if chance(150), let name = name(of: "list") { return name }
    switch below(8) {
    case 0: return "[]"
    case 1: return "range(\(number()))"
    case 2: return "logspace(\(number()), \(number()), \(1 + below(5)))"
    case 3: return comprehension(depth: 2)
    case 4: return "[\((0...below(3)).map { _ in expression(depth: 1) }.joined(separator: ", "))]"
    case 5:
      let few = (0...below(3)).map { _ in number() }.joined(separator: ", ")
      return chance(100) ? "[\(few)] * \(number())" : "sorted([\(few)])"
    default: return "[\((0...below(4)).map { _ in number() }.joined(separator: ", "))]"
    }
  }

  private mutating func comprehension(depth: Int) -> String {
    let items = chance(500) ? "range(\(below(6)))" : "[\(number()), \(number())]"
    names.append(("k", "number"))
    defer { names.removeAll { $0.name == "k" } }
    let condition = chance(300) ? " if \(condition())" : ""
    return "[\(chance(600) ? "k * 2" : expression(depth: depth - 1)) for k in \(items)\(condition)]"
  }

  mutating func dictionary() -> String {
    let keys = ["\"a\"", "\"rank\"", "\"layers.0\"", "\"\"", "\"(.*a){12}\"", "1", "None"]
    let items = (0...below(3)).map { _ in "\(one(of: keys, else: "1")): \(expression(depth: 1))" }
    return chance(100) ? "{}" : "{\(items.joined(separator: ", "))}"
  }

  private mutating func index() -> String {
    switch below(6) {
    case 0: return "\(number()):\(number())"
    case 1: return "::\(number())"
    case 2: return "\"a\""
    case 3: return "-1"
    default: return number()
    }
  }

  private mutating func operation(depth: Int) -> String {
    let sign = one(of: ["+", "-", "*", "/", "//", "%", "**", "+", "*"], else: "+")
    let sides = [expression(depth: depth - 1), expression(depth: depth - 1)]
    if isWrong() { return "\(sides[0]) \(sign) \(sides[1])" }
    // Powers of powers are texts of a thousand digits in no time, and nothing else.
    return sign == "**" ? "(\(number())) ** \(below(5))" : "(\(number()) \(sign) \(sides[1]))"
  }
}
