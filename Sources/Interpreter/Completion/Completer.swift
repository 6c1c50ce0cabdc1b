// The answer to one request for completion.
import Language

/// What is known of the session, held against what stands before the cursor.
struct Completer {
  let session: Session
  let text: String
  let context: CompletionContext

  init(session: Session, text: String, cursor: Int) {
    self.session = session
    self.text = text
    context = CompletionContext(text, cursor: cursor, commands: session.table.names)
  }

  /// What can stand at the cursor, and which part of the text it takes the place of. Nothing is evaluated.
  func completion() -> Completion {
    switch context.position {
    case .statement: offer(commands(inStatement: true) + names() + Completer.keywords)
    case .expression: offer(names() + commands())
    case .argument(let command, let given, let positional):
      arguments(of: command, given: given, positional: positional)
    case .value(let command, let label): value(of: callee(command)?.parameter(labeled: label))
    case .item(let place): item(at: place)
    case .string(let place): inText(place)
    case .field(let owners): offer(members(of: owners))
    case .helpName: helpName()
    case .module: offer(Imports.modules.sorted().map { Candidate($0, .module, "a library of Python") })
    case .importedName(let module): offer(importable(from: module))
    case .none: offer([])
    }
  }

  /// The candidates that begin with what is typed, or those of `others` where none of the first do.
  func offer(_ candidates: [Candidate], else others: @autoclosure () -> [Candidate] = []) -> Completion {
    var fitting = matching(candidates)
    if fitting.isEmpty { fitting = matching(others()) }
    return Completion(span: Span(context.start, context.end), candidates: fitting)
  }

  /// The candidates that begin with what is typed, each once; where none does, those that do in the
  /// other case.
  private func matching(_ candidates: [Candidate]) -> [Candidate] {
    let prefix = context.prefix
    var matching = candidates.filter { $0.text.hasPrefix(prefix) }
    if matching.isEmpty {
      let lower = prefix.lowercased()
      matching = candidates.filter { $0.text.lowercased().hasPrefix(lower) }
    }
    var seen: Set<String> = []
    return matching.filter { candidate in
      (prefix.hasPrefix("_") || !candidate.text.hasPrefix("_"))
        && seen.insert("\(candidate.kind) \(candidate.text)").inserted
    }
  }

  private static let keywords = [
    Candidate("for", .keyword, "for x in list { … }", suffix: " "),
    Candidate("if", .keyword, "if condition { … } else { … }", suffix: " "),
    Candidate("def", .keyword, "def f(a, b=1) { … }", suffix: " "),
    Candidate("from", .keyword, "from peft import LoraConfig", suffix: " "),
    Candidate("import", .keyword, "import numpy as np", suffix: " "),
  ]
}
