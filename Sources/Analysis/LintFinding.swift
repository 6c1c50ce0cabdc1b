// A fault that was found, and what to do about it.

/// How grave a fault is; the gravest comes first.
package enum LintSeverity: String, Sendable, CaseIterable, Comparable {
  /// It cannot run, or trains nothing.
  case error
  /// It runs, and probably not as meant.
  case warning
  /// Worth knowing; nothing is wrong.
  case note

  /// Graver ones are less.
  package static func < (a: LintSeverity, b: LintSeverity) -> Bool { a.order < b.order }

  private var order: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .note: 2
    }
  }
}

/// A fault that a rule of `lint` found: what is wrong, why, by which source, and what to write instead.
package struct LintFinding: Sendable {
  /// The rule's name: `rslora-alpha-rank`.
  package var id: String
  package var severity: LintSeverity
  /// One line without a full stop.
  package var message: String
  /// Why it is a fault, in a sentence or two.
  package var reason: String
  /// Paper, PEFT field, or measurement.
  package var source: String
  /// What to write instead, with numbers.
  package var suggestion: String
  /// Where it stands: `train.py:12`; empty where there is one place only.
  package var place: String
  /// Whether it advises a learning rate, which does not carry over to another model.
  package var advisesRate: Bool
  /// What shows it by training; nil where nothing can.
  package var trial: LintTrial?
  /// What the trial showed; empty where none was made.
  package var measurement = ""
  /// Whether the advice holds on the model and data at hand; nil where no trial was made.
  package var verdict: LintVerdict?

  package init(
    id: String, severity: LintSeverity, message: String, reason: String, source: String, suggestion: String,
    place: String, advisesRate: Bool = false, trial: LintTrial? = nil
  ) {
    self.advisesRate = advisesRate
    self.id = id
    self.severity = severity
    self.message = message
    self.reason = reason
    self.source = source
    self.suggestion = suggestion
    self.place = place
    self.trial = trial
  }

  /// `train.py:12: warning: … [rslora-alpha-rank]`.
  package var head: String {
    (place.isEmpty ? "" : "\(place): ") + "\(severity.rawValue): \(message) [\(id)]"
  }

  /// What stands below it, each with its word.
  package var details: [(word: String, text: String)] {
    [("why", reason), ("do", suggestion), ("here", measurement), ("source", source)].filter {
      !$0.1.isEmpty
    }
  }
}
