// What can be wrong with a name.
import Language
import Text

/// A fault of a name: one that nothing has, one used as what it is not, or names that do not match their values.
enum NameProblem: Problem {
  case unknownName(String, near: String?)
  /// A word without quotes, or one that is meant for True or False.
  case bareWord(String, argument: String, needed: String, fix: String)
  /// `{q_proj: 8}`, where no value has the key's name.
  case bareKey(String)
  /// A choice word where no choice is declared; the parameter is one that takes it.
  case choiceAsValue(String, command: String, parameter: String, fix: String)
  case commandAsValue(String)
  /// The owner of dotted commands (`FastLanguageModel`), used without one of them; the members as they are written.
  case ownerAsValue(String, members: [String])
  /// `2-e4`: the name, and the number that was meant.
  case exponentWithoutE(String, write: String)
  case unknownFunction(String, near: String?)
  case notCallable(String, Value, fix: String)
  case unpackedCount(names: Int, values: Int)
  case unpackedKind(Value)
  case unknownModule(String, near: String?)
  case unknownImport(module: String, name: String, near: String?)
  case moduleAsValue(String)
  /// `np.sqrt(2)` with the function that is here under its own name, or nil.
  case moduleMember(String, module: String, known: String?, fix: String)

  func sentences(at span: Span) -> Diagnostic {
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
    }
  }
}
