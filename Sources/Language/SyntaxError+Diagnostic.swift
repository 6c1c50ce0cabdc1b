// The sentences of syntax errors: title, what stands at the carets, explanation, and what to write instead.

extension SyntaxFailure {
  /// The diagnostic that shows this failure in its text.
  package func diagnostic(in source: Source) -> Diagnostic {
    let message = error.message
    return Diagnostic(
      message.title, at: span, label: message.label, others: message.others, body: message.body,
      fix: message.fix, source: source, code: error.code)
  }
}

extension SyntaxError {
  /// The case's name, for Python's constructs that of the construct.
  fileprivate var code: String {
    if case .python(let construct, _) = self { return Diagnostic.code(of: construct) }
    return Diagnostic.code(of: self)
  }

  var message: SyntaxMessage {
    switch self {
    // Characters and literals
    case .unexpectedCharacter(let character, let replacement?, let fix):
      return SyntaxMessage(
        "`\(character)` is not a character of the language", label: "write `\(replacement)`", fix: fix)
    case .unexpectedCharacter(let character, nil, _):
      return SyntaxMessage(
        "`\(character)` is not a character of the language", label: "leave it out, or put it into a text")
    case .malformedNumber(let text, let fix):
      return SyntaxMessage(
        "`\(shortened(text))` is not a number",
        body: "Numbers are written as 16, 0.5, 2e-4 or 1_000. A name begins with a letter.", fix: fix)
    case .brokenNumber(let text, let fix):
      return SyntaxMessage(
        "`\(shortened(text))` is not one number", label: "a comma or space ends a number",
        body: "The decimal point is a point, and thousands are joined, or parted by `_`.", fix: fix)
    case .percentage(let fix):
      return SyntaxMessage(
        "there are no percent signs", label: "write the share itself",
        body: "Between two numbers, `%` gives the remainder of a division.", fix: fix)
    case .quoteInText(let fix):
      return SyntaxMessage(
        "a quote has ended the text before this", label: "put the text into the other kind of quotes",
        fix: fix)
    case .unquotedText(let fix):
      return SyntaxMessage("a path or an address stands in quotes", label: "make it a text", fix: fix)
    case .unclosedText(let quote, let fix):
      let body =
        quote.count == 3
        ? "" : "A text ends on its own line; one of several lines stands between \"\"\" and \"\"\"."
      return SyntaxMessage(
        "this text is never closed", label: "the closing `\(quote)` is missing", body: body, fix: fix)
    case .malformedEscape(let escape, let fix):
      return SyntaxMessage(
        "`\(escape)` is not a character",
        body:
          "Escapes are \\n, \\t, \\\\, \\', \\\", \\x41, \\u00e9 and \\U0001f600. A backslash itself is"
          + " written \\\\, or the whole text as r\"…\".",
        fix: fix)
    case .prefixedText(let prefix):
      return SyntaxMessage(
        "there are no \(prefix)\"…\" texts", label: "leave the `\(prefix)` out",
        body: "The only prefix is r, for a text whose backslashes mean themselves.")
    case .adjacentTexts(let fix):
      return SyntaxMessage("two texts stand side by side", label: "a `,` or `+` is missing", fix: fix)

    // Brackets and depth
    case .unclosedBracket(let bracket, let closing, let opening, let comment):
      return SyntaxMessage(
        "the `\(bracket)` is never closed", label: "`\(closing)` is missing",
        others: [Diagnostic.Label(opening, "opened here")]
          + (comment.map { [Diagnostic.Label($0, "a comment: this `\(closing)` does not count")] } ?? []))
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
    case .wrongBrackets(let bracket, let fix):
      return SyntaxMessage(
        "arguments do not stand in `\(bracket)`", label: "a call is written with `(` and `)`", fix: fix)
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
    case .splitOperator(let text, let instead):
      return SyntaxMessage(
        "`\(text)` is not an operator", label: "did you mean `\(instead)`?",
        body: instead == "==" ? "One `=` assigns a value to a name, and `==` compares two values." : "")
    case .missingOperator(let found):
      return SyntaxMessage(
        "\(found) cannot stand here", label: "before it an operator or a line break is missing")
    case .missingStatementEnd(let found):
      return SyntaxMessage(
        "\(found) cannot stand here", label: "the statement should end here",
        body: "Statements end with a line break or `;`.")
    case .missingArgumentEnd(let found, let fix):
      return SyntaxMessage(
        "\(found) cannot stand here", label: "`,` is missing, or the end of the line", fix: fix)
    case .argumentWithoutAssign(let name, let fix):
      return SyntaxMessage(
        "a value follows `\(name)` without `=`", label: "an argument is written `name=value`", fix: fix)
    case .missingName(let role, let found):
      return SyntaxMessage("\(role.article) is missing", label: "expected \(role.article), found \(found)")
    case .missingWord(let word, let found):
      return SyntaxMessage("`\(word)` is missing", label: "expected `\(word)`, found \(found)")
    case .missingBlock(let head, let found, let fix):
      return SyntaxMessage(
        "the block of `\(head)` is missing", label: "expected `{`, found \(found)",
        body: fix.isEmpty ? "Its form is `\(headForm(head))`." : "", fix: fix)
    case .loopInBrackets(let fix):
      return SyntaxMessage(
        "the head of a loop has no brackets", label: "leave them out",
        body: fix.isEmpty ? "Its form is `\(headForm("for"))`." : "", fix: fix)
    case .misplacedElse(let word, let fix):
      return SyntaxMessage(
        "`\(word)` stands without its `if`", label: "write it on the line of the `}`",
        body: fix.isEmpty ? "Its form is `\(headForm("else"))`." : "", fix: fix)
    case .misplacedReturn(let fix):
      return SyntaxMessage(
        "`return` stands outside a function", label: "leave it out",
        body: "A cell shows the value of an expression by itself.", fix: fix)
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
    case .misplacedHelp(let fix):
      return SyntaxMessage(
        "`?` stands in the wrong place",
        body:
          "It asks for help as the first character of a cell or its last; anywhere else `help train` does.",
        fix: fix)
    case .pastedPrompt(let fix):
      return SyntaxMessage("this is the prompt, not a part of the cell", label: "leave it out", fix: fix)
    case .pastedOutput:
      return SyntaxMessage(
        "this is output, not a part of the cell", label: "leave the line out",
        body: "Of what a program printed only the lines behind its prompt can be typed again.")
    case .pastedFence:
      return SyntaxMessage(
        "this is Markdown, not a part of the cell", label: "leave the line out",
        body: "`ranklab run` and `ranklab step` read whole Markdown files.")
    case .pastedYAML(let fix):
      return SyntaxMessage(
        "this is YAML, not a program", label: "a trainer's configuration, or a part of one",
        body: "Its values go into calls: `lora(r=64, alpha=128)`, `train(m, task, lr=2e-4)`.", fix: fix)
    case .otherPrompt(let word, let fix):
      return SyntaxMessage("`\(word)` belongs to another program's prompt", label: "write `\(fix)`", fix: fix)
    case .shellCommand(let word, let program):
      return SyntaxMessage(
        "`\(shortened(word))` is a command of the shell, not of ranklab",
        label: program == "ranklab" ? "this is its prompt already" : "type it in another terminal",
        body: SyntaxError.advice(ofProgram: program))
    case .declaration(let word, let fix):
      return SyntaxMessage("names need no `\(word)`", label: "leave it out", fix: fix)

    // Assignment
    case .builtInAssigned(let name, let fix, let renamed):
      return SyntaxMessage(
        "`\(name)` is built in and cannot be assigned",
        label: fix.map { "write `\($0)`" } ?? "choose another name",
        body: "A value needs a name of its own, such as `my_\(name)`.",
        fix: renamed)
    case .builtInRenamed(let name, let role):
      return SyntaxMessage(
        "`\(name)` is built in and cannot be \(role.article)",
        label: "choose another name, such as `my_\(name)`")
    case .notAssignable(let fix):
      return SyntaxMessage(
        "only a name can be assigned", label: "this is not a name",
        body: "The name stands on the left of `=`; to compare, write `==`.", fix: fix)
    case .itemAssigned(let fix):
      return SyntaxMessage(
        "items do not change in place", label: "make a new list or dictionary, and give it the name",
        fix: fix)
    case .fieldAssigned:
      return SyntaxMessage(
        "fields do not change in place", label: "make a new object with the value that you want",
        body: "An adapter gets its settings from `lora(…)`, a run from `train(…)`.")
    case .chainedAssignment(let fix):
      return SyntaxMessage("one statement assigns once", label: "write two statements", fix: fix)
    case .assignmentInExpression(let fix):
      return SyntaxMessage(
        "`=` assigns and gives no value", label: "write `==` to compare", fix: fix)

    // Calls and definitions
    case .positionalAfterLabelled(let label, let first, let fix):
      return SyntaxMessage(
        "an argument without a name follows one with a name", label: "move it to the front, or name it",
        fix: fix, others: [Diagnostic.Label(first, "`\(label)` is named")])
    case .listWithoutBrackets(let name, let fix):
      return SyntaxMessage(
        "several values of `\(name)` are one list", label: "put them between `[` and `]`", fix: fix)
    case .duplicateLabel(let name, let first):
      return SyntaxMessage(
        "`\(name)` is given twice", label: "leave one out",
        others: [Diagnostic.Label(first, "first given here")])
    case .labelNotName:
      return SyntaxMessage(
        "the left of `=` is not the name of an argument", label: "expected a name",
        body: "Write `name=value`, or `==` to compare.")
    case .notCallable(let fix):
      return SyntaxMessage(
        "this cannot be called", label: "only a name or a method can",
        body: "A product is written with `*`.", fix: fix)
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

  /// What to do here in place of a program of the shell.
  private static func advice(ofProgram program: String) -> String {
    switch program {
    case "pip", "pip3", "conda", "uv", "apt", "brew", "sudo":
      "Python's libraries are not used here, and need not be installed; `help` lists what there is."
    case "python", "python3", "accelerate", "torchrun", "deepspeed", "jupyter":
      "No Python runs here. `lint` reads a training script, and finds what is likely to go wrong in it."
    case "cat", "less", "head", "tail", "ls", "source", "cp", "mv", "rm", "mkdir", "wget", "curl", "git":
      "`load`, `load_adapter` and `save` are what reads and writes files here."
    case "cd", "pwd": "Paths count from the folder in which ranklab was started."
    case "ranklab": "`help` lists the commands that are typed here."
    default: "`help` lists what there is."
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
