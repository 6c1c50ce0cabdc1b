// What to write in place of an argument that does not fit.
import Language
import Text

extension Binder {
  /// The value as it would fit, with its label where it was given by one; empty where nothing is likely.
  func fix(for value: Value, of argument: Argument, as parameter: Parameter) -> String {
    guard let written = fitting(value, argument.value, parameter.kind) else { return "" }
    var list = written
    // Where a list is a pair by default, its second number: `betas=[0.9, 0.999]`.
    if case .list(let standard) = parameter.defaultValue, case .number = value, standard.count == 2 {
      let rest = standard.dropFirst().map { NumberFormat.text($0) }
      list = "[\(([evaluator.text(argument.value.span)] + rest).joined(separator: ", "))]"
    } else if case .number = value, parameter.fewest > 1, written.hasPrefix("[") {
      let given = written.dropFirst().dropLast()
      let missing = parameter.fewest - given.split(separator: ",").count
      let last = given.split(separator: ",").last.map { $0.drop { $0 == " " } } ?? ""
      list = "[\(([given] + Array(repeating: last, count: max(0, missing))).joined(separator: ", "))]"
    }
    return argument.label.map { "\($0.text)=\(list)" } ?? list
  }

  private func fitting(_ value: Value, _ expression: Expression, _ kind: ParameterKind) -> String? {
    switch value {
    case .text(let text):
      let trimmed = text.trimmingCharacters
      // A number, True or a name that was put in quotes.
      if let number = Double(trimmed), kind.mismatch(.number(number)) == nil { return trimmed }
      if kind.takesBool, let bool = ParameterKind.bool(meant: trimmed) { return bool ? "True" : "False" }
      if let named = evaluator.session.scope.value(trimmed), kind.mismatch(named.unfolded) == nil {
        return trimmed
      }
    case .number(let number):
      if kind.takesBool, number == 0 || number == 1 { return number == 1 ? "True" : "False" }
      if kind.wraps(value) { return "[\(allNumbers ?? evaluator.text(expression.span))]" }
    case .list(let items):
      if items.count == 1, kind.mismatch(items[0]) == nil, case .list(let written) = expression.kind {
        return evaluator.text(written[0].span)
      }
    default:
      if kind.wraps(value) { return "[\(evaluator.text(expression.span))]" }
    }
    return nil
  }

  /// `64, 64` of `mlp(64, 64)`, where all arguments are numbers without a name: they are the items of one list.
  private var allNumbers: String? {
    let numbers = call.arguments.filter {
      if case .number = $0.value.kind { $0.label == nil } else { false }
    }
    guard numbers.count > 1, numbers.count == call.arguments.count else { return nil }
    return numbers.map { evaluator.text($0.span) }.joined(separator: ", ")
  }

  /// The call with two arguments exchanged, where each is what the other's place needs; nil else.
  func swapped(_ value: Value, _ match: Match, among matches: [Match]) -> String? {
    guard match.argument.label == nil, call.form != .bare else { return nil }
    for other in matches where other.argument.label == nil && other.parameter.name != match.parameter.name {
      guard case .name(let name) = other.argument.value.kind,
        let otherValue = evaluator.session.scope.value(name),
        match.parameter.kind.mismatch(otherValue.unfolded) == nil,
        other.parameter.kind.mismatch(value.unfolded) == nil
      else { continue }
      let texts = call.arguments.map { argument in
        switch argument.span {
        case match.argument.span: evaluator.text(other.argument.span)
        case other.argument.span: evaluator.text(match.argument.span)
        default: evaluator.text(argument.span)
        }
      }
      return written(texts)
    }
    return nil
  }

  /// The call with a required argument that is missing: a variable of the kind that is needed.
  func completed(with parameter: Parameter) -> String {
    let required = command.parameters.filter(\.isRequired)
    let given = call.arguments.count { $0.label == nil }
    guard call.arguments.count == given, required.count > given, required[given].name == parameter.name else {
      return ""
    }
    var texts = call.arguments.map { evaluator.text($0.span) }
    for parameter in required[given...] {
      guard let name = variable(for: parameter, except: texts) else { return "" }
      texts.append(name)
    }
    return written(texts)
  }

  /// The one name of the session whose value the parameter takes, that of an object; nil where there is none, or more.
  private func variable(for parameter: Parameter, except used: [String]) -> String? {
    guard case .object(let kinds) = parameter.kind else { return nil }
    let names = evaluator.session.scope.visibleNames.filter { name in
      guard !used.contains(name), !name.hasPrefix("_"),
        case .object(let object)? = evaluator.session.scope.value(name)
      else { return false }
      return kinds.contains(object.kind)
    }
    return names.count == 1 ? names[0] : nil
  }

  /// The call in the form in which it was written.
  private func written(_ arguments: [String]) -> String {
    let name = evaluator.text(call.callee.span)
    let joined = arguments.joined(separator: ", ")
    guard joined.count <= 100, !joined.contains(where: \.isNewline) else { return "" }
    return call.form == .command ? "\(name) \(joined)" : "\(name)(\(joined))"
  }

  /// `alpha=2*r` where no value is named `r`: a rule of the rank stands in quotes. Any other error as it is.
  func asRule(_ diagnostic: Diagnostic, _ expression: Expression, _ match: Match) -> Diagnostic {
    guard diagnostic.code == "NameProblem.unknownName", diagnostic.title.hasSuffix("`r`"),
      case .binary = expression.kind, match.parameter.kind.isTextual
    else { return diagnostic }
    var diagnostic = diagnostic
    diagnostic.label = "a rule of the rank stands in quotes"
    diagnostic.body = ""
    diagnostic.fix =
      (match.argument.label.map { "\($0.text)=" } ?? "") + "\"\(evaluator.text(expression.span))\""
    return diagnostic
  }

  /// The problem of a bare word that names nothing, where the parameter takes a text or True and False; nil else.
  func bareWord(_ word: String, as kind: ParameterKind, _ match: Match) -> NameProblem? {
    guard evaluator.session.scope.value(word) == nil, evaluator.session.table.named(word) == nil else {
      return nil
    }
    let label = match.argument.label.map { "\($0.text)=" } ?? ""
    if kind.takesBool {
      let fix = ParameterKind.bool(meant: word).map { "\(label)\($0 ? "True" : "False")" } ?? ""
      return .bareWord(word, argument: match.name, needed: kind.needed, fix: fix)
    }
    guard kind.mismatch(.text(word)) == nil, kind.choices.isEmpty, kind.isTextual,
      !["nan", "NaN", "inf"].contains(word)
    else { return nil }
    if Suggestion.closest(to: word, among: evaluator.session.scope.visibleNames) != nil { return nil }
    var fix = kind.takesModule && ["all", "linear"].contains(word) ? "\"all-linear\"" : "\"\(word)\""
    if case .list(let items) = match.argument.value.kind {
      let words = items.map { item in
        if case .name(let name) = item.kind { "\"\(name)\"" } else { evaluator.text(item.span) }
      }
      fix = "[\(words.joined(separator: ", "))]"
    }
    return .bareWord(word, argument: match.name, needed: "a text in quotes", fix: label + fix)
  }
}

extension ParameterKind {
  /// Whether a list of one such value is taken, where lists of a certain kind are.
  fileprivate func wraps(_ value: Value) -> Bool {
    if case .any = itemKind { return false }
    return mismatch(.list([value])) == nil
  }

  /// Whether texts are what is meant here, and not one of anything.
  fileprivate var isTextual: Bool {
    switch self {
    case .text, .path, .module: true
    case .either(let kinds): kinds.contains(where: \.isTextual)
    default: false
    }
  }

  /// What people write for True and False.
  static func bool(meant word: String) -> Bool? {
    switch word.lowercased() {
    case "true", "yes", "y", "on", "1": true
    case "false", "no", "n", "off", "0": false
    default: nil
    }
  }
}

extension String {
  fileprivate var trimmingCharacters: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
