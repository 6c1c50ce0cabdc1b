// What is being typed at the cursor, so that the evaluator can say what may come there.

package struct CompletionContext: Equatable, Sendable {
  package enum Position: Equatable, Sendable {
    /// The start of a statement: commands and names.
    case statement
    /// A value: names and functions.
    case expression
    /// The start of an argument of a call in either form: labels and names. `command` is the callee as
    /// written ("train", or "trainer.train"); `given` are the labels before the cursor; `positional` counts
    /// the arguments without a label before it.
    case argument(command: String, given: [String], positional: Int)
    /// Directly behind `label=`: choices and names.
    case value(command: String, label: String)
    /// The start of an item of a list or dictionary that is an argument.
    case item(ArgumentPlace)
    /// In a text: a path, a choice or the name of a module. Nil outside of calls; a text in a list belongs to
    /// the argument that the list is.
    case string(ArgumentPlace?)
    /// Behind a dot: the names before it, outermost first; empty behind anything but names.
    case field([String])
    /// Behind a leading `?`.
    case helpName
    /// Behind `import`, or `from`: the name of a library.
    case module
    /// Behind `from peft import`.
    case importedName(module: String)
    /// Nothing can be said: in a comment or number, at a new name, behind a whole value.
    case none
  }

  /// A call that is open at the cursor.
  package struct OpenCall: Equatable, Sendable {
    /// The callee as written.
    package var callee: String
    /// The arguments before the cursor that are names (`base`, `run.adapter`), in order.
    package var names: [[String]]
  }

  /// A name that a statement before the cursor's gives a value.
  package struct AssignedName: Equatable, Sendable {
    package var name: String
    /// What is called on the right-hand side, as written; nil for anything but a call.
    package var callee: String?
  }

  /// What is already typed of the word: from `start` to the cursor.
  package var prefix: String
  /// UTF-8 offsets of what a candidate replaces. `end` is behind the cursor where the cursor is in a word.
  package var start: Int
  package var end: Int
  package var position: Position
  /// The calls around the cursor, innermost last.
  package var calls: [OpenCall]
  /// The names that the text gives a value before the statement at the cursor, each once, the last first.
  package var assigned: [AssignedName]

  /// - Parameters:
  ///   - cursor: a UTF-8 offset; outside of the text or within a character it is moved to the nearest place
  ///     before.
  ///   - commands: the names of the table.
  package init(_ text: String, cursor: Int, commands: Set<String>) {
    let bytes = Array(text.utf8)
    var cursor = min(max(cursor, 0), bytes.count)
    while cursor > 0, cursor < bytes.count, bytes[cursor] & 0xC0 == 0x80 { cursor -= 1 }
    let before = Lexer.tokens(String(decoding: bytes[..<cursor], as: UTF8.self))
    let scan = CompletionScan(before, commands: commands)
    position = scan.position
    calls = scan.calls
    assigned = scan.assignedNames
    start = scan.start
    end = cursor
    prefix = before.text(Span(scan.start, cursor))
    if scan.isInWord {
      var rest = Lexer(list: TokenList(bytes: bytes), position: cursor)
      rest.skipWord()
      end = rest.position
    } else if case .string = scan.position {
      end += bytes[cursor...].prefix(while: CompletionContext.continuesText).count
    }
  }

  /// Whether a byte behind the cursor belongs to the part of a text, or of a path, that is completed.
  private static func continuesText(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."), 0x80...:
      true
    default: false
    }
  }
}
