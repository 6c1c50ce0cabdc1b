// A training run as a value.
import Adapters
import Display
package import Interpreter
package import Models
import Storage
import Text
package import Training

/// A training run as a user holds it: its curves and outcome, and the adapter as the run left it.
package final class RunObject: TabledObject {
  package let run: Run
  /// The trained adapter; nil for a pretraining run.
  let adapter: Adapter?
  /// What the run was made of, for computing it again; nil where only its statements say it.
  let task: TrainingTask?

  package init(_ run: Run, adapter: Adapter?, task: TrainingTask? = nil) {
    self.run = run
    self.adapter = adapter
    self.task = task
  }

  package var kind: ObjectKind { .run }

  package var summary: String {
    let curve = lossLine(width: 8)
    return "\(run.losses.count) steps, loss \(digits(run.initialLoss)) \(curve)\(curve.isEmpty ? "" : " ")"
      + "\(finalLoss), \(run.verdict.text)"
  }

  package var bytes: Int {
    run.parameters.count * MemoryLayout<Float>.stride + (run.losses.count * 3) * MemoryLayout<Double>.stride
  }

  package func outline(of name: String) -> (any LabObject)? {
    name == "adapter" ? adapter.map { AdapterObject(trained: $0) } : nil
  }

  /// A small picture of the loss, the numbers of the run and its outcome with the reason; all settings stand in the
  /// caption.
  package func shown(in session: Session) -> [Event] {
    let curve = lossLine(width: 36)
    var rows = curve.isEmpty ? [] : [("loss", curve)]
    rows += [
      ("steps", stepsText),
      ("evaluation loss", "\(digits(run.initialLoss)) → \(finalLoss)"),
    ]
    if let kept = run.keptStep {
      rows.append(("kept", "the parameters after step \(kept.step): evaluation loss \(digits(kept.loss))"))
    }
    if let floor = run.floor {
      rows.append(("floor", "\(digits(floor)), the entropy; a finite set can lie below"))
    }
    if let last = run.losses.last { rows.append(("last batch's loss", digits(last))) }
    if let first = run.gradientNorms.first { rows.append(("first gradient norm", digits(first))) }
    if run.upTravel.isFinite { rows.append(("up-travel", digits(run.upTravel))) }
    if let last = run.probes.last {
      rows.append(("probes", "\(run.probes.count), the last after \(last.step) steps; `.probes` shows it"))
    }
    if let scaler = run.scaler { rows.append(("loss scale", scaleText(scaler))) }
    if run.settings.precision.rounds {
      rows.append(
        (
          "roundings",
          RoundingsObject.summary(run) + (run.roundings.isEmpty ? "" : "; `.roundings` shows them")
        ))
    }
    rows.append(("outcome", run.verdict.text))
    let columns = [Table.Column(""), Table.Column("", wraps: true)]
    return [.table(Table(title, columns: columns, rows: rows.map { [$0.0, $0.1] }, caption: caption))]
  }

  /// The loss of the steps in one line, with a cross at its end where the run met a value that is not finite.
  private func lossLine(width: Int) -> String {
    let isUnmarked = run.firstBadStep != nil && run.losses.last?.isFinite == true
    return sparkline(run.losses, width: isUnmarked ? width - 1 : width, unicode: true)
      + (isUnmarked ? "×" : "")
  }

  /// `65536 → 8192, 3 steps skipped: 12, 13, 22`.
  private func scaleText(_ scaler: ScalerRecord) -> String {
    let first = scaler.changes.first?.scale ?? .nan
    let count = scaler.skipped.count
    let scale =
      scaler.changes.count < 2
      ? NumberFormat.text(first) : "\(NumberFormat.text(first)) → \(NumberFormat.text(scaler.lastScale))"
    if count == 0 { return "\(scale), no step skipped" }
    let steps = scaler.skipped.prefix(8).map { "\($0)" }.joined(separator: ", ") + (count > 8 ? ", …" : "")
    return "\(scale), \(count) \(count == 1 ? "step" : "steps") skipped: \(steps)"
  }

  private var title: String { run.rule == nil ? "pretraining run" : "run" }

  private func digits(_ x: Double) -> String { NumberFormat.rounded(x, digits: 5) }

  private var finalLoss: String { run.isEvaluated ? digits(run.finalLoss) : "not evaluated" }

  /// How many steps were made, and why no more.
  private var stepsText: String {
    let made = "\(run.losses.count) of \(run.settings.steps)"
    return switch run.ending {
    case .completed: "\(run.losses.count)"
    case .stoppedEarly:
      "\(made), stopped early: \(run.watch.count) evaluations in a row without a fall"
    case .interrupted: "\(made), interrupted"
    case .outOfTime: "\(made), cut at \(NumberFormat.text(run.settings.seconds ?? 0)) s"
    case .diverged: "\(made), stopped at the first value that is not finite"
    }
  }

  /// What was trained on what and how, as it was resolved.
  package var caption: String {
    "\(ownCaption); \(commonCaption)"
  }

  /// The adapter with its multiplier; nothing for a pretraining run.
  private var adapterCaption: String {
    run.rule == nil ? "" : "\(run.adapterDescription), multiplier \(multiplierText); "
  }

  /// Model and data, which runs of one chart often share.
  var commonCaption: String { "model \(run.modelDescription); data \(run.dataDescription)" }

  /// The caption without model and data.
  var ownCaption: String { "\(adapterCaption)\(run.settings.caption)" }

  /// One number, or the numbers of the modules where they differ.
  var multiplierText: String {
    Laboratory.multiplierText(run.scalings)
  }
}
