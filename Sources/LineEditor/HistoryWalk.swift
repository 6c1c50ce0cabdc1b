// Going through the history with the arrow keys.

/// The entries, oldest first, and a place among them while the user looks through them.
package struct HistoryWalk {
  package private(set) var entries: [String]
  /// The entry that is shown; nil while the user's own draft is.
  private var position: Int?
  /// What an entry must begin with to be shown.
  private var stem: [Unicode.Scalar] = []
  private var draft = Draft()

  package init(_ entries: [String]) {
    self.entries = []
    for entry in entries { add(entry) }
  }

  /// Adds an entry, unless it is blank or the same as the last one. Returns whether it was added.
  @discardableResult package mutating func add(_ entry: String) -> Bool {
    guard entry.contains(where: { !$0.isWhitespace }), entry != entries.last else { return false }
    entries.append(entry)
    return true
  }

  /// Forgets the place; the next step begins at the newest entry.
  package mutating func reset() {
    position = nil
  }

  /// The next older entry that begins with what stood before the cursor when the walk began; nil when there
  /// is none. A shown entry that was edited begins a new walk. The cursor goes to the end of the first line.
  package mutating func older(from current: Draft) -> Draft? {
    beginUnlessShown(current)
    let before = entries[..<(position ?? entries.count)]
    guard let found = before.lastIndex(where: { matches($0, other: current) }) else { return nil }
    position = found
    var shown = Draft(entries[found])
    shown.cursor = 0
    shown.cursor = shown.lineEnd
    return shown
  }

  /// The next newer entry, or behind the newest one the draft with which the walk began; nil outside of a walk.
  package mutating func newer(from current: Draft) -> Draft? {
    beginUnlessShown(current)
    guard let position else { return nil }
    let after = entries[(position + 1)...]
    guard let found = after.firstIndex(where: { matches($0, other: current) }) else {
      self.position = nil
      return draft
    }
    self.position = found
    return Draft(entries[found])
  }

  private func matches(_ entry: String, other current: Draft) -> Bool {
    entry.unicodeScalars.starts(with: stem) && !entry.unicodeScalars.elementsEqual(current.text)
  }

  private mutating func beginUnlessShown(_ current: Draft) {
    if let position, entries[position].unicodeScalars.elementsEqual(current.text) { return }
    position = nil
    draft = current
    stem = Array(current.text[..<current.cursor])
  }
}
