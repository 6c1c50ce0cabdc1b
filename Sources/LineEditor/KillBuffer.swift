// What was cut and can be put back.

/// The text of the last cuts. Cuts that follow each other without another key between them add up.
struct KillBuffer {
  private(set) var text: [Unicode.Scalar] = []
  private var expected: Draft?

  /// Takes what was cut from before the cursor (`backward`) or from behind it; `draft` is what is left.
  /// `source` is the draft before the cut.
  mutating func take(_ cut: [Unicode.Scalar], backward: Bool, source: Draft, left draft: Draft) {
    guard !cut.isEmpty else { return }
    let goesOn = expected == source
    text = !goesOn ? cut : backward ? cut + text : text + cut
    expected = draft
  }
}
