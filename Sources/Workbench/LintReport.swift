// What `lint` found in a thing or a file, and how it is shown.
import Analysis
import Display

package struct LintReport: Sendable {
  /// What was looked at: `lora(r=64, …)`, `train.py`.
  package var title: String
  /// The gravest first.
  package var findings: [LintFinding]
  /// On what the findings were measured; empty where they were not.
  package var protocolText = ""

  package init(title: String, findings: [LintFinding]) {
    self.title = title
    self.findings = Analysis.sorted(findings)
  }

  package func count(_ severity: LintSeverity) -> Int { findings.count { $0.severity == severity } }

  /// Whether there is more than notes.
  package var hasFaults: Bool { findings.contains { $0.severity != .note } }

  /// "1 error, 2 warnings, 1 note"; "nothing found".
  package var summary: String {
    let counts = LintSeverity.allCases.map { ($0.rawValue, count($0)) }.filter { $0.1 > 0 }
    if counts.isEmpty { return "nothing found" }
    return counts.map { "\($0.1) \($0.0)\($0.1 == 1 ? "" : "s")" }.joined(separator: ", ")
  }

  /// Every finding with an empty line between, and the summary.
  package var text: String {
    (findings.map { $0.text() } + ["\(title): \(summary)"]
      + (protocolText.isEmpty ? [] : [protocolText.wrapped(to: 78).joined(separator: "\n")])).joined(
        separator: "\n\n")
  }
}
