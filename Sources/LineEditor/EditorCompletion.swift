// The answer to a request for completion.

/// The candidates and the part of the cell that each of them would replace.
package struct EditorCompletion: Equatable, Sendable {
  /// The replaced range, in Unicode scalars of the cell; a range outside of the cell is cut to it.
  package var start: Int
  package var end: Int
  package var candidates: [EditorCandidate]

  package init(start: Int, end: Int, candidates: [EditorCandidate]) {
    self.start = start
    self.end = end
    self.candidates = candidates
  }
}

extension EditorCompletion {
  /// The longest text that all candidates begin with; empty without candidates.
  var commonPrefix: [Unicode.Scalar] {
    guard let first = candidates.first else { return [] }
    return candidates.dropFirst().reduce(Array(first.text.unicodeScalars)) { common, candidate in
      Array(zip(common, candidate.text.unicodeScalars).prefix { $0 == $1 }.map(\.0))
    }
  }
}
