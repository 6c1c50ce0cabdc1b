// The list of candidates below the line.
import Text

/// Lays candidates out for a screen.
package enum CompletionList {
  /// A page of candidates: one row each, with text, kind and summary in columns, cut to `columns`. Where not
  /// all candidates fit in `rows` rows (at least 2), the last row says how many are left, and `end` is the
  /// first of these; with the last candidates, `end` is 0. Plain text, without line endings.
  package static func page(
    _ candidates: [EditorCandidate], from start: Int, columns: Int, rows: Int
  ) -> (rows: [String], end: Int) {
    let limit = max(rows, 2)
    let rest = candidates.dropFirst(start)
    let shown = (rest.count > limit ? rest.prefix(limit - 1) : rest).map(Self.shown)
    let textWidth = min(shown.map { width($0.text) }.max() ?? 0, max(columns * 2 / 3, 1))
    let kindWidth = shown.map { width($0.kind) }.max() ?? 0
    var lines = shown.map { candidate in
      var line = "  " + padded(candidate.text, textWidth) + "  " + padded(candidate.kind, kindWidth)
      if !candidate.summary.isEmpty { line += "  " + candidate.summary }
      return cut(line, max(columns - 1, 1))
    }
    guard shown.count < rest.count else { return (lines, 0) }
    lines.append(cut("  and \(rest.count - shown.count) more: Tab shows them", max(columns - 1, 1)))
    return (lines, start + shown.count)
  }

  private static func shown(_ candidate: EditorCandidate) -> EditorCandidate {
    EditorCandidate(
      text: candidate.text.safe(unicode: true), kind: candidate.kind,
      summary: candidate.summary.safe(unicode: true))
  }

  private static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + TextLayout.width($1) }
  }

  private static func padded(_ text: String, _ columns: Int) -> String {
    text + String(repeating: " ", count: max(columns - width(text), 0))
  }

  /// At most `columns` wide, without blanks at the end; what is cut ends in three dots where they fit.
  private static func cut(_ line: String, _ columns: Int) -> String {
    var kept = String(line.reversed().drop { $0 == " " }.reversed())
    guard width(kept) > columns else { return kept }
    let dots = columns > 8 ? "..." : ""
    while !kept.isEmpty, width(kept) > columns - dots.count { kept.removeLast() }
    return kept + dots
  }
}
