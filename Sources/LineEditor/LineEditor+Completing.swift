// The completion key.
import CEditLine

extension LineEditor {
  /// Takes the only candidate, or what all candidates have in common when that says more than what is
  /// written; otherwise lists them, and at each further press those that had no room. In a line's indentation,
  /// indents instead.
  func completeWord() -> KeyResult {
    let draft = draft
    if draft.isInIndentation && draft.lineStart > 0 { return insert("  ") }
    let completion = hooks.complete(draft.string, draft.cursor)
    let range = range(of: completion, in: draft)
    guard let first = completion.candidates.first else { return .refuse }
    if completion.candidates.count == 1 { return take(first, range) }
    let common = completion.commonPrefix
    if common.count > range.count || (common.count == range.count && !draft.text[range].elementsEqual(common))
    {
      return edit { $0.replace(range, with: common.map(\.entered)) }
    }
    let start = listing?.draft == draft ? listing?.end ?? 0 : 0
    let end = printBelow(completion.candidates, from: start < completion.candidates.count ? start : 0)
    listing = (draft: draft, end: end)
    return .drawn
  }

  private func range(of completion: EditorCompletion, in draft: Draft) -> Range<Int> {
    let start = min(max(completion.start, 0), draft.text.count)
    return start..<min(max(completion.end, start), draft.text.count)
  }

  /// The suffix is left out where the text goes on with it already.
  private func take(_ candidate: EditorCandidate, _ range: Range<Int>) -> KeyResult {
    edit { draft in
      let suffix = Array(candidate.suffix.unicodeScalars)
      let goesOn = draft.text[range.upperBound...].starts(with: suffix)
      draft.replace(range, with: Array(candidate.text.entered.unicodeScalars) + (goesOn ? [] : suffix))
    }
  }
}
