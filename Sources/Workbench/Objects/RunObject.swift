// A training run as a value.
import Adapters
import Display
import Models
import Training

package final class RunObject: LabObject {
  package let run: Run
  /// The trained adapter; nil for a pretraining run.
  private let adapter: Adapter?

  package init(_ run: Run, adapter: Adapter?) {
    self.run = run
    self.adapter = adapter
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

  package var fields: [(name: String, meaning: String)] {
    [
      ("loss", "loss of each step's batch, before its update"),
      ("eval_loss", "loss on the evaluation set, at each of eval_steps"),
      ("eval_steps", "steps made before each evaluation"),
      ("grad_norm", "L2 norm of the gradient at each step, before clipping"),
      ("initial_loss", "evaluation loss before the first step"),
      ("final_loss", "evaluation loss after the last step"),
      ("outcome", "how the run ended, judged alone: trained, slow, diverged, undecided or not judged"),
      ("verdict", "the outcome with its reason"),
      ("diverged", "whether the outcome is diverged: a rate too high, never one too low"),
      ("trace", "loss on a fixed part of the evaluation set, at each of trace_steps"),
      ("trace_steps", "steps made before each point of the trace: none, each eighth of the run, all"),
      ("first_bad_step", "the first step with a value that is not finite; None where there is none"),
      ("up_travel", "sum of the rises of log(median of 20-step windows of the loss)"),
      ("floor", "the loss no model can go below; None where it is not known"),
      ("multipliers", "multiplier of each adapted module"),
      ("step_ms", "median time of a step, milliseconds"),
      ("tokens_per_s", "tokens, or rows, a second at the median step"),
      ("adapter", "the trained adapter, a snapshot"),
      ("probes", "what `probe_every` measured: a dictionary for each probe and module"),
      ("settings", "one line of language that repeats the run exactly"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "loss": return numbers(run.losses)
    case "eval_loss": return numbers(run.evaluations.map(\.loss))
    case "eval_steps": return numbers(run.evaluations.map { Double($0.step) })
    case "grad_norm": return numbers(run.gradientNorms)
    case "multipliers": return numbers(run.scalings.map(\.multiplier))
    case "initial_loss": return .number(run.initialLoss)
    case "final_loss": return .number(run.finalLoss)
    case "up_travel": return .number(run.upTravel)
    case "step_ms": return .number(run.medianStepSeconds * 1000)
    case "tokens_per_s": return .number(Double(run.tokensPerStep) / run.medianStepSeconds)
    case "first_bad_step": return number(run.firstBadStep.map(Double.init))
    case "floor": return number(run.floor)
    case "verdict": return .text(run.verdict.text)
    case "outcome": return .text(run.verdict.outcome.rawValue)
    case "diverged": return .bool(run.verdict.outcome == .diverged)
    case "trace": return numbers(run.trace.map(\.loss))
    case "trace_steps": return numbers(run.trace.map { Double($0.step) })
    case "settings": return .text(run.repetition)
    case "probes": return .object(try ProbesObject(run))
    case "adapter":
      guard let adapter else { return Value.none }
      return .object(AdapterObject(trained: adapter))
    default: return nil
    }
  }

  package func outline(of name: String) -> (any LabObject)? {
    name == "adapter" ? adapter.map { AdapterObject(trained: $0) } : nil
  }

  /// None where there is no number.
  private func number(_ value: Double?) -> Value {
    guard let value else { return .none }
    return .number(value)
  }

  private func numbers(_ values: [Double]) -> Value { .list(values.map { .number($0) }) }

  package func shown(in session: Session) -> [Event] {
    let curve = lossLine(width: 36)
    var rows = curve.isEmpty ? [] : [("loss", curve)]
    rows += [
      ("steps", stepsText),
      ("evaluation loss", "\(digits(run.initialLoss)) → \(finalLoss)"),
    ]
    if let floor = run.floor {
      rows.append(("floor", "\(digits(floor)), the entropy; a finite set can lie below"))
    }
    if let last = run.losses.last { rows.append(("last batch's loss", digits(last))) }
    if let first = run.gradientNorms.first { rows.append(("first gradient norm", digits(first))) }
    if run.upTravel.isFinite { rows.append(("up-travel", digits(run.upTravel))) }
    if let last = run.probes.last {
      rows.append(("probes", "\(run.probes.count), the last after \(last.step) steps; `.probes` shows it"))
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

  private var title: String { run.rule == nil ? "pretraining run" : "run" }

  private func digits(_ x: Double) -> String { NumberFormat.rounded(x, digits: 5) }

  private var finalLoss: String { run.isEvaluated ? digits(run.finalLoss) : "not evaluated" }

  private var stepsText: String {
    let made = "\(run.losses.count) of \(run.settings.steps)"
    return switch run.ending {
    case .completed: "\(run.losses.count)"
    case .interrupted: "\(made), interrupted"
    case .outOfTime: "\(made), cut at \(NumberFormat.text(run.settings.seconds ?? 0)) s"
    case .diverged: "\(made), stopped at the first value that is not finite"
    }
  }

  /// What was trained on what and how, as it was resolved.
  var caption: String {
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

  var multiplierText: String {
    Workbench.multiplierText(run.scalings)
  }
}
