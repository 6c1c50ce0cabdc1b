// A report of `lint` as a value.
import Analysis

package final class ReportObject: LabObject {
  package let report: LintReport

  package init(_ report: LintReport) {
    self.report = report
  }

  package var kind: ObjectKind { .report }
  package var summary: String { "\(report.title): \(report.summary)" }
  package var bytes: Int { report.findings.reduce(0) { $0 + $1.message.utf8.count + $1.reason.utf8.count } }

  package var fields: [(name: String, meaning: String)] {
    [
      (
        "findings",
        "a list of dictionaries: id, severity, message, reason, suggestion, source, place, measured"
      ),
      ("ids", "the ids of the findings"),
      ("errors", "number of errors: it cannot run, or trains nothing"),
      ("warnings", "number of warnings: it runs, and probably not as meant"),
      ("notes", "number of notes: worth knowing"),
      ("clean", "whether there are neither errors nor warnings"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "findings": .list(report.findings.map(dictionary))
    case "ids": .list(report.findings.map { .text($0.id) })
    case "errors": .number(Double(report.count(.error)))
    case "warnings": .number(Double(report.count(.warning)))
    case "notes": .number(Double(report.count(.note)))
    case "clean": .bool(!report.hasFaults)
    default: nil
    }
  }

  private func dictionary(_ finding: LintFinding) -> Value {
    .dictionary([
      ("id", .text(finding.id)), ("severity", .text(finding.severity.rawValue)),
      ("message", .text(finding.message)), ("reason", .text(finding.reason)),
      ("suggestion", .text(finding.suggestion)), ("source", .text(finding.source)),
      ("place", .text(finding.place)), ("measured", .text(finding.measurement)),
    ])
  }

  package func shown(in session: Session) -> [Event] { [.text(report.text)] }
}
