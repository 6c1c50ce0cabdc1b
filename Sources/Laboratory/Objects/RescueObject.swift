// What would have saved a run, as a value: single changes, each run, in a table.
package import Analysis
import Display
package import Interpreter
import Text
import Training

package final class RescueObject: TabledObject {
  private let run: RunObject
  private let trials: [RemedyTrial]

  package init(_ run: RunObject, _ trials: [RemedyTrial]) { (self.run, self.trials) = (run, trials) }

  package var kind: ObjectKind { .rescue }
  package var bytes: Int { trials.reduce(0) { $0 + ($1.run?.losses.count ?? 0) * 24 } }
  package var summary: String { sentence }

  package static let fieldTable: [ObjectField<RescueObject>] = [
    ObjectField("changes", "what was changed in each run") { .texts($0.trials.map(\.text)) },
    ObjectField("outcomes", "the outcome of each; None where it was not run") {
      .list($0.trials.map { trial in trial.run.map { .text($0.verdict.outcome.rawValue) } ?? .none })
    },
    ObjectField("final_loss", "final evaluation loss of each; None where it was not run") {
      .list($0.trials.map { trial in trial.run.map { .number($0.finalLoss) } ?? .none })
    },
    ObjectField("runs", "the runs; None where one was not made") {
      .list($0.trials.map { trial in trial.run.map { .object(RunObject($0, adapter: nil)) } ?? .none })
    },
  ]

  /// What came out, and what was not tried.
  private var sentence: String {
    let made = trials.filter { $0.run != nil }
    let helped = made.filter(\.helped)
    guard !made.isEmpty else { return "none of the changes was run" }
    let what = helped.isEmpty ? "none" : listed(helped.map(\.text))
    let missing = trials.count - made.count
    return
      "of \(made.count) change\(made.count == 1 ? "" : "s") that \(made.count == 1 ? "was" : "were") run, "
      + (helped.isEmpty
        ? "none kept the run from diverging" : "\(helped.count) kept it from diverging: \(what)")
      + (missing > 0 ? "; \(missing) \(missing == 1 ? "was" : "were") not run" : "")
  }

  private func listed(_ items: [String]) -> String { items.joined(separator: "; ") }

  package func shown(in session: Session) -> [Event] {
    func digits(_ x: Double) -> String { NumberFormat.rounded(x, digits: 5) }
    func row(_ name: String, _ run: Run) -> [String] {
      [
        name, run.verdict.outcome.rawValue, digits(run.finalLoss), run.firstBadStep.map(String.init) ?? "—",
        "",
      ]
    }
    let rows =
      [row("as it was", run.run)]
      + trials.map { trial in
        switch trial.result {
        case .run(let run): row(trial.text, run)
        case .notRun(let why): [trial.text, "not run", "—", "—", why]
        }
      }
    return [
      .table(
        Table(
          "the run again, with one change each",
          columns: [
            Table.Column("change", wraps: true), Table.Column("outcome"),
            Table.Column("final loss", .decimal),
            Table.Column("first bad step", .right), Table.Column("", wraps: true),
          ], rows: rows,
          caption:
            "\(sentence). Each is one run with one change, seed \(run.run.settings.seed) and the batches of the run; "
            + "another seed may tell otherwise. Judged alone: \(Run.howToTell). \(run.caption)"))
    ]
  }
}
