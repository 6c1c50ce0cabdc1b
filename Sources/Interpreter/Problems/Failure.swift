// What the body of a command throws: an error in the user's words, pinned by the evaluator to an argument.

/// An error of a command. It is shown with a caret under the argument that it names, else under the call.
package struct Failure: Error, Equatable {
  /// A parameter of the command; nil blames the whole call.
  package var argument: String?
  /// One line, lower case, no full stop: "no folder is named `adapters/a`".
  package var title: String
  /// What stands after the carets.
  package var label: String
  /// Full sentences below the source, or empty.
  package var body: String
  /// Text to type instead, or empty. `asWritten` in it stands for the argument as the user wrote it.
  package var fix: String

  /// In a fix, the place of the argument's own text: `attach(\(asWritten), lora(r=8))`.
  package static let asWritten = "\u{FFFC}"

  package init(
    argument: String? = nil, _ title: String, label: String = "", body: String = "", fix: String = ""
  ) {
    self.argument = argument
    self.title = title
    self.label = label
    self.body = body
    self.fix = fix
  }

  /// A failure as it is; any other error by its type's own description, so that nothing is swallowed.
  package init(_ error: any Error) {
    self = error as? Failure ?? Failure("unexpected error: \(error)")
  }
}
