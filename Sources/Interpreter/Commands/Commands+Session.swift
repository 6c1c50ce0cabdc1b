// The commands that look at the session and at the table itself.
import Display
import Fields
import Language
import Text

package enum SessionCommands {
  package static let all: [Command] = [show, print, help, apropos, example, vars, forget, threads, time]

  private static let show = Command(
    "show", .looking,
    [Parameter("values", .any, .absent("an empty line"), "what to show", isVariadic: true)],
    result: "nothing", "Shows values, also inside loops and functions.",
    details:
      "Plain values stand in one line, texts without quotes; models, runs and charts each show themselves.",
    example: "for r in [4, 16, 64] { show(r, 16 / sqrt(r)) }"
  ) { arguments, session in
    let values = arguments.list("values")
    if values.count == 1, values[0].hasItems {
      session.emit(values[0].written)
    } else if values.allSatisfy(\.isPlain) {
      session.emit(.text(values.map(\.bare).joined(separator: " ")))
    } else {
      for value in values {
        if value.isPlain { session.emit(.text(value.bare)) } else { session.show(value) }
      }
    }
    return .none
  }

  private static let print = Command(
    "print", .looking,
    [
      Parameter("values", .any, .absent("an empty line"), "what to print", isVariadic: true),
      Parameter("sep", .text, .text(" "), "what stands between two values", isPositional: false),
      Parameter(
        "end", .text, .text("\n"), "what stands behind the last one; a line break by default",
        isPositional: false),
    ] + Parameter.withoutEffect("flush", because: "lines are shown once they are whole"),
    result: "nothing", "Prints values, as in Python.",
    details:
      "Texts stand without quotes. A model, a run or a chart shows itself in lines of its own, as by `show`.",
    example: "for r in [4, 16, 64] { print(\"rank\", r, 16 / r) }"
  ) { arguments, session in
    let values = arguments.list("values")
    guard values.allSatisfy(\.isPlain) else {
      for value in values {
        if value.isPlain { session.emit(.text(value.bare)) } else { session.show(value) }
      }
      return .none
    }
    let end = arguments.text("end")
    if values.count == 1, values[0].hasItems, end == "\n", session.isAtLineStart {
      session.emit(values[0].written)
      return .none
    }
    session.write(values.map(\.bare).joined(separator: arguments.text("sep")) + end)
    return .none
  }

  private static let help = Command(
    "help", .session,
    [Parameter("name", .name, .absent("all commands"), "a command, or a name of yours")],
    result: "nothing", "Says what there is, or all about one name: `help train`, also `?train` and `train?`.",
    example: "help logspace", keywords: ["manual", "docs", "documentation", "man"]
  ) { arguments, session in
    guard let name = arguments.optionalText("name") else {
      session.emit(.page(Help.overview(session.table)))
      return .none
    }
    guard let page = Help.about(name, session) else {
      let near = Suggestion.closest(to: name, among: Help.names(session))
      throw Failure(
        argument: "name", "there is no help for `\(name)`",
        label: near.map { "did you mean `\($0)`?" } ?? "`help` lists what there is",
        fix: near != nil
          ? "help \(near ?? "")"
          : Help.commands(mentioning: name, session.table).isEmpty ? "" : "apropos \(name)")
    }
    session.emit(.page(page))
    return .none
  }

  private static let apropos = Command(
    "apropos", .session,
    [
      Parameter(
        "words", .word(.table), .required, "a word, or several that belong together", isVariadic: true)
    ],
    result: "nothing", "Lists the commands whose help has a word, or several words.",
    example: "apropos learning rate", keywords: ["search", "find", "look up"]
  ) { arguments, session in
    let words = arguments.texts("words").joined(separator: " ")
    let found = Help.commands(mentioning: words, session.table)
    let remarks = Help.remarks(on: words)
    if !found.isEmpty { session.emit(.page(Help.list(of: found))) }
    if !remarks.isEmpty { session.emit(.page(Page(remarks.map { .paragraph($0) }))) }
    if found.isEmpty && remarks.isEmpty {
      session.emit(.text("No command's help has `\(words)`; `help` lists all by what they are for."))
    }
    return .none
  }

  private static let example = Command(
    "example", .session,
    [Parameter("name", .word(.commands), .required, "a command, or a method such as `run.name`")],
    result: "nothing", "Prints a command's example and runs it in a session of its own.",
    details: "Your names stay as they are, and files that it writes go into a temporary folder of its own.",
    example: "example mean", keywords: ["demo", "sample"]
  ) { arguments, session in
    let name = arguments.text("name")
    guard let command = session.table.named(name) ?? Help.method(name, session) else {
      let near = Suggestion.closest(to: name, among: session.table.all.map(\.name))
      throw Failure(
        argument: "name", "no command is named `\(name)`",
        label: near.map { "did you mean `\($0)`?" } ?? "`help` lists them")
    }
    session.emit(.page(Page([.code(command.example)])))
    let folder = command.exampleReadsFiles ? nil : try session.environment.makeFolder?()
    let result = session.another(in: folder?.path).execute(Source(command.example)) { session.emit($0) }
    folder?.removeIfEmpty()
    if result.wasInterrupted { session.markInterrupted() }
    return .none
  }

  private static let vars = Command(
    "vars", .session, [], result: "nothing", "Lists your names with the kind and memory of their values.",
    example: "a = [1, 2]; vars", keywords: ["who", "whos", "workspace", "variables"]
  ) { _, session in
    let names = session.scope.userNames
    guard !names.isEmpty else {
      session.emit(.text("No names yet; `name = value` makes one."))
      return .none
    }
    let columns: [Table.Column] = [.init("name"), .init("kind"), .init("value"), .init("memory", .right)]
    let rows = names.compactMap { name in
      session.scope.globals[name].map { [name, $0.kindName, $0.summary, $0.memory] }
    }
    session.emit(.table(Table(columns: columns, rows: rows)))
    return .none
  }

  private static let forget = Command(
    "forget", .session,
    [Parameter("names", .word(.variables), .required, "one of your names, or several", isVariadic: true)],
    result: "nothing", "Lets go of names and of the memory that only they held.",
    example: "a = 1; forget a", keywords: ["delete", "del", "reset", "free"]
  ) { arguments, session in
    let names = arguments.texts("names")
    for name in names where session.scope.globals[name] == nil {
      let near = Suggestion.closest(to: name, among: session.scope.userNames)
      throw Failure(
        argument: "names", "no value is named `\(name)`",
        label: near.map { "did you mean `\($0)`?" } ?? "there is nothing to forget")
    }
    for name in names {
      // The last value would keep an object alive that the user lets go.
      if case .object(let object)? = session.scope.globals[name],
        case .object(let last)? = session.scope.globals["_"], object === last
      {
        session.scope.globals["_"] = nil
      }
      session.scope.globals[name] = nil
    }
    return .none
  }

  private static let threads = Command(
    "threads", .session,
    [Parameter("count", .whole(NumberRange(1, 256)), .absent("only tells it"), "how many threads compute")],
    result: "the count", "Tells or sets how many threads compute.",
    details: "Results are equal to the bit for every count; only the time differs.", example: "threads 2"
  ) { arguments, session in
    if let count = arguments.optionalWhole("count") { session.threads = count }
    return .number(Double(session.threads))
  }
}

extension SessionCommands {
  /// The parser takes `time STATEMENT` apart; the entry is for help, and for `time` in an expression.
  private static let time = Command(
    "time", .session,
    [Parameter("statement", .any, .required, "what is to be timed: an expression, an assignment, a loop")],
    result: "what the statement gives", "Runs a statement and says how long it took.",
    details: "The time of the wall clock, not that of the processor.", example: "time sum(range(1000))",
    keywords: ["timeit", "duration", "speed"]
  ) { arguments, _ in
    throw Failure(
      "`time` stands before a whole statement", label: "here it is inside of one",
      body: "For the time of an assignment, write `time` before it: `time x = f()`.")
  }
}

extension Value {
  /// One line for `vars`, cut at 60 characters.
  package var summary: String {
    let line: String
    switch self {
    case .object(let object): line = object.summary
    case .function(let function, source: _):
      line = "\(function.name.text)(\(function.parameters.map(\.name.text).joined(separator: ", ")))"
    case .text(let text) where text.utf8.count > 4096:
      line = pythonQuoted(String(text.unicodeScalars.prefix(1024)))
    default: line = code(limit: 4096)
    }
    return line.count <= 60 ? line : line.prefix(57) + "..."
  }

  /// What an object holds, or the objects in a list; empty for plain values.
  fileprivate var memory: String {
    bytes == 0 ? "" : Quantity.bytes(bytes)
  }
}
