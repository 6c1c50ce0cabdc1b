// A run between two of its steps: what it goes on from to the same bits, and when it hands that out.
import Adapters
import Fields
package import Storage

/// Everything that a run goes on from between two steps, so that its end has the same bits as without a break.
///
/// Random numbers and the place in the data are no part of it: both follow from the seed and the step's number.
package struct Checkpoint: Sendable {
  /// The record of the steps made so far. `run.parameters` are those after the last of them.
  package var run: Run
  package var optimizer: Optimizer
  /// The loss scale of a run in fp16.
  package var scaler: GradientScaler?
  /// The parameters of the best evaluation so far, where the run is to leave those; nil before the first.
  package var best: Buffer?

  package init(run: Run, optimizer: Optimizer, scaler: GradientScaler? = nil, best: Buffer?) {
    self.run = run
    self.optimizer = optimizer
    self.scaler = scaler
    self.best = best
  }

  /// Steps made.
  package var step: Int { run.losses.count }
}

/// When a run hands out checkpoints, and to whom.
package struct CheckpointPlan {
  /// After which steps.
  package enum Moment: Equatable, Sendable {
    /// Each so many, and the last.
    case every(Int)
    /// Those whose evaluation is the lowest so far.
    case best
  }

  package var moment: Moment
  /// Called between two steps, on the thread of the run; the buffers of the checkpoint change with the next step. It is
  /// called for a run that is interrupted or out of time, too.
  package var keep: (Checkpoint) -> Void

  package init(_ moment: Moment, keep: @escaping (Checkpoint) -> Void) {
    self.moment = moment
    self.keep = keep
  }
}

/// What a run's evaluations say of its best step, as transformers' Trainer and its EarlyStoppingCallback keep it.
///
/// The evaluations are those that `eval_every` asks for, and the one after the last step of the schedule: none without
/// `eval_every`. The one before the first step is none of them.
package struct EvaluationWatch: Equatable, Sendable {
  /// Steps made before the lowest evaluation, and its loss; nil before the first that is not NaN.
  package private(set) var best: (step: Int, loss: Double)?
  /// Evaluations since the last that was lower than the best before it by more than the threshold.
  package private(set) var count = 0
  private let every: Int
  private let steps: Int
  private let threshold: Double
  private let patience: Int?

  init(_ settings: TrainingSettings) {
    every = settings.evalEvery
    steps = settings.steps
    threshold = settings.threshold
    patience = settings.patience
  }

  package static func == (a: EvaluationWatch, b: EvaluationWatch) -> Bool {
    a.best?.step == b.best?.step && a.count == b.count
  }

  /// Whether an evaluation is due after so many steps.
  func isDue(_ step: Int) -> Bool { every > 0 && step > 0 && (step.isMultiple(of: every) || step == steps) }

  /// Whether the evaluations have not fallen for so long that the run ends.
  package var endsRun: Bool { patience.map { count >= $0 } ?? false }

  /// Looks at an evaluation. Returns whether it is the lowest so far.
  mutating func look(at loss: Double, after step: Int) -> Bool {
    guard isDue(step) else { return false }
    if let best {
      count = loss < best.loss && best.loss - loss > threshold ? 0 : count + 1
    } else {
      count = 0
    }
    guard loss < best?.loss ?? .infinity else { return false }
    best = (step, loss)
    return true
  }
}

extension Run {
  /// What its evaluations say of its best step.
  package var watch: EvaluationWatch {
    var watch = EvaluationWatch(settings)
    for evaluation in evaluations { _ = watch.look(at: evaluation.loss, after: evaluation.step) }
    return watch
  }

  /// The step whose parameters the run left, and its evaluation, where those are not of its last step: `load_best` of a run
  /// that came to its end.
  package var keptStep: (step: Int, loss: Double)? {
    guard settings.loadBest, ending == .completed || ending == .stoppedEarly, let best = watch.best,
      best.step != losses.count
    else { return nil }
    return best
  }

  /// Takes over what an earlier part of the same run recorded.
  mutating func goOn(from earlier: Run) {
    losses = earlier.losses
    gradientNorms = earlier.gradientNorms
    evaluations = earlier.evaluations
    trace = earlier.trace
    probes = earlier.probes
  }
}

extension TrainingSettings {
  /// The options that a run and its checkpoints share: all but those that say where it ends.
  private static let shared = options.filter { $0.scope != .bound && $0.name != "stop" }

  /// Their values as text.
  package var identity: String {
    TrainingSettings.shared.compactMap { option in
      option.value(in: self).map { "\(option.name)=\($0.code)" }
    }.joined(separator: ", ")
  }

  /// The first of them that is another, with both values.
  fileprivate func difference(from other: TrainingSettings) -> String? {
    for option in TrainingSettings.shared {
      let (there, here) = (option.value(in: other), option.value(in: self))
      if there != here {
        return "\(option.name)=\((there ?? .absent).code) there, \((here ?? .absent).code) here"
      }
    }
    return nil
  }
}

extension TrainingTask {
  /// In what a checkpoint's run is another than this task's, as the end of a sentence; nil where it is the same but for
  /// where it ends.
  package func difference(from run: Run) -> String? {
    if let difference = settings.difference(from: run.settings) { return difference }
    let texts = [
      (run.modelDescription, modelDescription), (run.dataDescription, data.description),
      (run.adapterDescription, adapter?.configuration.description(rule: rule) ?? ""),
    ]
    for (there, here) in texts where there != here { return "\(there) there, \(here) here" }
    if run.rule?.name != (adapter == nil ? nil : rule.name) { return "another scaling" }
    return nil
  }
}
