// What to use in place of Python's built-in functions that are not here.

package enum PythonHints {
  /// What stands after the carets under a name that means nothing here and something in Python.
  package static let labels = [
    "int": "`x // 1` drops the fraction, `round(x)` rounds",
    "float": "every number is one already",
    "pow": "write `a ** b`",
    "type": "`help x` says what `x` is",
    "dir": "`help x` lists the fields of `x`",
    "list": "write `[x for x in xs]`",
    "dict": "write `{\"a\": 1}`",
    "open": "files are read and written by their own commands: see `help`",
    "nan": "no setting takes a number that is none",
    "NaN": "no setting takes a number that is none",
    "inf": "no setting takes infinity",
    "map": "write `[f(x) for x in xs]`",
    "filter": "write `[x for x in xs if …]`",
    "isinstance": "`help x` says what `x` is",
    "input": "a program takes its values from names",
    "tuple": "write a list: `[a, b]`",
    "set": "write a list: `[a, b]`",
    "bool": "write `x != 0`",
    "any": "write `sum(xs) > 0`",
    "all": "write `sum(xs) == len(xs)`",
    "self": "there are no classes",
    "reversed": "write `xs[::-1]`",
    "iter": "a loop goes through the list itself",
    "next": "write `xs[0]`",
    "divmod": "write `[a // b, a % b]`",
    "hasattr": "`help x` lists the fields of `x`",
    "getattr": "write `x.name`",
    "repr": "`str(x)` is the text of a value",
    "format": "`round(x, 3)` and `str(x)` make a text of a number",
    "null": "write `None`",
    "undefined": "write `None`",
    "ls": "that is a command of the shell",
    "cd": "paths count from the folder in which ranklab was started",
    "pwd": "paths count from the folder in which ranklab was started",
    "clear": "Ctrl-L clears the screen, `forget x` lets go of a name",
    "cls": "Ctrl-L clears the screen, `forget x` lets go of a name",
    "history": "Up walks through it, Ctrl-R searches it",
    "who": "`vars` lists your names",
    "whos": "`vars` lists your names",
    "reset": "`forget x` lets go of a name",
    "undo": "nothing is undone; give the name another value",
    "man": "`help train` says all about a command",
    "bye": "`quit` leaves",
    "logout": "`quit` leaves",
  ]

  /// What to write in place of a name that means nothing here, where it is one word.
  static let fixes = [
    "null": "None", "undefined": "None", "who": "vars", "whos": "vars", "bye": "quit", "logout": "quit",
  ]

  /// The names that people give to libraries.
  static let moduleNames: Set<String> = [
    "np", "pd", "plt", "tf", "nn", "F", "jnp", "os", "sys", "random", "time",
  ]
}
