// The sentences of the evaluator: what each problem says and what to write instead.
import Language

extension Problem {
  /// The diagnostic at a place, to be given its source by whoever knows it.
  func diagnostic(at span: Span) -> Diagnostic {
    switch self {
    case .unknownName, .choiceAsValue, .commandAsValue, .ownerAsValue, .exponentWithoutE, .unknownFunction,
      .notCallable, .unpackedCount, .unpackedKind, .unknownModule, .unknownImport, .moduleAsValue:
      ofName(span)
    case .operands, .elementwise, .unaryOperand, .divisionByZero, .notOrdered, .notContainer, .textInText:
      ofOperator(span)
    case .notIndexable, .indexKind, .indexOutOfRange, .keyKind, .unknownKey, .notSliceable, .sliceBound,
      .sliceStepIsZero, .notIterable, .fieldOfDictionary, .unknownField, .methodNotCalled, .unknownMethod:
      ofItem(span)
    case .missingArgument, .tooManyArguments, .unknownLabel, .givenTwice, .mismatch,
      .objectKind, .nameNeeded, .recursion, .nesting, .nestedValue:
      ofCall(span)
    }
  }

  private func ofName(_ span: Span) -> Diagnostic {
    switch self {
    case .unknownName(let name, let near):
      Diagnostic(
        "no value is named `\(shortened(name))`", at: span,
        label: PythonHints.labels[name] ?? didYouMean(near),
        body: near == nil && PythonHints.labels[name] == nil
          ? "`vars` lists the names there are; `name = value` makes one." : "")
    case .choiceAsValue(let word, let command, let parameter):
      Diagnostic(
        "no value is named `\(word)`", at: span,
        label: "a choice of `\(parameter)` in `\(command)`, not a value",
        fix: Value.quoted(word))
    case .commandAsValue(let name):
      Diagnostic("`\(name)` is a function", at: span, label: "call it: `\(name)(...)`")
    case .ownerAsValue(let name, let members):
      Diagnostic(
        "`\(name)` is not a value", at: span,
        label: "call what it has: \(alternatives(members))"
      )
    case .exponentWithoutE(let name, let write):
      Diagnostic("no value is named `\(name)`", at: span, label: "for a power of ten write `\(write)`")
    case .unknownFunction(let name, let near):
      Diagnostic(
        "no function is named `\(name)`", at: span,
        label: PythonHints.labels[name] ?? didYouMean(near),
        body: near == nil && PythonHints.labels[name] == nil ? "`help` lists the functions there are." : "")
    case .notCallable(let name, let value):
      Diagnostic("`\(name)` is \(value.kindPhrase), not a function", at: span, label: "cannot be called")
    case .unpackedCount(let names, let values):
      Diagnostic(
        "\(names) names cannot take \(values) \(values == 1 ? "value" : "values")", at: span,
        label: "gives \(values)")
    case .unpackedKind(let value):
      Diagnostic(
        "several names need a list of as many values", at: span, label: "this is \(value.kindPhrase)")
    case .unknownModule(let module, let near):
      Diagnostic(
        "nothing can be imported from `\(module)`", at: span, label: didYouMean(near),
        body: "Imports have no effect here: everything there is, `help` lists. "
          + "They are read so that Python for \(listed(Imports.modules)) can be pasted as it stands.")
    case .unknownImport(let module, let name, let near):
      Diagnostic(
        "`\(module)` has no `\(name)` here", at: span, label: didYouMean(near),
        body: "Imports have no effect: everything there is, `help` lists.")
    case .moduleAsValue(let module):
      Diagnostic(
        "`\(module)` is a Python library, not a value here", at: span,
        label: "call its functions by their own names")
    default: preconditionFailure("not a problem of names")
    }
  }

  private func ofOperator(_ span: Span) -> Diagnostic {
    switch self {
    case .operands(let sign, let left, let right):
      Diagnostic(
        "`\(sign.rawValue)` cannot take \(left.kindPhrase) and \(right.kindPhrase)", at: span,
        body: sign == .add && (left.isText || right.isText)
          ? "To print values beside each other, write `show(a, b)`." : "")
    case .elementwise(let sign, let write):
      Diagnostic(
        "`\(sign.rawValue)` takes single numbers, not lists", at: span,
        label: "use a comprehension", fix: write)
    case .unaryOperand(let sign, let value):
      Diagnostic("`\(sign.rawValue)` cannot take \(value.kindPhrase)", at: span)
    case .divisionByZero(let sign):
      Diagnostic(
        sign == .remainder ? "remainder of a division by zero" : "division by zero", at: span,
        label: "this is 0")
    case .notOrdered(let sign, let left, let right):
      Diagnostic(
        "`\(sign.rawValue)` cannot compare \(left.kindPhrase) with \(right.kindPhrase)", at: span,
        label: "numbers compare with numbers, texts with texts")
    case .notContainer(let value):
      Diagnostic(
        "`in` looks into a list, a text or a dictionary", at: span, label: "this is \(value.kindPhrase)")
    case .textInText(let value):
      Diagnostic("only a text can be in a text", at: span, label: "this is \(value.kindPhrase)")
    default: preconditionFailure("not a problem of operators")
    }
  }

  private func ofItem(_ span: Span) -> Diagnostic {
    switch self {
    case .notIndexable(let value):
      Diagnostic("\(value.kindPhrase) has no items", at: span, label: "only lists, texts and dictionaries do")
    case .indexKind(let value):
      Diagnostic("an index must be a whole number", at: span, label: "this is \(value.phrase)")
    case .indexOutOfRange(let index, let count):
      Diagnostic(
        "no item has the index \(index)", at: span,
        label: count == 0 ? "the list is empty" : "\(count) items: from 0 to \(count - 1)")
    case .keyKind(let value):
      Diagnostic("the key of a dictionary must be a text", at: span, label: "this is \(value.phrase)")
    case .unknownKey(let key, let near, let keys):
      Diagnostic(
        "the dictionary has no \(Value.quoted(key))", at: span,
        label: near.map { "did you mean \(Value.quoted($0))?" } ?? "",
        body: keys.isEmpty ? "It is empty." : "It has \(keys.map(Value.quoted).joined(separator: ", ")).")
    case .notSliceable(let value):
      Diagnostic(
        "only lists and texts can be cut into slices", at: span, label: "this is \(value.kindPhrase)")
    case .sliceBound(let value):
      Diagnostic("the bounds of a slice must be whole numbers", at: span, label: "this is \(value.phrase)")
    case .sliceStepIsZero:
      Diagnostic("the step of a slice cannot be 0", at: span)
    case .notIterable(let value):
      Diagnostic(
        "`for` goes through a list, a text or a dictionary", at: span, label: "this is \(value.kindPhrase)",
        body: value.isNumber ? "To count, write `range(n)`." : "")
    case .unknownField(let name, let value, let near, let fields):
      Diagnostic(
        "\(value.kindPhrase) has no field `\(name)`", at: span, label: didYouMean(near),
        body: fields.isEmpty ? "" : "It has \(listed(fields)).")
    case .fieldOfDictionary(let name, let write):
      Diagnostic("a dictionary has no field `\(name)`", at: span, label: "its values have keys", fix: write)
    case .methodNotCalled(let name, let value):
      Diagnostic("`\(name)` is a method of \(value.kindPhrase)", at: span, label: "call it: `.\(name)(...)`")
    case .unknownMethod(let name, let value, let near, let methods):
      Diagnostic(
        "\(value.kindPhrase) has no method `\(name)`", at: span, label: didYouMean(near),
        body: methodAdvice(name, value, methods))
    default: preconditionFailure("not a problem of items")
    }
  }

  private func ofCall(_ span: Span) -> Diagnostic {
    switch self {
    case .missingArgument(let function, let parameter, let meaning, let usage):
      Diagnostic(
        "`\(function)` needs `\(parameter)`", at: span, label: meaning, body: "Its form is `\(usage)`.")
    case .tooManyArguments(let function, let most, let usage, let named):
      Diagnostic(
        most == 0
          ? "`\(function)` takes no values without a name"
          : "`\(function)` takes at most \(most) \(most == 1 ? "value" : "values") without a name",
        at: span, label: "one too many",
        body: "Its form is `\(usage)`."
          + (named.isEmpty
            ? ""
            : named.count > 24
              ? " \(named.count) more are given by name: see `help \(function)`."
              : " These are given by name: \(listed(named)).")
      )
    case .unknownLabel(let label, let function, let near, let labels):
      Diagnostic(
        "`\(function)` has no argument `\(label)`", at: span, label: didYouMean(near),
        body: labels.isEmpty
          ? "It takes none by name."
          : labels.count > 24
            ? "`help \(function)` lists the \(labels.count) that it has." : "It has \(listed(labels)).")
    case .givenTwice(let name, let other, let otherSpan):
      Diagnostic(
        "`\(name)` is given twice", at: span,
        label: name == other ? "" : "the same as `\(other)`",
        others: [.init(otherSpan, "first given here")])
    case .mismatch(let mismatch, let argument, let function):
      mismatch.diagnostic(argument, function, span)
    case .objectKind(let variable, let value, let function, let needed):
      Diagnostic("`\(variable)` is \(value.kindPhrase); `\(function)` needs \(needed)", at: span)
    case .nameNeeded(let function, let parameter):
      Diagnostic("`\(function)` takes a bare name", at: span, label: "`\(parameter)` is a name, not a value")
    case .recursion(let limit):
      Diagnostic(
        "functions call each other more than \(limit) deep", at: span,
        body: "A function that calls itself needs an `if` that ends it.")
    case .nesting(let limit):
      Diagnostic("the evaluation is more than \(limit) steps deep", at: span)
    case .nestedValue(let limit):
      Diagnostic("lists are nested more than \(limit) deep", at: span)
    default: preconditionFailure("not a problem of calls")
    }
  }

  private func methodAdvice(_ name: String, _ value: Value, _ methods: [String]) -> String {
    if !methods.isEmpty { return "It has \(listed(methods))." }
    switch (value, name) {
    case (.list, "append"): return "To add an item, write `xs = xs + [x]`."
    case (.list, "extend"): return "To join lists, write `xs + ys`."
    case (.dictionary, "items"), (.dictionary, "keys"), (.dictionary, "values"):
      return "`for key in d { show(key, d[key]) }` goes through a dictionary."
    case (.text, "format"): return "To print values beside each other, write `show(a, b)`."
    default: return ""
    }
  }
}

extension Mismatch {
  func diagnostic(_ argument: String, _ function: String, _ span: Span) -> Diagnostic {
    switch self {
    case .kind(let value, let needed):
      return Diagnostic("`\(argument)` must be \(needed); it is \(value.phrase)", at: span)
    case .range(let number, let range):
      let needed = number.isNaN ? "a number" : number.isInfinite ? "finite" : range.phrase
      return Diagnostic("`\(argument)` must be \(needed); it is \(NumberFormat.text(number))", at: span)
    case .notWhole(let number):
      return Diagnostic("`\(argument)` must be a whole number; it is \(NumberFormat.text(number))", at: span)
    case .unknownChoice(let word, let near, let choices):
      return Diagnostic(
        "`\(argument)` of `\(function)` has no choice `\(word)`", at: span, label: didYouMean(near),
        body: "The choices are \(listed(choices.map(\.word))).")
    case .item(let index, let inner):
      return inner.diagnostic("\(argument)[\(index)]", function, span)
    case .entry(let key, let inner):
      return inner.diagnostic("\(argument)[\(Value.quoted(key))]", function, span)
    }
  }
}

extension Value {
  /// The value as a message says it: the number itself, "the text 'abc'", "a list".
  var phrase: String {
    switch self {
    case .number(let number): NumberFormat.text(number)
    case .text(let text) where text.count <= 40: "the text \(Value.quoted(text))"
    case .bool, .none: code
    default: kindPhrase
    }
  }

  fileprivate var isText: Bool { if case .text = self { true } else { false } }
  fileprivate var isNumber: Bool { if case .number = self { true } else { false } }
}

private func didYouMean(_ near: String?) -> String {
  near.map { "did you mean `\($0)`?" } ?? ""
}

/// "`a`, `b` and `c`".
func listed(_ words: [String]) -> String {
  let quoted = words.map { "`\($0)`" }
  guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
  return quoted.dropLast().joined(separator: ", ") + " and " + last
}

/// "`a`, `b` or `c`".
private func alternatives(_ words: [String]) -> String {
  let quoted = words.map { "`\($0)`" }
  guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
  return quoted.dropLast().joined(separator: ", ") + " or " + last
}

/// A name as a title can hold it.
private func shortened(_ name: String) -> String {
  let most = 40
  return name.count > most ? name.prefix(most) + "…" : name
}
