// A report of `lint` as a value.
import Adapters
import Analysis
package import Interpreter

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
        "a list of dictionaries: id, severity, message, reason, suggestion, source, place, measured, verdict"
      ),
      ("ids", "the ids of the findings"),
      ("errors", "number of errors: it cannot run, or trains nothing"),
      ("warnings", "number of warnings: it runs, and probably not as meant"),
      ("notes", "number of notes: worth knowing"),
      ("clean", "whether there are neither errors nor warnings in what was read"),
      (
        "modules",
        "a list of dictionaries: modules, count, r, alpha, rule, multiplier; None for what was not read"
      ),
      ("followed", "fields read by following a name, a text each"),
      ("unread", "fields that were not read, a text each; empty where all that matters was"),
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
    case "modules": .list(report.parts.flatMap(modules))
    case "followed": .list(report.parts.flatMap(\.followed).map { .text($0.text) })
    case "unread": .list(report.unread.map { .text($0.text) })
    default: nil
    }
  }

  private func modules(_ part: LintPart) -> [Value] {
    guard let table = part.table else { return [] }
    func number(_ value: Double?) -> Value { value.map { .number($0) } ?? .none }
    return table.rows.map { row in
      .dictionary([
        ("modules", .text(row.modules)), ("count", number(row.count.map(Double.init))),
        ("r", number(row.rank)),
        ("alpha", number(row.alpha)), ("rule", table.rule.map { .text($0.name) } ?? .none),
        ("multiplier", number(LintTable.multiplier(row, table.rule))),
      ])
    }
  }

  private func dictionary(_ finding: LintFinding) -> Value {
    .dictionary([
      ("id", .text(finding.id)), ("severity", .text(finding.severity.rawValue)),
      ("message", .text(finding.message)), ("reason", .text(finding.reason)),
      ("suggestion", .text(finding.suggestion)), ("source", .text(finding.source)),
      ("place", .text(finding.place)), ("measured", .text(finding.measurement)),
      ("verdict", finding.verdict.map { .text($0.rawValue) } ?? .none),
    ])
  }

  package func shown(in session: Session) -> [Event] { report.events }
}
