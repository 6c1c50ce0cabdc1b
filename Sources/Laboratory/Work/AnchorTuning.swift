// The anchor that rates are measured from: LoRA with r=16 and alpha=32, tuned on the model and data at hand.
package import Adapters
package import Analysis
package import Interpreter
package import Models
package import Training

/// The best learning rate of the article's starting point. A rate of the literature belongs to a model of its size; what
/// carries over to another model is its ratio to that model's own anchor.
package enum AnchorTuning {
  package static let name = "LoRA r=16, alpha=32"

  static func configuration(targets: LoRAConfiguration.Targets) -> LoRAConfiguration {
    LoRAConfiguration(rank: 16, alpha: .fixed(32), targets: targets, scaling: .own(.lora))
  }

  /// Tries rates by factors of two from the usual one of the optimiser, until both neighbours of the best are worse.
  ///
  /// - Returns: nil where no rate trains in 16 attempts, or the search was stopped before its best was found.
  /// - Throws: `AdapterError` and `ModelError` where the anchor or the data does not fit the model.
  package static func tuned(
    base: Model, data: any TrainingData, targets: LoRAConfiguration.Targets, seeds: [UInt64],
    settings: TrainingSettings, seconds: Double? = nil, title: String, _ session: Session
  ) throws -> Tuning? {
    let plan = TuningPlan(
      base: base, data: data, configuration: configuration(targets: targets), mode: .lora, seeds: seeds,
      settings: settings, start: settings.optimizer.isAdaptive ? 2e-3 : 0.1, factor: 2, seeksBest: true,
      mostAttempts: 16)
    let reporter = ProgressReporter("\(title), the anchor", unit: "runs", session)
    let total = plan.mostAttempts * seeds.count
    let tuning = try plan.run(session.trainingEnvironment, seconds: seconds) {
      reporter.report(done: $0, total: total, figures: [])
    }
    reporter.finish(done: total, total: total)
    if tuning.wasInterrupted { session.markInterrupted() }
    return tuning.best == nil || tuning.wasInterrupted || tuning.wasCut ? nil : tuning
  }
}
