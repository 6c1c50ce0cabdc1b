// A step of a run, computed again, as a value: the range of everything that it made.
import Display
package import Interpreter
import Models
import Text
package import Training

package final class ReplayObject: TabledObject {
  private let run: RunObject
  private let replay: StepReplay

  package init(_ run: RunObject, _ replay: StepReplay) { (self.run, self.replay) = (run, replay) }

  package var kind: ObjectKind { .replay }
  package var bytes: Int {
    replay.rowLosses.count * 8 + replay.places.count * MemoryLayout<PlaceRange>.stride
      + replay.tensors.count * MemoryLayout<TensorRange>.stride
  }
  package var summary: String {
    "step \(replay.step), loss \(digits(replay.loss)), \(replay.firstBad?.text ?? "all values finite")"
  }

  package static let fieldTable: [ObjectField<ReplayObject>] = [
    ObjectField("step", "the step, from 0") { .number(Double($0.replay.step)) },
    ObjectField("loss", "of the batch, before the update") { .number($0.replay.loss) },
    ObjectField("grad_norm", "L2 norm of the gradient, before clipping") { .number($0.replay.gradientNorm) },
    ObjectField("lr", "the schedule's rate at the step") { .number($0.replay.rate) },
    ObjectField("update_ratio", "size of the update over that of the parameters; NaN where none was made") {
      .number($0.replay.updateRatio)
    },
    ObjectField("row_losses", "loss of each row of the batch, summed over the outputs of a regression") {
      .numbers($0.replay.rowLosses)
    },
    ObjectField(
      "ranges", "a dictionary for each place: pass, module, min, max, bad (share that is not finite)"
    ) {
      .list($0.replay.places.map { ReplayObject.dictionary($0.pass.rawValue, $0.place, $0.range) })
    },
    ObjectField("tensors", "the same of each trained tensor: its gradient, and its values before and after") {
      .list(
        $0.replay.tensors.flatMap { tensor in
          [
            dictionary("gradient", tensor.tensor, tensor.gradient),
            dictionary("before", tensor.tensor, tensor.before),
          ] + (tensor.after.map { [dictionary("after", tensor.tensor, $0)] } ?? [])
        })
    },
  ]

  private static func dictionary(_ pass: String, _ place: String, _ range: ValueRange) -> Value {
    .dictionary([
      ("pass", .text(pass)), ("module", .text(place)), ("min", .number(range.low)),
      ("max", .number(range.high)),
      ("bad", .number(range.badShare)),
    ])
  }

  private func digits(_ x: Double) -> String { NumberFormat.rounded(x, digits: 4) }

  package func shown(in session: Session) -> [Event] {
    func cells(_ range: ValueRange?) -> [String] {
      guard let range, range.count > 0 else { return ["—", "—", "—"] }
      let bad = range.bad == 0 ? "0" : "\(NumberFormat.rounded(100 * range.badShare, digits: 3)) %"
      return range.bad == range.count ? ["—", "—", bad] : [digits(range.low), digits(range.high), bad]
    }
    let columns = [
      Table.Column(""), Table.Column("min", .decimal), Table.Column("max", .decimal),
      Table.Column("not finite", .right),
    ]
    let tensors = replay.tensors.flatMap { tensor in
      [
        ("gradient of \(tensor.tensor)", tensor.gradient as ValueRange?),
        (tensor.tensor, tensor.after ?? tensor.before),
      ]
      .map { [$0.0] + cells($0.1) }
    }
    let updated = replay.tensors.contains { $0.after != nil }
    return [
      .table(
        Table("step \(replay.step), forward", columns: columns, rows: rows(.forward, cells))),
      .table(
        Table(
          "step \(replay.step), backward: the gradients of what each reads", columns: columns,
          rows: rows(.backward, cells))),
      .table(
        Table(
          "step \(replay.step), trained tensors \(updated ? "after" : "before") the update", columns: columns,
          rows: tensors,
          caption:
            "loss \(digits(replay.loss)), gradient norm \(digits(replay.gradientNorm)), lr \(digits(replay.rate)), "
            + "clipping multiplied the gradient with \(digits(replay.clipFactor)), update \(digits(replay.updateRatio)) of the "
            + "parameters; computed again from the start of the run, each loss and gradient norm the same to the bit; \(run.caption)"
        )),
    ]
  }

  private func rows(_ pass: PlaceRange.Pass, _ cells: (ValueRange?) -> [String]) -> [[String]] {
    replay.places.filter { $0.pass == pass }.map { [$0.place] + cells($0.range) }
  }
}
