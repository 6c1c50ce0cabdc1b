// One way to complete what stands before the cursor.

/// A completion that the list shows and the line can take.
package struct EditorCandidate: Equatable, Sendable {
  /// What replaces the range of the completion.
  package var text: String
  /// One word that says what the candidate is, such as `command` or `value`.
  package var kind: String
  /// One line of explanation; may be empty.
  package var summary: String
  /// What follows the text when this is the only candidate: `(`, `=`, a space or nothing.
  package var suffix: String

  package init(text: String, kind: String, summary: String = "", suffix: String = "") {
    self.text = text
    self.kind = kind
    self.summary = summary
    self.suffix = suffix
  }
}
