// Trials of what `lint` finds: each finding trained as it stands and as advised, on the model and data at hand.
import Adapters
import Analysis
import Interpreter
import Laboratory
import Models
import Signals
import Text
import Training

struct LintMeasurement {
  let base: Model
  let data: any TrainingData
  let seeds: [UInt64]
  let settings: TrainingSettings

  /// The anchor of one kind of trial, tuned.
  private struct Anchor {
    var targets: LoRAConfiguration.Targets
    var optimizer: OptimizerSettings
    /// Nil where no rate trains.
    var tuning: Tuning?
  }

  /// The report with what each trial showed. The anchor, LoRA r=16 and alpha=32 on the same modules, is tuned first: a
  /// rate of the literature is measured at its ratio to the literature's anchor, times the anchor's best rate here.
  ///
  /// - Throws: `AdapterError` and `ModelError` where an adapter or the data does not fit the model.
  func measured(_ report: LintReport, in session: Session) throws -> LintReport {
    var report = report
    var anchors: [Anchor] = []
    for part in report.parts.indices {
      for i in report.parts[part].findings.indices {
        guard let trial = report.parts[part].findings[i].trial, !session.environment.stop.isAsked else {
          continue
        }
        let tuning = try anchor(trial, &anchors, session)
        if session.wasInterrupted { break }
        guard let rate = tuning?.best?.rate else {
          report.parts[part].findings[i].verdict = .notShown
          report.parts[part].findings[i].measurement =
            "no rate was found at which the anchor, \(AnchorTuning.name), trains in \(settings.steps) steps: "
            + LintVerdict.notShown.rawValue
          continue
        }
        let plan = try trial.plan(
          base: base, data: data, anchor: rate, seeds: seeds, settings: settings,
          memory: session.environment.memory)
        let comparison = try session.workshop.run(plan, "lint", seconds: nil)
        report.parts[part].findings[i].measurement = trial.sentence(comparison)
        report.parts[part].findings[i].verdict = trial.verdict(comparison)
      }
    }
    report.protocolText = protocolText(anchors, count: report.findings.count { !$0.measurement.isEmpty })
    return report
  }

  /// One seed finds the rate, as for `advise`.
  private func anchor(_ trial: LintTrial, _ anchors: inout [Anchor], _ session: Session) throws -> Tuning? {
    let targets = trial.targets(on: base)
    if let known = anchors.first(where: { $0.targets == targets && $0.optimizer == trial.optimizer }) {
      return known.tuning
    }
    var settings = settings
    settings.optimizer = trial.optimizer
    let tuning = try AnchorTuning.tuned(
      base: base, data: data, targets: targets, seeds: Array(seeds.prefix(1)), settings: settings,
      title: "lint", session)
    anchors.append(Anchor(targets: targets, optimizer: trial.optimizer, tuning: tuning))
    return tuning
  }

  private func protocolText(_ anchors: [Anchor], count: Int) -> String {
    guard count > 0 else { return "here: nothing found is shown by training" }
    let rates = anchors.compactMap { anchor -> String? in
      guard let tuning = anchor.tuning, let best = tuning.best else { return nil }
      return
        "\(NumberFormat.rounded(best.rate, digits: 3)) with \(anchor.optimizer.name) (\(tuning.attempts.count) "
        + "attempts, \(seedsCaption(tuning.seeds)))"
    }
    let anchor =
      rates.isEmpty
      ? ""
      : "; the anchor is \(AnchorTuning.name) on the same modules, and its best rate here \(rates.joined(separator: ", "))"
        + " stands for the literature's \(NumberFormat.text(AdamRate.anchor))"
    return
      "here: \(settings.steps) steps, \(settings.protocolCaption), \(seedsCaption(seeds)); model \(base.caption); "
      + "data \(data.description)\(anchor)"
  }
}
