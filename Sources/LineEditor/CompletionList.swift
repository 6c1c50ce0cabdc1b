// The list of candidates below the line.

/// Lays candidates out for a screen.
enum CompletionList {
  /// One row each: text, kind and summary in columns, cut to `columns`; at most `rows` rows, of which the
  /// last one then says how many candidates are not shown. Plain text, without line endings.
  static func rows(_ candidates: [EditorCandidate], columns: Int, rows: Int) -> [String] {
    let limit = max(rows, 2)
    let shown = candidates.count > limit ? Array(candidates.prefix(limit - 1)) : candidates
    let textWidth = min(shown.map { width($0.text) }.max() ?? 0, max(columns / 2, 1))
    let kindWidth = shown.map { width($0.kind) }.max() ?? 0
    var lines = shown.map { candidate in
      var line = "  " + padded(candidate.text, textWidth) + "  " + padded(candidate.kind, kindWidth)
      if !candidate.summary.isEmpty { line += "  " + candidate.summary }
      return cut(line, max(columns - 1, 1))
    }
    if shown.count < candidates.count {
      lines.append(cut("  and \(candidates.count - shown.count) more", max(columns - 1, 1)))
    }
    return lines
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
