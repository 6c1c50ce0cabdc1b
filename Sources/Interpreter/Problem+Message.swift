// The sentences of the evaluator: what each problem says and what to write instead.
import Language

extension Problem {
  /// The diagnostic at a place, to be given its source by whoever knows it.
  func diagnostic(at span: Span) -> Diagnostic {
    var diagnostic = sentences(span)
    if case .mismatch(let mismatch, _, _, _) = self {
      diagnostic.code = Diagnostic.code(of: mismatch.innermost)
    } else {
      diagnostic.code = Diagnostic.code(of: self)
    }
    return diagnostic
  }

  private func sentences(_ span: Span) -> Diagnostic {
    switch self {
    case .unknownName, .bareWord, .bareKey, .moduleMember, .choiceAsValue, .commandAsValue, .ownerAsValue,
      .exponentWithoutE, .unknownFunction,
      .notCallable, .unpackedCount, .unpackedKind, .unknownModule, .unknownImport, .moduleAsValue:
      ofName(span)
    case .operands, .elementwise, .unaryOperand, .divisionByZero, .notOrdered, .notContainer, .textInText:
      ofOperator(span)
    case .notIndexable, .indexKind, .indexOutOfRange, .keyKind, .unknownKey, .notSliceable, .sliceBound,
      .sliceStepIsZero, .notIterable, .fieldOfDictionary, .unknownField, .methodNotCalled, .unknownMethod,
      .functionAsMember:
      ofItem(span)
    case .missingArgument, .tooManyArguments, .unknownLabel, .givenTwice, .mismatch, .swapped,
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
          ? "`vars` lists the names there are; `name = value` makes one." : "",
        fix: PythonHints.fixes[name] ?? "")
    case .bareWord(let word, let argument, let needed, let fix):
      Diagnostic(
        "no value is named `\(shortened(word))`", at: span, label: "`\(argument)` takes \(needed)", fix: fix)
    case .bareKey(let word):
      Diagnostic(
        "no value is named `\(shortened(word))`", at: span, label: "the key of a dictionary is a text",
        fix: "\"\(word)\"")
    case .moduleMember(let name, let module, let known, let fix):
      Diagnostic(
        known == nil ? "`\(module).\(name)` is not here" : "`\(known ?? name)` goes by its own name",
        at: span,
        label: known == nil ? "leave it out" : "leave `\(module).` out",
        body: known == nil ? "Of Python's libraries, what `help` lists is here." : "", fix: fix)
    case .choiceAsValue(let word, let command, let parameter, let fix):
      Diagnostic(
        "no value is named `\(word)`", at: span,
        label: "a choice of `\(parameter)` in `\(command)`, not a value",
        body: fix.isEmpty ? "It stands in a call, as `\(command)(…, \(parameter)=\(word))`." : "", fix: fix)
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
    case .notCallable(let name, let value, let fix):
      Diagnostic(
        "`\(name)` is \(value.kindPhrase), not a function", at: span, label: "it cannot be called", fix: fix)
    case .unpackedCount(let names, let values):
      Diagnostic(
        "\(names) names cannot take \(values) \(values == 1 ? "value" : "values")", at: span,
        label: "gives \(values)")
    case .unpackedKind(let value):
      Diagnostic(
        "several names need a list of as many values", at: span, label: "this is \(value.kindPhrase)")
    case .unknownModule(let module, let near):
      Diagnostic(
        "nothing can be imported from `\(module)`", at: span,
        label: near == nil ? "leave the line out" : didYouMean(near),
        body: "Imports have no effect here: everything there is, `help` lists. "
          + "They are read so that Python for \(listed(Imports.modules)) can be pasted where it uses what is here."
      )
    case .unknownImport(let module, let name, let near):
      Diagnostic(
        "`\(module)` has no `\(name)` here", at: span,
        label: near == nil ? "leave it out" : didYouMean(near),
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
    case .operands(let sign, let left, let right, let fix):
      Diagnostic(
        "`\(sign.rawValue)` cannot take \(left.kindPhrase) and \(right.kindPhrase)", at: span,
        label: sign == .add ? "it joins two numbers, two texts or two lists" : "it takes two numbers",
        body: (sign == .add || sign == .remainder) && (left.isText || right.isText)
          ? "To print values beside each other, write `print(a, b)`." : "", fix: fix)
    case .elementwise(let sign, let write):
      Diagnostic(
        "`\(sign.rawValue)` takes single numbers, not lists", at: span,
        label: "use a comprehension", fix: write)
    case .unaryOperand(let sign, let value):
      Diagnostic(
        "`\(sign.rawValue)` cannot take \(value.kindPhrase)", at: span, label: "a number is needed")
    case .divisionByZero(let sign):
      Diagnostic(
        sign == .remainder ? "remainder of a division by zero" : "division by zero", at: span,
        label: "this is 0")
    case .notOrdered(let sign, let left, let right, let fix):
      Diagnostic(
        "`\(sign.rawValue)` cannot compare \(left.kindPhrase) with \(right.kindPhrase)", at: span,
        label: "numbers compare with numbers, texts with texts", fix: fix)
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
      Diagnostic("the step of a slice cannot be 0", at: span, label: "1 takes each, 2 every second item")
    case .notIterable(let value, let fix):
      Diagnostic(
        "`for` goes through a list, a text or a dictionary", at: span, label: "this is \(value.kindPhrase)",
        body: value.isNumber ? "To count from 0, write `range(n)`." : "", fix: fix)
    case .unknownField(let name, let value, let near, let fields):
      Diagnostic(
        "\(value.kindPhrase) has no field `\(name)`", at: span,
        label: near == nil && fields.isEmpty ? "it has no fields" : didYouMean(near),
        body: fields.isEmpty ? "" : "It has \(listed(fields)).")
    case .fieldOfDictionary(let name, let write):
      Diagnostic("a dictionary has no field `\(name)`", at: span, label: "its values have keys", fix: write)
    case .methodNotCalled(let name, let value):
      Diagnostic("`\(name)` is a method of \(value.kindPhrase)", at: span, label: "call it: `.\(name)(...)`")
    case .unknownMethod(let name, let value, let near, let methods, let fix):
      Diagnostic(
        "\(value.kindPhrase) has no method `\(name)`", at: span,
        label: near == nil && methods.isEmpty ? "it has no methods" : didYouMean(near),
        body: methodAdvice(name, value, methods), fix: fix)
    case .functionAsMember(let name, let value, let fix):
      Diagnostic(
        "`\(name)` is a function, not a part of \(value.kindPhrase)", at: span,
        label: "give it the value in brackets", fix: fix)
    default: preconditionFailure("not a problem of items")
    }
  }

  private func ofCall(_ span: Span) -> Diagnostic {
    switch self {
    case .missingArgument(let function, let parameter, let meaning, let usage, let fix):
      Diagnostic(
        "`\(function)` needs `\(parameter)`", at: span, label: meaning, body: "Its form is `\(usage)`.",
        fix: fix)
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
    case .unknownLabel(let label, let function, let near, let labels, let fix):
      Diagnostic(
        "`\(function)` has no argument `\(label)`", at: span, label: didYouMean(near),
        body: labels.isEmpty
          ? "It takes none by name."
          : near != nil
            ? ""
            : labels.count > 24
              ? "`help \(function)` lists the \(labels.count) that it has." : "It has \(listed(labels)).",
        fix: fix)
    case .givenTwice(let name, let other, let otherSpan):
      Diagnostic(
        "`\(name)` is given twice", at: span,
        label: name == other ? "leave one out" : "the same as `\(other)`",
        others: [.init(otherSpan, "first given here")])
    case .mismatch(let mismatch, let argument, let function, let fix):
      mismatch.diagnostic(argument, function, span, fix)
    case .swapped(let first, let second, let function, let fix):
      Diagnostic(
        "two arguments of `\(function)` have changed places", at: span,
        label: "`\(first)` is given where `\(second)` stands", fix: fix)
    case .objectKind(let variable, let value, let function, let needed):
      Diagnostic(
        "`\(variable)` is \(value.kindPhrase); `\(function)` needs \(needed)", at: span,
        label: "\(needed) is needed")
    case .nameNeeded(let function, let parameter):
      Diagnostic("`\(function)` takes a bare name", at: span, label: "`\(parameter)` is a name, not a value")
    case .recursion(let limit):
      Diagnostic(
        "functions call each other more than \(limit) deep", at: span, label: "the last of these calls",
        body: "A function that calls itself needs an `if` that ends it.")
    case .nesting(let limit):
      Diagnostic(
        "the evaluation is more than \(limit) steps deep", at: span,
        label: "give inner parts a name of their own")
    case .nestedValue(let limit):
      Diagnostic("lists are nested more than \(limit) deep", at: span, label: "the innermost list")
    default: preconditionFailure("not a problem of calls")
    }
  }

  private func methodAdvice(_ name: String, _ value: Value, _ methods: [String]) -> String {
    if !methods.isEmpty { return "It has \(listed(methods))." }
    switch (value, name) {
    case (.list, "append"): return "To add an item, write `xs = xs + [x]`."
    case (.list, "extend"): return "To join lists, write `xs + ys`."
    case (.list, "sort"): return "`sorted(xs)` is a new list in order."
    case (.dictionary, "items"), (.dictionary, "keys"), (.dictionary, "values"):
      return "`for key in d { print(key, d[key]) }` goes through a dictionary."
    case (.text, "format"): return "To print values beside each other, write `print(a, b)`."
    default: return ""
    }
  }
}

extension Mismatch {
  /// Within lists and dictionaries the mismatch of the item itself.
  var innermost: Mismatch {
    switch self {
    case .item(_, let inner), .entry(_, let inner): inner.innermost
    default: self
    }
  }

  func diagnostic(_ argument: String, _ function: String, _ span: Span, _ fix: String) -> Diagnostic {
    switch self {
    case .kind(let value, let needed):
      let title =
        argument.isEmpty
        ? "`\(function)` takes \(needed), not \(value.phrase)"
        : "`\(argument)` must be \(needed); it is \(value.phrase)"
      return Diagnostic(title, at: span, label: advice(value, needed, fix), fix: fix)
    case .range(let number, let range):
      let needed = number.isNaN ? "a number" : number.isInfinite ? "finite" : range.phrase(beside: number)
      return Diagnostic(
        "`\(argument)` must be \(needed); it is \(NumberFormat.text(number))", at: span,
        label: number.isFinite ? range.advice(for: number) : "too large for a number", fix: fix)
    case .notWhole(let number):
      return Diagnostic(
        "`\(argument)` must be a whole number; it is \(NumberFormat.text(number))", at: span,
        label: number.magnitude < 1e15
          ? "write \(NumberFormat.text(number.rounded(.down))) or \(NumberFormat.text(number.rounded(.up)))"
          : "",
        fix: fix)
    case .unknownChoice(let word, let near, let choices):
      return Diagnostic(
        "`\(argument)` of `\(function)` has no choice `\(word)`", at: span, label: didYouMean(near),
        body: "The choices are \(listed(choices.map(\.word))).")
    case .item(let index, let inner):
      return inner.diagnostic("\(argument)[\(index)]", function, span, fix)
    case .entry(let key, let inner):
      return inner.diagnostic("\(argument)[\(Value.quoted(key))]", function, span, fix)
    }
  }

  private func advice(_ value: Value, _ needed: String, _ fix: String) -> String {
    switch value {
    case .text where !fix.isEmpty: "leave the quotes out"
    case .list where !fix.isEmpty: "leave the brackets out"
    case .list where !needed.contains("dictionary"): "one value is needed, not several"
    case .number where fix.contains("["), .text where fix.contains("["), .object where fix.contains("["):
      "put it into a list"
    default: "this is \(value.kindPhrase)"
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

extension NumberRange {
  /// The bounds in words; only the one that `number` breaks where the other is a limit of the machine.
  fileprivate func phrase(beside number: Double) -> String {
    number < lower && upper >= 1e6 && !excludesLower
      ? NumberRange(lower).phrase : phrase
  }

  /// What is most likely meant by a number out of range.
  fileprivate func advice(for number: Double) -> String {
    if number < 0, contains(-number), number == number.rounded() || lower < 1 {
      return "did you mean \(NumberFormat.text(-number))?"
    }
    if number > upper, number >= 3, number <= 100, contains(number / 100), upper <= 1 {
      return "did you mean \(NumberFormat.text(number / 100))?"
    }
    if number == 0 { return "0 is too small" }
    return number < lower || excludesLower && number == lower ? "too small" : "too large"
  }
}

private func didYouMean(_ near: String?) -> String {
  near.map { "did you mean `\($0)`?" } ?? ""
}

/// "`a`, `b` and `c`".
package func listed(_ words: [String]) -> String {
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
