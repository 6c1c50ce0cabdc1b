// Trials of what `lint` finds: each finding trained as it stands and as advised, on the model and data at hand.
import Analysis
import Models
import Training

struct LintMeasurement {
  let base: Model
  let data: any TrainingData
  let seeds: [UInt64]
  let settings: TrainingSettings

  /// The report with what each trial showed.
  ///
  /// - Throws: `AdapterError` and `ModelError` where an adapter or the data does not fit the model.
  func measured(_ report: LintReport, in session: Session) throws -> LintReport {
    var report = report
    for part in report.parts.indices {
      for i in report.parts[part].findings.indices {
        guard let trial = report.parts[part].findings[i].trial, !session.environment.isInterrupted() else {
          continue
        }
        let plan = try trial.plan(
          base: base, data: data, seeds: seeds, settings: settings, memory: session.environment.memory)
        let comparison = try TrainingCommands.perform(plan, "lint", seconds: nil, session)
        report.parts[part].findings[i].measurement = trial.sentence(comparison)
      }
    }
    let count = report.findings.count { !$0.measurement.isEmpty }
    report.protocolText =
      count == 0
      ? "here: nothing found is shown by training"
      : "here: \(settings.steps) steps, \(settings.protocolCaption), \(seedsCaption(seeds)); model \(base.caption); "
        + "data \(data.description)"
    return report
  }
}
