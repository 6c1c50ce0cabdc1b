// The probes of a run as a value: a list of dictionaries that shows itself as a table.
import Display
package import Interpreter
import Text
import Training

package final class ProbesObject: LabObject, ListObject {
  private let run: Run

  /// - Throws: `Failure` where the run has no probes.
  init(_ run: Run) throws {
    guard !run.probes.isEmpty else { throw ProbesObject.missing() }
    self.run = run
  }

  /// What is said where a run has no probes.
  static func missing(argument: String? = nil) -> Failure {
    Failure(
      argument: argument, "the run has no probes", label: "they are off unless `train` is told",
      body: "`train(…, probe_every=20)` probes the adapter every 20 steps.")
  }

  package var kind: ObjectKind { .probes }
  package var summary: String {
    "\(run.probes.count) probes of \(run.probes[0].modules.count) modules"
  }
  package var bytes: Int {
    run.probes.flatMap(\.modules).reduce(0) {
      $0 + ($1.singularValues.count + 6) * MemoryLayout<Double>.stride
    }
  }
  package let fields: [(name: String, meaning: String)] = []
  package func field(_ name: String, in session: Session) throws -> Value? { nil }

  /// Probe after probe, module after module.
  package var items: [Value] {
    run.probes.flatMap { record in record.modules.map { ProbesObject.dictionary($0, step: record.step) } }
  }

  private static func dictionary(_ probe: ModuleProbe, step: Int) -> Value {
    .dictionary([
      ("module", .text(probe.module)), ("step", .number(Double(step))),
      ("update_ratio", .number(probe.updateRatio)), ("grad_a", .number(probe.gradientA)),
      ("grad_b", .number(probe.gradientB)), ("stable_rank", probe.stableRank.map { .number($0) } ?? .none),
      ("singular_values", .list(probe.singularValues.map { .number($0) })),
      ("top_share", probe.topShare.map { .number($0) } ?? .none),
      ("chance_share", .number(probe.chanceShare)),
    ])
  }

  package func shown(in session: Session) -> [Event] {
    let record = run.probes[run.probes.count - 1]
    let rows = record.modules.map { probe in
      [
        probe.module, short(probe.updateRatio), short(probe.gradientA), short(probe.gradientB),
        short(probe.stableRank), short(probe.topShare), short(probe.chanceShare),
        probe.singularValues.prefix(3).map { short($0) }.joined(separator: ", "),
      ]
    }
    return [
      .table(
        Table(
          "last of \(run.probes.count) probes, after \(record.step) steps",
          columns: [
            Table.Column("module"), Table.Column("update", .decimal), Table.Column("grad A", .decimal),
            Table.Column("grad B", .decimal), Table.Column("stable rank", .decimal),
            Table.Column("top share", .decimal), Table.Column("by chance", .decimal),
            Table.Column("singular values", priority: 1),
          ], rows: rows, caption: ProbesObject.legend + "; " + RunObject(run, adapter: nil).caption))
    ]
  }

  /// What the columns mean.
  private static let legend =
    "\(ProbeQuantity.update.label): \(ProbeQuantity.update.caption); grad A, grad B: "
    + "\(ProbeQuantity.gradientA.caption); \(ProbeQuantity.stableRank.label): \(ProbeQuantity.stableRank.caption); "
    + "\(ProbeQuantity.topShare.label): \(ProbeQuantity.topShare.caption); by chance: that of a random update; "
    + "singular values: the first of s·B·A"

  private func short(_ value: Double?) -> String {
    value.map { NumberFormat.rounded($0, digits: 3) } ?? "—"
  }
}
