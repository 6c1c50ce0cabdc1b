// Lines of other programs: commands of their prompts, and configurations in YAML.

extension Parser {
  /// What leaves another program's prompt, or shows its help, is known by these words behind `.`, `:` or `\`.
  private static let otherCommands: [String: String] = [
    "q": "quit", "quit": "quit", "exit": "quit", "wq": "quit", "x": "quit", "h": "help", "help": "help",
    "?": "help", "vars": "vars", "history": "help", "time": "help time", "show": "vars",
  ]

  /// The error for `.quit`, `:q` and `\q`, alone on the first line, of which the current token is the mark.
  var otherPrompt: SyntaxFailure? {
    guard index == 0 else { return nil }
    let line = list.text(lineSpan)
    guard let mark = line.first, ".:\\".contains(mark) else { return nil }
    let word = line.dropFirst().prefix { $0 != " " }
    let name = word.hasSuffix("!") ? word.dropLast() : word
    guard let here = Parser.otherCommands[String(name)] ?? (mark == "." ? unknownDotWord(line) : nil),
      commands.contains(String(here.prefix { $0 != " " }))
    else { return nil }
    return SyntaxFailure(.otherPrompt("\(mark)\(word)", fix: here), lineSpan)
  }

  /// `.tables` is no path: `help` for one word behind a dot.
  private func unknownDotWord(_ line: String) -> String? {
    let word = line.dropFirst()
    return word.count > 2 && word.allSatisfy { $0.isLetter && $0.isLowercase } ? "help" : nil
  }

  // MARK: - YAML

  /// Names that trainers give to what `lora` takes, in the order of its arguments.
  private static let adapterKeys = [
    ("r", ["r", "lora_r", "lora_rank", "rank"]), ("alpha", ["alpha", "lora_alpha"]),
    ("use_rslora", ["use_rslora", "lora_use_rslora", "peft_use_rslora"]), ("dropout", ["lora_dropout"]),
  ]

  private static let types: Set<String> = [
    "int", "float", "str", "bool", "list", "dict", "None", "Any", "object",
  ]

  /// The error for `key: value` lines, of which the current token begins the first; nil for one line that may be a name
  /// with a type.
  @inline(never)
  func yamlSlip() -> SyntaxFailure? {
    let text = String(decoding: list.bytes[token.span.start...].prefix(4000), as: UTF8.self)
    let lines = text.split(separator: "\n").map(Parser.withoutComment).filter { !$0.allSatisfy { $0 == " " } }
    let pairs = lines.compactMap(Parser.pair)
    guard let first = pairs.first, lines.first.flatMap(Parser.pair)?.key == first.key else { return nil }
    let isList = lines.count > 1 && lines[1].drop { $0 == " " }.hasPrefix("- ")
    let isName = first.value.contains("/") && !first.value.contains("=") && !first.value.contains(" ")
    let isKnown = Parser.adapterKeys.contains { $0.1.contains(first.key) } && first.key.contains("_")
    guard pairs.count > 1 && !pairs[1].value.contains("=") || isList || isName || isKnown else { return nil }
    // Names with types, as in the body of a class of Python.
    guard !first.value.contains("="), Parser.isFlat(first.value), !Parser.types.contains(first.value) else {
      return nil
    }
    return SyntaxFailure(.pastedYAML(fix: adapterCall(pairs)), lineSpan)
  }

  private static func withoutComment(_ line: Substring) -> Substring {
    line.range(of: " #").map { line[..<$0.lowerBound] } ?? line
  }

  /// The key and value of `key: value`, however far it is indented.
  private static func pair(_ line: Substring) -> (key: String, value: String)? {
    let content = line.drop { $0 == " " }
    let key = content.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    let rest = content.dropFirst(key.count)
    guard let first = key.first, first.isLetter, rest.first == ":",
      rest.count == 1 || rest.dropFirst().first == " "
    else { return nil }
    return (String(key), String(rest.dropFirst().drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()))
  }

  /// Whether a value is none of a program: no call, no bracket but a list's.
  private static func isFlat(_ value: String) -> Bool {
    !value.contains("(") && !value.contains("{") && !value.hasSuffix(":")
  }

  private func adapterCall(_ pairs: [(key: String, value: String)]) -> String {
    let arguments = Parser.adapterKeys.compactMap { name, keys -> String? in
      guard let pair = pairs.first(where: { keys.contains($0.key) }) else { return nil }
      let isBool = ["true", "True", "false", "False"].contains(pair.value)
      guard isBool || Double(pair.value) != nil else { return nil }
      return "\(name)=\(isBool ? pair.value.capitalizedWord : pair.value)"
    }
    return arguments.first?.hasPrefix("r=") == true && commands.contains("lora")
      ? "lora(\(arguments.joined(separator: ", ")))" : ""
  }
}

extension String {
  fileprivate var capitalizedWord: String { prefix(1).uppercased() + dropFirst().lowercased() }
}

extension Substring {
  /// Where a text stands in it; nil where it does not.
  fileprivate func range(of text: String) -> Range<Index>? { ranges(of: text).first }
}
