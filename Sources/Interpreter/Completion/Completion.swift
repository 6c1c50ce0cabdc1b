// What can stand at the cursor: the answer to a TAB.
package import Language

package struct Completion: Equatable, Sendable {
  /// The UTF-8 range of the text that a candidate replaces.
  package var span: Span
  /// The likely ones first; empty where nothing is known.
  package var candidates: [Candidate]

  package init(span: Span, candidates: [Candidate]) {
    self.span = span
    self.candidates = candidates
  }
}

package struct Candidate: Equatable, Sendable {
  package enum Kind: String, Sendable {
    case command, name, label, choice, field, method, path, module, keyword, topic
  }

  /// What replaces the span.
  package var text: String
  package var kind: Kind
  /// One line: what it means or is.
  package var meaning: String
  /// What a front end adds where this is the only candidate: "=", "(", a space, a closing quote, or nothing.
  package var suffix: String

  package init(_ text: String, _ kind: Kind, _ meaning: String, suffix: String = "") {
    self.text = text
    self.kind = kind
    self.meaning = meaning
    self.suffix = suffix
  }
}
