// What a training run leaves behind.
package import Adapters
package import Models
package import Storage

/// Why a run ended: after all its steps, or before.
package enum RunEnding: Equatable, Sendable {
  case completed
  /// The evaluations did not fall for as long as the settings wait.
  case stoppedEarly
  /// Ctrl-C.
  case interrupted
  /// The bound in seconds was reached.
  case outOfTime
  case diverged(Divergence)
}

/// The first value that was not finite.
package struct Divergence: Equatable, Sendable {
  /// Where it was met.
  package enum Place: Equatable, Sendable {
    case loss
    /// The gradient or the parameter of a tensor: `layers.2.lora_B`.
    case gradient(tensor: String)
    case parameter(tensor: String)
  }

  package var place: Place
  /// From 0, as indices of `losses`.
  package var step: Int

  package init(place: Place, step: Int) {
    self.place = place
    self.step = step
  }

  /// What was not finite and when, as the end of a sentence.
  package var text: String {
    switch place {
    case .loss: "the loss is not finite at step \(step)"
    case .gradient(let tensor): "the gradient of \(tensor) is not finite at step \(step)"
    case .parameter(let tensor): "\(tensor) is not finite after step \(step)"
    }
  }
}

/// An adapter's multiplier in one module, as the run used it.
package struct ResolvedScaling: Equatable, Sendable {
  package var module: String
  package var rank: Int
  package var alpha: Double
  package var multiplier: Double

  package init(module: String, rank: Int, alpha: Double, multiplier: Double) {
    self.module = module
    self.rank = rank
    self.alpha = alpha
    self.multiplier = multiplier
  }
}

/// A finished, cut or diverged run. Steps count from 0; the arrays hold one element a step that was made.
package struct Run: Sendable {
  package var settings: TrainingSettings
  /// How what was trained came about.
  package var provenance: Provenance
  /// Steps made before this run, by the runs it resumes.
  package var firstStep: Int
  package var modelDescription: String
  package var dataDescription: String
  package var adapterDescription: String
  /// The rule in force; nil where no adapter was trained.
  package var rule: ScalingRule?
  package var scalings: [ResolvedScaling]
  /// Loss of each step's batch, before its update.
  package var losses: [Double] = []
  /// Global L2 norm of the gradient before clipping.
  package var gradientNorms: [Double] = []
  /// Seconds of each step, without what is measured beside it; empty of a run that was read from a file, which keeps no
  /// times.
  package var stepSeconds: [Double] = []

  /// Makes room for so many steps.
  mutating func reserve(steps: Int) {
    losses.reserveCapacity(steps)
    gradientNorms.reserveCapacity(steps)
    stepSeconds.reserveCapacity(steps)
  }
  /// Steps made before each evaluation, and its loss.
  package var evaluations: [(step: Int, loss: Double)] = []
  /// Steps made, and the loss on a fixed part of the evaluation set: before the first step, after each eighth of the
  /// run, and after the last. What a batch's own difficulty does to the loss of the steps is not in it.
  package var trace: [(step: Int, loss: Double)] = []
  /// Before the first update, every `probeEvery` steps and at the end; none where probes are off.
  package var probes: [ProbeRecord] = []
  /// Rows of a batch: tokens, or rows of a regression.
  package var tokensPerStep: Int
  /// The loss that no model can go below, where the data tells it.
  package var floor: Double?
  /// Evaluation loss before the first run that this one resumes; nil for a run that begins afresh.
  package var lossBeforeResume: Double?
  package var ending: RunEnding = .completed
  /// What the loss scale did; nil where the run had none.
  package var scaler: ScalerRecord?
  /// Where values left the range of a format of 16 bits, over all steps; none in fp32.
  package var roundings: [RoundingTotal] = []
  /// The trained parameters, as the run left them.
  package var parameters: Buffer

  /// A run before its first step.
  package init(
    settings: TrainingSettings, provenance: Provenance, firstStep: Int, modelDescription: String,
    dataDescription: String, adapterDescription: String, rule: ScalingRule?, scalings: [ResolvedScaling],
    tokensPerStep: Int, floor: Double?, parameters: Buffer
  ) {
    self.settings = settings
    self.provenance = provenance
    self.firstStep = firstStep
    self.modelDescription = modelDescription
    self.dataDescription = dataDescription
    self.adapterDescription = adapterDescription
    self.rule = rule
    self.scalings = scalings
    self.tokensPerStep = tokensPerStep
    self.floor = floor
    self.parameters = parameters
  }

  /// The learning rate of step `t`. The schedule does not move at steps that the loss scale skipped.
  package func rate(step t: Int) -> Double { settings.rate(step: t - (scaler?.skipped(before: t) ?? 0)) }

  /// Evaluation loss before the first step; NaN where that evaluation was cut.
  package var initialLoss: Double { evaluations.first?.loss ?? .nan }
  /// NaN where the evaluation after the last step was cut.
  package var finalLoss: Double { isEvaluated ? evaluations.last?.loss ?? .nan : .nan }
  /// Whether the run was evaluated after its last step; one that was interrupted, or diverged and was then interrupted, may
  /// not be.
  package var isEvaluated: Bool {
    switch ending {
    case .completed, .stoppedEarly, .outOfTime: true
    case .interrupted, .diverged: evaluations.last?.step == losses.count
    }
  }

  /// The first step whose loss, gradient or parameters were not finite.
  package var firstBadStep: Int? {
    if case .diverged(let divergence) = ending { return divergence.step }
    return nil
  }

  /// Σ of the rises of log(median of 20-step windows): 0 for a curve that only falls. NaN for fewer than two windows.
  package var upTravel: Double {
    let window = 20
    let isFinite = { (loss: Double) in loss.isFinite && loss > 0 }
    // A loss that is not finite ends a run, but for a step that a loss scale skips.
    let finite = scaler == nil ? Array(losses.prefix(while: isFinite)) : losses.filter(isFinite)
    let medians = stride(from: 0, to: finite.count - window + 1, by: window).map {
      median(Array(finite[$0..<$0 + window]))
    }
    guard medians.count > 1 else { return .nan }
    return zip(medians, medians.dropFirst()).reduce(0) { total, pair in
      total + max(0, naturalLogarithm(pair.1) - naturalLogarithm(pair.0))
    }
  }

  /// The run as a step of what was trained. One that was cut is repeated by its steps.
  package var record: TrainingRecord {
    var settings = settings
    if ending == .interrupted || ending == .outOfTime { settings.stop = losses.count }
    return TrainingRecord(
      data: dataDescription, dataSteps: [], options: settings.stated, isResumed: firstStep > 0)
  }

  /// Whether all weights of a base were trained.
  package var isPretraining: Bool { rule == nil }

  /// Median time of a step; nil where none is known: before the first step, and of a run from a file.
  package var medianStepSeconds: Double? { stepSeconds.isEmpty ? nil : median(stepSeconds) }
}
