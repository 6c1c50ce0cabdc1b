// Looking for faults in a configuration: every rule is asked, the gravest findings stand first.

/// One rule: what it looks for and how.
package struct LintRule: Sendable {
  package var id: String
  /// One line: what it finds.
  package var meaning: String
  package var source: String
  var check: @Sendable (LintSubject) -> [Fault]

  /// What a rule says of a subject; its id and source make it a finding.
  struct Fault {
    var severity: LintSeverity
    var message: String
    var reason: String
    var suggestion: String
    /// What the suggestion changes, where training can show it.
    var remedy: LintRemedy?
    /// Whether it advises a learning rate.
    var advisesRate: Bool

    init(
      _ severity: LintSeverity, _ message: String, why reason: String, do suggestion: String,
      advisesRate: Bool = false, shownBy remedy: LintRemedy? = nil
    ) {
      self.advisesRate = advisesRate
      self.severity = severity
      self.message = message
      self.reason = reason
      self.suggestion = suggestion
      self.remedy = remedy
    }
  }

  init(
    _ id: String, _ meaning: String, source: String, check: @escaping @Sendable (LintSubject) -> [Fault]
  ) {
    self.id = id
    self.meaning = meaning
    self.source = source
    self.check = check
  }

  /// All rules, in the order in which findings of one severity stand.
  package static let all =
    LintRules.fields + LintRules.scaling + LintRules.rates + LintRules.precision + LintRules.modules
    + LintRules.patterns + LintRules.initialization
}

/// The lists of rules, one a theme.
enum LintRules {}

/// What a rule is about, and with it where its findings stand in a script.
package enum LintTheme: Sendable, CaseIterable {
  /// The adapter alone, or with the training it gets.
  case adapter
  /// The rate that an adapter is trained with.
  case rate
  /// The training alone.
  case training

  /// The rules of the theme.
  var rules: [LintRule] {
    switch self {
    case .adapter:
      LintRules.fields + LintRules.scaling + LintRules.modules + LintRules.patterns + LintRules.initialization
    case .rate: LintRules.rates
    case .training: LintRules.precision
    }
  }
}

/// The faults of a subject: errors first, then warnings, then notes.
package func lint(
  _ subject: LintSubject, place: String = "", about themes: [LintTheme] = LintTheme.allCases
) -> [LintFinding] {
  var subject = subject
  subject.scaledRows = subject.rows()
  let rules = themes.flatMap(\.rules)
  let findings = LintRule.all.filter { rule in rules.contains { $0.id == rule.id } }.flatMap { rule in
    rule.check(subject).map { fault in
      LintFinding(
        id: rule.id, severity: fault.severity, message: fault.message, reason: fault.reason,
        source: rule.source, suggestion: fault.suggestion, place: place, advisesRate: fault.advisesRate,
        trial: fault.remedy.flatMap { LintTrial(subject, $0) })
    }
  }
  return sorted(findings)
}

/// By severity, otherwise in the order given.
package func sorted(_ findings: [LintFinding]) -> [LintFinding] {
  LintSeverity.allCases.flatMap { severity in findings.filter { $0.severity == severity } }
}
