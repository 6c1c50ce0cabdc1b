// A source text with its name, and places in it.

/// A half-open range of UTF-8 offsets in a source text.
package struct Span: Equatable, Hashable, Sendable {
  /// Offsets in the UTF-8 of the text; what stands at `end` is not in it.
  package var start: Int
  package var end: Int

  package init(_ start: Int, _ end: Int) {
    self.start = start
    self.end = end
  }

  /// The smallest span that covers both.
  package func joined(_ other: Span) -> Span {
    Span(min(start, other.start), max(end, other.end))
  }
}

/// A text to be parsed: a cell typed at the prompt (no name) or a file.
package struct Source: Equatable, Sendable {
  /// The file's name as the user gave it; nil for a cell typed at the prompt or read from a pipe.
  package var name: String?
  package var text: String
  /// The 1-based line of `name` on which `text` begins: a cell of a notebook starts further down.
  package var firstLine: Int

  package init(_ text: String, name: String? = nil, firstLine: Int = 1) {
    self.text = text
    self.name = name
    self.firstLine = firstLine
  }
}
