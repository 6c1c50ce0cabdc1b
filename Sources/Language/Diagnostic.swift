// A diagnostic: what is wrong, where, and what to type instead. Every error that a user sees is one.

/// An error as a value. `Diagnostic+Rendering.swift` draws it with the source line and a caret.
package struct Diagnostic: Error, Equatable, Sendable {
  /// How grave it is; the first word of what is shown.
  package enum Level: String, Sendable { case error, warning, note }

  /// A second place in the source, with what is said of it.
  package struct Label: Equatable, Sendable {
    package var span: Span
    package var text: String

    package init(_ span: Span, _ text: String) {
      self.span = span
      self.text = text
    }
  }

  package var level: Level
  /// One line, lower case, no full stop: "no value is named `tsak`".
  package var title: String
  /// The place; nil where no source text is to blame (a file that cannot be read).
  package var span: Span?
  /// What stands after the carets: "did you mean `task`?".
  package var label: String
  /// Second places: "first given here".
  package var others: [Label]
  /// Full sentences below the source, or empty.
  package var body: String
  /// Text to type instead, or empty: shown as "write: …".
  package var fix: String
  /// The text that the spans refer to; filled in by whoever knows it.
  package var source: Source?
  /// The case of the error that it was made from, as `Problem.unknownName`; empty for a sentence made on its own.
  package var code: String

  package init(
    _ title: String, at span: Span? = nil, label: String = "", others: [Label] = [],
    body: String = "", fix: String = "", level: Level = .error, source: Source? = nil, code: String = ""
  ) {
    self.level = level
    self.title = title
    self.span = span
    self.label = label
    self.others = others
    self.body = body
    self.fix = fix
    self.source = source
    self.code = code
  }

  /// The name of an enum's type and case: `Problem.unknownName`.
  package static func code(of error: some Any) -> String {
    let name = Mirror(reflecting: error).children.first?.label ?? String(describing: error)
    return "\(type(of: error)).\(name)"
  }
}
