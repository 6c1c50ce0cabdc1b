// The sentences about an error, before they have a place.

/// The parts of a diagnostic that depend on the error alone.
struct SyntaxMessage {
  var title: String
  var label = ""
  var body = ""
  var fix = ""
  var others: [Diagnostic.Label] = []

  init(
    _ title: String, label: String = "", body: String = "", fix: String = "", others: [Diagnostic.Label] = []
  ) {
    self.title = title
    self.label = label
    self.body = body
    self.fix = fix
    self.others = others
  }
}
