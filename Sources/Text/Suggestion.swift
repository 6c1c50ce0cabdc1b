// Did you mean: the known name that is closest to a mistyped one.

/// What a mistyped name most likely stands for.
package enum Suggestion {
  /// The candidate that `name` most likely stands for, or nil.
  ///
  /// First one that differs in case only; then the smallest number of insertions, deletions, replacements
  /// and swaps of neighbours, at most a third of the length of `name` (at least 1) and fewer than its
  /// letters; then one that begins with `name`, or that `name` begins with, if that has 3 letters or more.
  /// Earlier candidates win ties.
  package static func closest(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars)
    // Nobody mistypes so long a name; a pasted text is not worth the time.
    guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
    let limit = min(max(1, wanted.count / 3), wanted.count - 1)
    var best: (candidate: String, distance: Int)?
    var prefixed: String?
    for candidate in candidates where candidate != name {
      let scalars = Array(candidate.lowercased().unicodeScalars)
      if scalars == wanted { return candidate }
      if abs(scalars.count - wanted.count) <= limit {
        let distance = editDistance(wanted, scalars)
        if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
      }
      let shared = min(wanted.count, scalars.count)
      if prefixed == nil, shared >= 3, wanted.prefix(shared) == scalars.prefix(shared) {
        prefixed = candidate
      }
    }
    return best?.candidate ?? prefixed
  }

  /// The number of edits between two texts, a swap of neighbours counted as one (optimal string alignment).
  package static func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for (row, left) in first.enumerated() {
      var current = [row + 1]
      for (column, right) in second.enumerated() {
        var cost = min(last[column] + (left == right ? 0 : 1), last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left == second[column - 1], first[row - 1] == right {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      beforeLast = last
      last = current
    }
    return last[second.count]
  }
}
