// A stand-in for a language: brackets decide whether a cell is complete, and ten words complete.
import LineEditor
import Text

enum DemoLanguage {
  static let words = [
    EditorCandidate(text: "attach", kind: "command", summary: "Add an adapter to a model", suffix: "("),
    EditorCandidate(text: "base", kind: "value", summary: "A transformer of 2 layers"),
    EditorCandidate(text: "compare", kind: "command", summary: "Train several settings", suffix: "("),
    EditorCandidate(text: "plot", kind: "command", summary: "Draw a run", suffix: " "),
    EditorCandidate(
      text: "scaling", kind: "command", summary: "Show or choose the scaling mode", suffix: " "),
    EditorCandidate(
      text: "scaling_table", kind: "command", summary: "The multiplier of each rank in both scaling modes",
      suffix: "("),
    EditorCandidate(text: "seed=", kind: "argument", summary: "Where random numbers begin"),
    EditorCandidate(text: "task", kind: "value"),
    EditorCandidate(text: "train", kind: "command", summary: "Train an adapter", suffix: "("),
    EditorCandidate(text: "größe", kind: "value", summary: "A name with umlauts"),
  ]

  static var hooks: EditorHooks {
    EditorHooks(complete: complete, isComplete: isComplete)
  }

  static func complete(_ cell: String, _ cursor: Int) -> EditorCompletion {
    let before = Array(cell.unicodeScalars.prefix(cursor))
    let word = before.reversed().prefix { $0.properties.isAlphabetic || $0 == "_" }.reversed()
    let typed = String(String.UnicodeScalarView(word))
    return EditorCompletion(
      start: cursor - word.count, end: cursor, candidates: words.filter { $0.text.hasPrefix(typed) })
  }

  static func isComplete(_ cell: String) -> Completeness {
    let depth = cell.reduce(0) { depth, character in
      "([{".contains(character) ? depth + 1 : ")]}".contains(character) ? depth - 1 : depth
    }
    if depth < 0 { return .invalid }
    return depth == 0 ? .complete : .incomplete(indent: 2 * depth)
  }
}
