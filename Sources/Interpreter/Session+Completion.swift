// Completion: from the table, the names there are and the text before the cursor. Nothing is evaluated.

extension Session {
  /// What can stand at the cursor, a UTF-8 offset in `text`.
  package func complete(_ text: String, cursor: Int) -> Completion {
    Completer(session: self, text: text, cursor: cursor).completion()
  }
}
