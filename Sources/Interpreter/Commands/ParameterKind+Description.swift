// Kinds and ranges in words: for messages, for help and for the reference page.
import Fields
import Text

extension ParameterKind {
  /// One value of the kind, with its article: "a whole number", "a model or an adapter".
  package var needed: String {
    switch self {
    case .number: "a number"
    case .whole: "a whole number"
    case .bool: "True or False"
    case .text, .module: "a text"
    case .choice(let choices): ParameterKind.joined(choices.map { "`\($0.word)`" })
    case .name, .word(.variables), .word(.commands): "a name"
    case .word(.table): "a word"
    case .path: "a path"
    case .list(.any): "a list"
    case .list(let item): "a list of \(item.plural)"
    case .dictionary(.any): "a dictionary"
    case .dictionary(let entry), .moduleDictionary(let entry): "a dictionary of \(entry.plural)"
    case .function: "a function"
    case .object(let kinds): ParameterKind.joined(kinds.map(\.phrase))
    case .any: "a value"
    case .either(let kinds): ParameterKind.joined(kinds.map(\.needed))
    }
  }

  /// The kind with its range and without an article: "whole number, at least 1"; for help's table.
  package var takes: String {
    switch self {
    case .number(let range): range.phrase.isEmpty ? "number" : "number, \(range.phrase)"
    case .whole(let range): range.phrase.isEmpty ? "whole number" : "whole number, \(range.phrase)"
    case .bool: "True or False"
    case .text: "text"
    case .module: "module or pattern"
    case .choice(let choices): ParameterKind.joined(choices.map(\.word))
    case .name: "name"
    case .word(.commands): "command"
    case .word(.variables): "name of yours"
    case .word(.table): "word"
    case .path: "path"
    case .list(.any): "list"
    case .list(let item): "list of \(item.plural)"
    case .dictionary(.any): "dictionary"
    case .dictionary(let entry), .moduleDictionary(let entry): "dictionary of \(entry.plural)"
    case .function: "function"
    case .object(let kinds): ParameterKind.joined(kinds.map(\.name))
    case .any: "value"
    case .either(let kinds): ParameterKind.joined(kinds.map(\.takes))
    }
  }

  private var plural: String {
    switch self {
    case .number: "numbers"
    case .whole: "whole numbers"
    case .bool: "bools"
    case .text: "texts"
    case .module: "names of modules"
    case .choice(let choices): "words out of " + ParameterKind.joined(choices.map { "`\($0.word)`" })
    case .name, .word: "names"
    case .path: "paths"
    case .list: "lists"
    case .dictionary, .moduleDictionary: "dictionaries"
    case .function: "functions"
    case .object(let kinds): ParameterKind.joined(kinds.map(\.plural))
    case .any: "values"
    case .either(let kinds): ParameterKind.joined(kinds.map(\.plural))
    }
  }

  /// "a, b or c".
  private static func joined(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}

extension NumberRange {
  /// "above 0", "at least 1", "from 0 to 1", "at least 0 and below 1"; empty where any finite number is.
  package var phrase: String {
    let hasLower = lower > -.greatestFiniteMagnitude
    let hasUpper = upper < .greatestFiniteMagnitude
    let low = (excludesLower ? "above " : "at least ") + NumberFormat.exact(lower)
    let high = (excludesUpper ? "below " : "at most ") + NumberFormat.exact(upper)
    switch (hasLower, hasUpper) {
    case (true, true) where !excludesLower && !excludesUpper:
      return "from \(NumberFormat.exact(lower)) to \(NumberFormat.exact(upper))"
    case (true, true): return low + " and " + high
    case (true, false): return low
    case (false, true): return high
    case (false, false): return ""
    }
  }
}
