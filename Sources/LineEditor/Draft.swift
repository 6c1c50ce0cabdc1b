// The cell as it is being written, apart from any terminal.

/// A text of one or more lines and a cursor in it. Positions count Unicode scalars, as libedit does.
package struct Draft: Equatable {
  package var text: [Unicode.Scalar]
  /// From 0 to the length of the text.
  package var cursor: Int

  package init(text: [Unicode.Scalar] = [], cursor: Int = 0) {
    self.text = text
    self.cursor = min(max(cursor, 0), text.count)
  }

  package init(_ string: String) {
    let scalars = Array(string.unicodeScalars)
    self.init(text: scalars, cursor: scalars.count)
  }

  package var string: String { String(text) }

  package mutating func insert(_ inserted: some Collection<Unicode.Scalar>) {
    text.insert(contentsOf: inserted, at: cursor)
    cursor += inserted.count
  }

  /// Replaces a range, cut to the text, and leaves the cursor behind the replacement.
  package mutating func replace(_ range: Range<Int>, with replacement: [Unicode.Scalar]) {
    let valid = range.clamped(to: 0..<text.count)
    text.replaceSubrange(valid, with: replacement)
    cursor = valid.lowerBound + replacement.count
  }

  /// Removes a range, cut to the text, and returns what stood there. The cursor goes where it began.
  package mutating func remove(_ range: Range<Int>) -> [Unicode.Scalar] {
    let valid = range.clamped(to: 0..<text.count)
    let removed = Array(text[valid])
    replace(valid, with: [])
    return removed
  }
}

extension String {
  package init(_ scalars: some Sequence<Unicode.Scalar>) {
    self.init(String.UnicodeScalarView(scalars))
  }
}
