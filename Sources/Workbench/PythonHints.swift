// What to use in place of Python's built-in functions that are not here.

enum PythonHints {
  /// What stands after the carets under a name that means nothing here and something in Python.
  static let labels = [
    "print": "to print, use `show`",
    "str": "to print values beside each other, use `show(a, b)`",
    "int": "to drop the fraction, write `x // 1`",
    "float": "every number is one already",
    "pow": "write `a ** b`",
    "type": "`help x` says what `x` is",
    "dir": "`help x` lists the fields of `x`",
    "enumerate": "go through `range(len(xs))`",
    "zip": "go through `range(len(xs))`",
    "list": "write `[x for x in xs]`",
    "dict": "write `{\"a\": 1}`",
    "open": "files are read and written by their own commands: see `help`",
    "exit": "Ctrl-D leaves the prompt",
    "quit": "Ctrl-D leaves the prompt",
    "nan": "no setting takes a number that is none",
    "NaN": "no setting takes a number that is none",
    "inf": "no setting takes infinity",
    "sorted": "`min` and `max` find the ends; there is no sorting",
    "map": "write `[f(x) for x in xs]`",
    "filter": "write `[x for x in xs if …]`",
    "isinstance": "`help x` says what `x` is",
    "input": "a program takes its values from names",
    "tuple": "write a list: `[a, b]`",
    "set": "write a list: `[a, b]`",
    "bool": "write `x != 0`",
    "any": "write `sum(xs) > 0`",
    "all": "write `min(xs) > 0`",
    "self": "there are no classes",
    "ls": "that is a command of the shell",
  ]

  /// The names that people give to libraries.
  static let moduleNames: Set<String> = [
    "np", "pd", "plt", "tf", "nn", "F", "jnp", "os", "sys", "random", "time",
  ]
}
