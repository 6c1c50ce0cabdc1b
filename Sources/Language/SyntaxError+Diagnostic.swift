// The sentences of syntax errors: title, what stands at the carets, explanation, and what to write instead.

extension SyntaxFailure {
  /// The diagnostic that shows this failure in its text.
  package func diagnostic(in source: Source) -> Diagnostic {
    let message = error.message
    return Diagnostic(
      message.title, at: span, label: message.label, others: message.others, body: message.body,
      fix: message.fix, source: source)
  }
}

extension SyntaxError {
  var message: SyntaxMessage {
    switch self {
    // Characters and literals
    case .unexpectedCharacter(let character, let replacement?):
      return SyntaxMessage(
        "`\(character)` is not a character of the language", label: "write `\(replacement)`")
    case .unexpectedCharacter(let character, nil):
      return SyntaxMessage("`\(character)` is not a character of the language")
    case .malformedNumber(let text):
      return SyntaxMessage(
        "`\(shortened(text))` is not a number",
        body: "Numbers are written as 16, 0.5, 2e-4 or 1_000. A name begins with a letter.")
    case .unclosedText(let quote):
      let body =
        quote.count == 3
        ? "" : "A text ends on its own line; one of several lines stands between \"\"\" and \"\"\"."
      return SyntaxMessage(
        "this text is never closed", label: "the closing `\(quote)` is missing", body: body)
    case .malformedEscape(let escape):
      return SyntaxMessage(
        "`\(escape)` is not a character",
        body:
          "Escapes are \\n, \\t, \\\\, \\', \\\", \\x41, \\u00e9 and \\U0001f600. A backslash itself is"
          + " written \\\\, or the whole text as r\"…\".")
    case .prefixedText(let prefix):
      return SyntaxMessage(
        "there are no \(prefix)\"…\" texts", label: "leave the `\(prefix)` out",
        body: "The only prefix is r, for a text whose backslashes mean themselves.")
    case .adjacentTexts(let fix):
      return SyntaxMessage("two texts stand side by side", label: "a `,` or `+` is missing", fix: fix)

    // Brackets and depth
    case .unclosedBracket(let bracket, let closing, let opening):
      return SyntaxMessage(
        "the `\(bracket)` is never closed", label: "`\(closing)` is missing",
        others: [Diagnostic.Label(opening, "opened here")])
    case .mismatchedBracket(let found, let expected, let opening):
      return SyntaxMessage(
        "`\(found)` does not close what is open", label: "`\(expected)` should come first",
        others: [Diagnostic.Label(opening, "opened here")])
    case .strayBracket(let bracket):
      return SyntaxMessage("this `\(bracket)` closes nothing", label: "no bracket is open here")
    case .missingComma(let closing, let found, let opening):
      return SyntaxMessage(
        "\(found) cannot stand here", label: "`,` or `\(closing)` is missing before it",
        others: [Diagnostic.Label(opening, "opened here")])
    case .nestingTooDeep(let limit):
      return SyntaxMessage(
        "this is nested too deep", label: "level \(limit + 1)",
        body:
          "Brackets, blocks, signs and powers nest \(limit) levels at most."
          + " Give inner parts a name of their own."
      )
    case .formulaTooDeep(let limit):
      return SyntaxMessage(
        "this formula is too long", label: "more than \(limit) operations in a row",
        body: "Sum a list with `sum([…])`, or give parts of it a name of their own.")
    case .nestedComparison:
      return SyntaxMessage(
        "a chain of comparisons stands within another", label: "give this a name first",
        body: "`a < b < c` means `a < b and b < c`, and b must be simple.")

    // Statements
    case .missingExpression(let found):
      return SyntaxMessage("a value is missing", label: "expected a value, found \(found)")
    case .missingStatementEnd(let found):
      return SyntaxMessage(
        "\(found) cannot stand here", label: "the statement should end here",
        body: "Statements end with a line break or `;`.")
    case .missingArgumentEnd(let found):
      return SyntaxMessage("\(found) cannot stand here", label: "`,` is missing, or the end of the line")
    case .missingName(let role, let found):
      return SyntaxMessage("\(role.article) is missing", label: "expected \(role.article), found \(found)")
    case .missingWord(let word, let found):
      return SyntaxMessage("`\(word)` is missing", label: "expected `\(word)`, found \(found)")
    case .missingBlock(let head, let found):
      return SyntaxMessage(
        "the block of `\(head)` is missing", label: "expected `{`, found \(found)", fix: headForm(head))
    case .misplacedElse(let word):
      return SyntaxMessage(
        "`\(word)` stands without its `if`", label: "write it on the line of the `}`",
        fix: "if condition {\n  …\n} else {\n  …\n}")
    case .misplacedReturn:
      return SyntaxMessage(
        "`return` stands outside a function", body: "A cell shows the value of an expression by itself.")
    case .misplacedNot:
      return SyntaxMessage("`not` needs brackets here", label: "write `(not …)`")
    case .reservedWord(let word, let role):
      return SyntaxMessage("`\(word)` is a word of the language", label: "it cannot be \(role.article)")
    case .unknownCommand(let name, let suggestion, let fix):
      return SyntaxMessage(
        "`\(name)` is not a command",
        label: suggestion.map { "did you mean `\($0)`?" }
          ?? "only a command takes its arguments without brackets",
        fix: fix)
    case .commandInExpression(let name, let fix):
      return SyntaxMessage(
        "`\(name)` needs brackets here", label: "only at the start of a statement can they be left out",
        fix: fix)
    case .misplacedHelp:
      return SyntaxMessage(
        "`?` stands in the wrong place",
        body: "It asks for help as the first character of a cell or its last; anywhere else a line does.",
        fix: "help train")
    case .pastedPrompt:
      return SyntaxMessage("this is the prompt, not a part of the cell", label: "leave it out")

    // Assignment
    case .builtInAssigned(let name, let fix):
      return SyntaxMessage(
        "`\(name)` is built in and cannot be assigned",
        label: fix.map { "write `\($0)`" } ?? "choose another name",
        body: "A value needs a name of its own, such as `my_\(name)`.")
    case .builtInRenamed(let name, let role):
      return SyntaxMessage(
        "`\(name)` is built in and cannot be \(role.article)",
        label: "choose another name, such as `my_\(name)`")
    case .notAssignable:
      return SyntaxMessage(
        "only a name can be assigned", label: "this is not a name",
        body: "Lists and objects do not change in place: make a new one and give it a name.")
    case .chainedAssignment:
      return SyntaxMessage("one statement assigns once", label: "write two statements")
    case .assignmentInExpression(let fix):
      return SyntaxMessage(
        "`=` assigns and gives no value", label: "write `==` to compare", fix: fix)

    // Calls and definitions
    case .positionalAfterLabelled(let label, let first):
      return SyntaxMessage(
        "an argument without a name follows one with a name", label: "move it to the front, or name it",
        others: [Diagnostic.Label(first, "`\(label)` is named")])
    case .duplicateLabel(let name, let first):
      return SyntaxMessage(
        "`\(name)` is given twice", label: "leave one out",
        others: [Diagnostic.Label(first, "first given here")])
    case .labelNotName:
      return SyntaxMessage(
        "the left of `=` is not the name of an argument", label: "expected a name",
        body: "Write `name=value`, or `==` to compare.")
    case .notCallable:
      return SyntaxMessage(
        "this cannot be called", label: "only a name or a method can", body: "A product is written with `*`.")
    case .duplicateParameter(let name, let first):
      return SyntaxMessage(
        "two parameters have the name `\(name)`", label: "choose another name",
        others: [Diagnostic.Label(first, "first given here")])
    case .requiredAfterDefault(let name, let first):
      return SyntaxMessage(
        "`\(name)` has no default but follows one that has",
        label: "move it to the front, or give it a default",
        others: [Diagnostic.Label(first, "has a default")])

    case .python(let construct, let fix): return construct.message(fix: fix)
    }
  }

  private func headForm(_ head: String) -> String {
    switch head {
    case "for": "for x in items { … }"
    case "def": "def f(a, b=1) { … }"
    case "else": "if condition { … } else { … }"
    default: "\(head) condition { … }"
    }
  }
}

/// A quotation of at most 40 characters.
private func shortened(_ text: String) -> String {
  text.utf8.count > 200 || text.count > 40 ? "\(text.prefix(40))…" : text
}
