// Programs by a grammar: nearly all of them parse, and nothing keeps them from being absurd.
import Interpreter
import TestSupport

/// Writes one program. The names that it has given are known with their kinds, so that most of what is called gets what it
/// takes; as often as `wrongness` says, it gets something else.
struct ProgramWriter {
  var random: SeededGenerator
  let words: ProgramWords
  /// What has a name so far: "number", "text", "bool", "list", "dictionary", "function", or an object's kind.
  var names: [(name: String, kind: String)] = []
  /// Of a thousand choices, how many are wrong ones.
  var wrongness = 0
  /// How deep in expressions and blocks it is.
  var depth = 0
  private var functionCount = 0

  init(_ random: SeededGenerator, _ words: ProgramWords) {
    self.random = random
    self.words = words
  }

  mutating func program() -> String {
    // Some programs are right throughout: they come far.
    wrongness = [0, 0, 10, 40, 120][below(5)]
    var lines: [String] = []
    if chance(700) {
      let most = ProgramWords.beginnings.count
      let count = chance(10) ? most : [1, 3, 5, 7, most - 4][below(5)]
      for beginning in ProgramWords.beginnings.prefix(count) {
        lines.append(beginning.cell)
        names.append((beginning.name, beginning.kind))
      }
      if chance(200), !lines.isEmpty { lines.remove(at: below(lines.count)) }
    }
    for _ in 0...below(7) { lines.append(statement()) }
    var program = lines.joined(separator: chance(50) ? "; " : "\n") + (chance(500) ? "\n" : "")
    // The parser has its turn as well.
    if chance(40) {
      program = Mutation.mutated(program, words: ["(", "]", "{", "\"", "=", "\u{1B}", "é", "\\"], &random)
    }
    return program
  }

  // MARK: Chances

  mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &random) }

  /// True so many times of a thousand.
  mutating func chance(_ permille: Int) -> Bool { below(1000) < permille }

  mutating func isWrong() -> Bool { wrongness > 0 && chance(wrongness) }

  mutating func one<Element>(of elements: [Element], else other: Element) -> Element {
    elements.randomElement(using: &random) ?? other
  }

  /// A name of that kind; nil where none was given.
  mutating func name(of kind: String) -> String? {
    names.filter { $0.kind == kind }.randomElement(using: &random)?.name
  }

  mutating func newName(_ kind: String) -> String {
    let name = one(of: ["a", "b", "c", "x", "y", "xs", "d", "größe", "v1", "_a"], else: "a")
    names.removeAll { $0.name == name }
    names.append((name, kind))
    return name
  }

  // MARK: Statements

  mutating func statement() -> String {
    depth += 1
    defer { depth -= 1 }
    switch below(depth > 3 ? 12 : 20) {
    case 0...2: return assignment()
    case 3, 4: return expression(depth: 3)
    case 5, 6: return commandCall(statement: true)
    case 7:
      let names = [newName("number"), newName("number")]
      return "\(names[0]), \(names[1]) = [\(number()), \(number())]"
    case 8: return member() ?? assignment()
    case 9: return "print(\((0...below(3)).map { _ in expression(depth: 2) }.joined(separator: ", ")))"
    case 10: return python()
    case 11: return "time \(expression(depth: 2))"
    case 12, 13: return loop()
    case 14, 15: return conditional()
    case 16: return function()
    case 17: return recursion()
    case 18: return sharing()
    default: return commandCall(statement: true)
    }
  }

  private mutating func assignment() -> String {
    let (text, kind) = value()
    return "\(newName(kind)) = \(text)"
  }

  /// Statements between braces; names that are given there may stay unknown outside.
  private mutating func block() -> String {
    let count = 1 + below(2)
    let before = names
    let lines = (0..<count).map { _ in "  " + statement().replacing("\n", with: "\n  ") }
    names = before
    return "{\n\(lines.joined(separator: "\n"))\n}"
  }

  private mutating func loop() -> String {
    if chance(200) { return "for i, j in \(pairs()) \(block())" }
    let items = chance(600) ? "range(\(one(of: ["0", "1", "2", "3", "5", "-1"], else: "1")))" : list()
    names.append(("i", "number"))
    defer { names.removeAll { $0.name == "i" } }
    return "for i in \(items) \(block())"
  }

  private mutating func pairs() -> String {
    one(
      of: ["zip([1, 2], [3, 4])", "enumerate([5, 6])", "[[1, 2], [3, 4]]", "zip([1], [2, 3])", "[[1], [2]]"],
      else: "[]")
  }

  private mutating func conditional() -> String {
    var text = "if \(condition()) \(block())"
    if chance(300) { text += " elif \(condition()) \(block())" }
    if chance(500) { text += " else \(block())" }
    return text
  }

  private mutating func function() -> String {
    functionCount += 1
    let name = "f\(functionCount)"
    let before = names
    names += [("p", "number"), ("q", "number")]
    let body = block().dropLast() + (chance(800) ? "  return \(expression(depth: 2))\n}" : "}")
    names = before + [(name, "function")]
    let definition = "def \(name)(p, q=\(chance(500) ? number() : expression(depth: 1))) \(body)"
    return chance(700) ? definition + "\n\(name)(\(expression(depth: 1)))" : definition
  }

  private mutating func recursion() -> String {
    let count = one(of: ["0", "3", "12", "50", "150", "250", "1e4", "-1", "nan"], else: "3")
    let definitions = [
      "def down(n) { if n <= 0 { return 0 } else { return 1 + down(n - 1) } }\ndown(\(count))",
      "def fib(n) { if n < 2 { return n }\n  return fib(n - 1) + fib(n - 2) }\nfib(\(one(of: ["1", "5", "11"], else: "5")))",
      "def even(n) { if n == 0 { return True }\n  return odd(n - 1) }\n"
        + "def odd(n) { if n == 0 { return False }\n  return even(n - 1) }\neven(\(count))",
      "def nest(n) { if n <= 0 { return [] }\n  return [nest(n - 1), n] }\nnest(\(count))",
      "def again() { return again() }\nagain()",
    ]
    return one(of: definitions, else: "")
  }

  /// Values that hold themselves several times at each level.
  private mutating func sharing() -> String {
    let name = newName("list")
    let count = one(of: ["1", "4", "9", "11", "15", "40", "60"], else: "4")
    let grow = one(
      of: [
        "\(name) + [\(name)]", "[\(name), \(name)]", "{\"a\": \(name), \"b\": \(name)}", "\(name) + \(name)",
      ],
      else: name)
    let end = one(
      of: [
        "len(\(name))", "\(name) == \(name)", "\(name)", "str(\(name)) == \"\"", "\(name) in \(name)",
        "sorted(\(name))",
        "sum(\(name))", "\(name)[0]", "vars",
      ], else: name)
    return "\(name) = [1]\nfor i in range(\(count)) { \(name) = \(grow) }\n\(end)"
  }

  private mutating func python() -> String {
    one(
      of: [
        "from peft import LoraConfig, get_peft_model", "import numpy as np", "import torch",
        "from transformers import TrainingArguments, Trainer", "from peft import Nonsense", "import os",
        "np.sqrt(\(number()))", "torch.bfloat16", "TaskType.CAUSAL_LM",
        "import numpy as np\nnp.log(\(number()))",
        "cfg = LoraConfig(r=\(whole()), lora_alpha=\(number()), task_type=\"CAUSAL_LM\")\ncfg.r",
        "get_peft_model(mlp([4, 4]), LoraConfig(r=\(whole()), target_modules=\(targets())))",
        "get_peft_model(mlp([4, 4]), LoraConfig(r=2)).print_trainable_parameters()",
      ], else: "import numpy")
  }

  mutating func targets() -> String {
    one(
      of: [
        "[\"layers.0\"]", "\"all-linear\"", "[]", "[\"q_proj\", \"v_proj\"]", "\".*layers.[01]\"",
        "\"(a+)+$\"",
        "[\"nothing\"]", "None", "[\"\"]", "\"(\"", "3",
      ], else: "None")
  }
}
