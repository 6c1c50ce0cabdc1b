// The sentences for Python that is not in the language.

extension PythonConstruct {
  /// - Parameter fix: what to write, made from the program's text; empty shows a general form.
  func message(fix: String) -> SyntaxMessage {
    switch self {
    case .indentedBlock(let head):
      return SyntaxMessage(
        "blocks stand in braces", label: "write `{` here and `}` at the end",
        body: "Indentation has no meaning, so `\(head)` cannot end with a colon.", fix: fix)
    case .classes:
      return SyntaxMessage(
        "there are no classes", label: "define functions with `def`",
        body: "Values have the kinds that the commands make; see `help`.")
    case .whileLoop:
      return SyntaxMessage(
        "there is no `while`", label: "write a `for`",
        body: "A loop runs over a list, so that its end is known.",
        fix: "for i in range(100) { … }")
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
        "there are no generators", label: "return a list", body: "A function returns one value.",
        fix: "return [a, b]")
    case .formattedText:
      return SyntaxMessage(
        "there are no f-texts", label: "leave the `f` out and give the values beside it",
        body: "`show` takes several values and puts them on one line.",
        fix: fix.isEmpty ? "show(\"rank\", r)" : fix)
    case .lambda:
      return SyntaxMessage(
        "there is no `lambda`", label: "define a function",
        fix: fix.isEmpty ? "def f(x) { return x }" : fix)
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
        fix: fix.isEmpty ? "[x for x in items]" : fix)
    case .dictionaryComprehension:
      return SyntaxMessage(
        "a dictionary cannot be made by `for`", label: "make a list of lists",
        fix: fix.isEmpty ? "[[key, value] for key in keys]" : fix)
    case .nestedComprehension:
      return SyntaxMessage(
        "a list has one `for` and one `if`", label: "leave this out",
        body: "Join conditions with `and`; write a second loop as a list of its own.",
        fix: fix.isEmpty ? "[[a * b for a in x] for b in y]" : fix)
    case .severalLoopNames:
      return SyntaxMessage(
        "a loop has one variable", label: "take the item apart in the block",
        fix: fix.isEmpty ? "for pair in pairs { a, b = pair }" : fix)
    case .unpacking:
      return SyntaxMessage(
        "lists and dictionaries cannot be unpacked with a star", label: "give each value by itself")
    case .annotation:
      return SyntaxMessage("names have no declared types", label: "leave the type out", fix: fix)
    case .severalIndices:
      return SyntaxMessage(
        "an index is one value", label: "write a second pair of brackets",
        fix: fix.isEmpty ? "a[1][2]" : fix)
    case .importAll:
      return SyntaxMessage(
        "`import *` is not needed", label: "leave the line out, or give the names",
        fix: "from peft import LoraConfig")
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
        "a program cannot raise errors", label: "show a message, or leave it out", fix: "show(\"message\")")
    case .identity:
      return SyntaxMessage("there is no `is`", label: "compare values", fix: fix)
    case .loopExit(let word):
      return SyntaxMessage(
        "there is no `\(word)`", label: "put the rest into an `if`", body: "A loop runs over its whole list.",
        fix: "for x in items { if condition { … } }")
    case .emptyStatement:
      return SyntaxMessage("there is no `pass`", label: "a block may be empty: `{ }`")
    case .augmentedAssignment(let mark):
      return SyntaxMessage(
        "there is no `\(mark)`", label: "assign the result",
        fix: fix.isEmpty ? "x = x \(mark.dropLast()) 1" : fix)
    case .notebookMagic(let word):
      return SyntaxMessage(
        "`\(word)` belongs to notebooks", label: "leave it out",
        body: "No command begins with `%`; runs show by themselves how long they take.", fix: fix)
    case .foreignOperator(let mark, let instead):
      return SyntaxMessage(
        "there is no `\(mark)`", label: instead.isEmpty ? "leave it out" : "write `\(instead)`",
        body: instead.isEmpty ? "The operators are + - * / // % ** == != < <= > >= and, or, not, in." : "")
    }
  }
}
