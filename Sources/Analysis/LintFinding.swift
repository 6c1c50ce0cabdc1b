// A fault that was found, and what to do about it.

package enum LintSeverity: String, Sendable, CaseIterable, Comparable {
  /// It cannot run, or trains nothing.
  case error
  /// It runs, and probably not as meant.
  case warning
  /// Worth knowing; nothing is wrong.
  case note

  package static func < (a: LintSeverity, b: LintSeverity) -> Bool { a.order < b.order }

  private var order: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .note: 2
    }
  }
}

package struct LintFinding: Sendable {
  /// The rule's name: `rslora-alpha-rank`.
  package var id: String
  package var severity: LintSeverity
  /// One line without a full stop.
  package var message: String
  package var reason: String
  /// Paper, PEFT field, or measurement.
  package var source: String
  /// What to write instead, with numbers.
  package var suggestion: String
  /// Where it stands: `train.py:12`; empty where there is one place only.
  package var place: String
  /// What shows it by training; nil where nothing can.
  package var trial: LintTrial?
  /// What the trial showed; empty where none was made.
  package var measurement = ""

  package init(
    id: String, severity: LintSeverity, message: String, reason: String, source: String, suggestion: String,
    place: String, trial: LintTrial? = nil
  ) {
    self.id = id
    self.severity = severity
    self.message = message
    self.reason = reason
    self.source = source
    self.suggestion = suggestion
    self.place = place
    self.trial = trial
  }

  /// The finding in lines of at most `width` characters where its words allow it.
  package func text(width: Int = 80) -> String {
    let head = (place.isEmpty ? "" : "\(place): ") + "\(severity.rawValue): \(message) [\(id)]"
    let parts = [("why", reason), ("do", suggestion), ("here", measurement), ("source", source)].filter {
      !$0.1.isEmpty
    }
    let lines =
      wrapped(head, width: width, first: "", rest: "  ")
      + parts.flatMap { name, text in
        wrapped(
          text, width: width, first: "  \(name)" + String(repeating: " ", count: 8 - name.count),
          rest: "          "
        )
      }
    return lines.joined(separator: "\n")
  }

  /// Breaks at spaces; a longer word stands alone.
  private func wrapped(_ text: String, width: Int, first: String, rest: String) -> [String] {
    var lines: [String] = []
    var line = first
    var isEmpty = true
    for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = rest
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines + [line]
  }
}
