// The sentences for Python that is not in the language.

extension PythonConstruct {
  /// - Parameter fix: what to write, made from the program's text; empty shows a general form.
  func message(fix: String) -> SyntaxMessage {
    switch self {
    case .indentedBlock(let head):
      return SyntaxMessage(
        "blocks stand in braces", label: "write `{` here and `}` at the end",
        body: "Indentation has no meaning, so `\(head)` cannot end with a colon.", fix: fix)
    case .mainGuard:
      return SyntaxMessage(
        "a cell has no `__name__`", label: "leave the line out",
        body: "A cell or script runs from its first line to its last.", fix: fix)
    case .classes:
      return SyntaxMessage(
        "there are no classes", label: "define functions with `def`",
        body: "Values have the kinds that the commands make; see `help`.")
    case .whileLoop:
      return SyntaxMessage(
        "there is no `while`", label: "write a `for`",
        body: "A loop runs over a list, so that its end is known: `for i in range(100) { … }`.")
    case .exceptions:
      return SyntaxMessage(
        "errors cannot be caught", label: "write the body as it is",
        body: "An error ends the cell, and `_error` keeps it. A run that diverges is not an error.")
    case .contexts:
      return SyntaxMessage(
        "there is no `with`", label: "write its body as it is", body: "Files and models close themselves.")
    case .asynchronous:
      return SyntaxMessage(
        "nothing is asynchronous", label: "leave the word out",
        body: "A call returns when it is done.", fix: fix)
    case .generators:
      return SyntaxMessage(
        "there are no generators", label: "return a list", body: "A function returns one value.", fix: fix)
    case .formattedText:
      return SyntaxMessage(
        "there are no f-texts", label: "leave the `f` out and give the values beside it",
        body: "`print` takes several values and puts them on one line; `str` makes a text of a value.",
        fix: fix)
    case .lambda:
      return SyntaxMessage(
        "there is no `lambda`", label: "define a function",
        body: fix.isEmpty ? "A function is written `def f(x) { return x }`." : "", fix: fix)
    case .walrus:
      return SyntaxMessage(
        "`:=` cannot assign within an expression", label: "assign in a statement before it", fix: fix)
    case .conditional:
      return SyntaxMessage("`if` cannot stand in an expression", label: "make it a statement", fix: fix)
    case .tuple:
      return SyntaxMessage("there are no tuples", label: "make it a list", fix: fix)
    case .set:
      return SyntaxMessage(
        "there are no sets", label: "make it a list, or give each key a value", fix: fix)
    case .generator:
      return SyntaxMessage(
        "`for` makes a list only in square brackets", label: "put `[` and `]` around it",
        body: fix.isEmpty ? "A list is made by `[x * x for x in xs]`." : "", fix: fix)
    case .dictionaryComprehension:
      return SyntaxMessage(
        "a dictionary cannot be made by `for`", label: "make a list of lists", fix: fix)
    case .nestedComprehension:
      return SyntaxMessage(
        "a list has one `for` and one `if`", label: "leave this out",
        body: "Join conditions with `and`; write a second loop as a list of its own.", fix: fix)
    case .nestedLoopNames:
      return SyntaxMessage(
        "the names of a loop have no brackets", label: "take this item apart in the block", fix: fix)
    case .unpacking:
      return SyntaxMessage(
        "lists and dictionaries cannot be unpacked with a star", label: "give each value by itself")
    case .annotation:
      return SyntaxMessage("names have no declared types", label: "leave the type out", fix: fix)
    case .severalIndices:
      return SyntaxMessage(
        "an index is one value", label: "write a second pair of brackets", fix: fix)
    case .importAll:
      return SyntaxMessage(
        "`import *` is not needed", label: "leave the line out",
        body: "Imports have no effect here: the names that are known need none.")
    case .decorator:
      return SyntaxMessage("there are no decorators", label: "leave the line out")
    case .deletion:
      return SyntaxMessage(
        "there is no `del`", label: "`forget` lets go of a name", body: "Lists do not change in place.",
        fix: fix)
    case .scope:
      return SyntaxMessage(
        "names have no declared scope", label: "leave the line out",
        body: "A function reads the names of the session and returns what it makes.")
    case .raising:
      return SyntaxMessage(
        "a program cannot raise errors", label: "show a message, or leave it out", fix: fix)
    case .identity:
      return SyntaxMessage("there is no `is`", label: "compare values", fix: fix)
    case .loopExit(let word):
      return SyntaxMessage(
        "there is no `\(word)`", label: "put the rest into an `if`",
        body: "A loop runs over its whole list: `for x in xs { if x > 1 { … } }`.")
    case .emptyStatement:
      return SyntaxMessage("there is no `pass`", label: "a block may be empty: `{ }`")
    case .augmentedAssignment(let mark):
      return SyntaxMessage(
        "there is no `\(mark)`", label: "assign the result: `x = x \(mark.dropLast()) 1`", fix: fix)
    case .notebookMagic(let word):
      return SyntaxMessage(
        "`\(word)` belongs to notebooks",
        label: word.contains("time") ? "`time` is a command here" : "leave it out",
        body: "No command begins with `%`.", fix: fix)
    case .foreignOperator(let mark, let instead):
      return SyntaxMessage(
        "there is no `\(mark)`", label: instead.isEmpty ? "leave it out" : "write `\(instead)`",
        body: instead.isEmpty ? "The operators are + - * / // % ** == != < <= > >= and, or, not, in." : "")
    }
  }
}
