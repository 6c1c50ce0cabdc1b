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
    /// In a text: a path, a choice or the name of a module. `command` is nil outside of calls; one of
    /// `label` and `positional` is set inside; a text in a list belongs to the argument that the list is.
    case string(command: String?, label: String?, positional: Int?)
    /// Behind a dot: the names before it, outermost first; empty behind anything but names.
    case field([String])
    /// Behind a leading `?`.
    case helpName
    /// Nothing can be said: in a comment or number, at a new name, behind a whole value.
    case none
  }

  /// What is already typed of the word: from `start` to the cursor.
  package var prefix: String
  /// UTF-8 offsets of what a candidate replaces. `end` is behind the cursor where the cursor is in a word.
  package var start: Int
  package var end: Int
  package var position: Position

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
    start = scan.start
    end = cursor
    prefix = before.text(Span(scan.start, cursor))
    if scan.isInWord {
      var rest = Lexer(list: TokenList(bytes: bytes), position: cursor)
      rest.skipWord()
      end = rest.position
    }
  }
}
