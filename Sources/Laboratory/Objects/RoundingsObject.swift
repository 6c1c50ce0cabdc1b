// Where a run left the range of a format of 16 bits, as a value.
import Display
package import Interpreter
import Kernels
import Models
import Text
import Training

/// What each module's roundings counted in a run: a list of dictionaries that shows itself as a table.
package final class RoundingsObject: LabObject, ListObject {
  private let run: Run

  /// - Throws: `Failure` for a run in fp32.
  init(_ run: Run) throws {
    guard run.settings.precision.rounds else {
      throw Failure(
        "the run rounded nothing", label: "it was in fp32",
        body: "`train(…, precision=fp16)` rounds as a T4 does.")
    }
    self.run = run
  }

  package var kind: ObjectKind { .roundings }
  package var summary: String { RoundingsObject.summary(run) }
  package var bytes: Int { run.roundings.count * MemoryLayout<RoundingTotal>.stride }
  package let fields: [(name: String, meaning: String)] = []
  package func field(_ name: String, in session: Session) throws -> Value? { nil }

  package var items: [Value] {
    run.roundings.map { total in
      .dictionary([
        ("module", .text(total.site.module)), ("tensor", .text(RoundingTable[total.site.kind].title)),
        ("gradient", .bool(total.site.isGradient)), ("values", .number(Double(total.values))),
        ("overflows", .number(Double(total.overflows))), ("underflows", .number(Double(total.underflows))),
      ])
    }
  }

  /// All of a run in a few words: `3 overflows, 120 underflows in 5 places`.
  static func summary(_ run: Run) -> String {
    let (over, under) = run.roundings.reduce((0, 0)) { ($0.0 + $1.overflows, $0.1 + $1.underflows) }
    if run.roundings.isEmpty {
      return "no counted value left the range of \(run.settings.precision.format.rawValue)"
    }
    let (a, b) = (over == 1 ? "" : "s", under == 1 ? "" : "s")
    return "\(over) overflow\(a), \(under) underflow\(b) in \(run.roundings.count) places"
  }

  package func shown(in session: Session) -> [Event] {
    let rows = run.roundings.map { total in
      [
        total.site.module, RoundingTable[total.site.kind].title,
        total.site.isGradient ? "backward" : "forward",
        "\(total.overflows)", "\(total.underflows)", share(total),
      ]
    }
    return [
      .table(
        Table(
          "values that left the range of \(run.settings.precision.format.rawValue)",
          columns: [
            Table.Column("module", wraps: true), Table.Column("tensor", wraps: true), Table.Column("pass"),
            Table.Column("overflows", .right), Table.Column("underflows", .right),
            Table.Column("of its values", .right, priority: 1),
          ], rows: rows,
          caption:
            "over all \(run.losses.count) steps: finite values that became infinite, values other than 0 that "
            + "became 0; places without either are left out; gradients under the loss scale; weights, A and B as used "
            + "are rounded without counting; "
            + RunObject(run, adapter: nil).caption))
    ]
  }

  private func share(_ total: RoundingTotal) -> String {
    let share = 100 * Double(total.overflows + total.underflows) / Double(max(1, total.values))
    return "\(NumberFormat.rounded(share, digits: 2)) %"
  }
}
