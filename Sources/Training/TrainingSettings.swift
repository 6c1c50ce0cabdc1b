// Everything that determines a run beside model and data.
import Adapters

package enum OptimizerSettings: Equatable, Sendable {
  case adamw(beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double)
  case sgd(momentum: Double, weightDecay: Double)

  package static let adamw = OptimizerSettings.adamw(
    beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0)

  package var name: String {
    switch self {
    case .adamw: "adamw"
    case .sgd: "sgd"
    }
  }

  /// Whether a step's size does not grow with the gradient, as Adam's.
  package var isAdaptive: Bool {
    if case .adamw = self { true } else { false }
  }

  /// The arguments of `train` that repeat these settings, all of them written out.
  package var arguments: String {
    switch self {
    case .adamw(let beta1, let beta2, let epsilon, let decay):
      "optimizer=adamw, betas=[\(shortest(beta1)), \(shortest(beta2))], eps=\(shortest(epsilon)), "
        + "weight_decay=\(shortest(decay))"
    case .sgd(let momentum, let decay):
      "optimizer=sgd, momentum=\(shortest(momentum)), weight_decay=\(shortest(decay))"
    }
  }
}

package struct TrainingSettings: Equatable, Sendable {
  package var steps: Int
  package var learningRate: Double
  /// Sequences, or rows of a regression, a step.
  package var batch: Int
  package var optimizer: OptimizerSettings
  package var schedule: Schedule
  package var warmup: Int
  /// The gradient's largest global L2 norm; nil does not clip.
  package var clip: Double?
  package var seed: UInt64
  /// Steps between evaluations; 0 evaluates before the first and after the last step only.
  package var evalEvery: Int
  /// Stops after so many steps of a schedule made for `steps`; nil makes them all.
  package var stop: Int?
  /// Bound on the run's time; nil has none.
  package var seconds: Double?
  /// Steps between probes of the adapter; 0 makes none.
  package var probeEvery: Int

  package init(
    steps: Int, learningRate: Double, batch: Int = 8, optimizer: OptimizerSettings = .adamw,
    schedule: Schedule = .constant, warmup: Int = 0, clip: Double? = nil, seed: UInt64 = 0,
    evalEvery: Int = 0, stop: Int? = nil,
    seconds: Double? = nil, probeEvery: Int = 0
  ) {
    self.steps = steps
    self.learningRate = learningRate
    self.batch = batch
    self.optimizer = optimizer
    self.schedule = schedule
    self.warmup = warmup
    self.clip = clip
    self.seed = seed
    self.evalEvery = evalEvery
    self.stop = stop
    self.seconds = seconds
    self.probeEvery = probeEvery
  }

  /// Steps that a run makes where nothing ends it early.
  package var stepsToMake: Int { min(steps, stop ?? steps) }

  /// Steps after which a run's trace has a point: seven, evenly spread between the first and the last.
  var tracedSteps: Set<Int> { Set((1..<8).map { stepsToMake * $0 / 8 }.filter { $0 > 0 }) }

  /// The arguments of `train` that repeat these settings. A run that was cut is repeated by its steps.
  package var arguments: String {
    "steps=\(steps), lr=\(shortest(learningRate)), batch=\(batch), \(optimizer.arguments), "
      + "schedule=\(schedule.rawValue), warmup=\(warmup), clip=\(clip.map(shortest) ?? "None"), "
      + "seed=\(seed), eval_every=\(evalEvery)" + (stop.map { ", stop=\($0)" } ?? "")
      + (probeEvery > 0 ? ", probe_every=\(probeEvery)" : "")
  }

  /// In words for captions: what every run has, and what differs from the defaults of `train`.
  package var caption: String {
    (["\(steps) steps", "\(optimizer.name) lr \(shortest(learningRate))", protocolCaption, "seed \(seed)"]
      + (stepsToMake < steps ? ["stop after \(stepsToMake)"] : [])).joined(separator: ", ")
  }

  /// The part of the caption that all cells of a grid share.
  package var protocolCaption: String {
    var parts: [String] = []
    switch optimizer {
    case .adamw(let beta1, let beta2, let epsilon, let decay):
      if (beta1, beta2) != (0.9, 0.999) { parts.append("betas \(shortest(beta1)), \(shortest(beta2))") }
      if epsilon != 1e-8 { parts.append("eps \(shortest(epsilon))") }
      if decay != 0 { parts.append("weight decay \(shortest(decay))") }
    case .sgd(let momentum, let decay):
      parts.append(momentum == 0 ? "no momentum" : "momentum \(shortest(momentum))")
      if decay != 0 { parts.append("weight decay \(shortest(decay))") }
    }
    parts.append("\(schedule.rawValue) schedule")
    if warmup > 0 { parts.append("warm-up \(warmup)") }
    parts.append(clip.map { "clip \(shortest($0))" } ?? "no clipping")
    parts.append("batch \(batch)")
    return parts.joined(separator: ", ")
  }

  /// The part of all the learning rates of `made` steps that the first `step` have used: 0 to 1, and step/made where the
  /// rate is constant or no step is made with a rate above 0. Schedules of many steps are sampled at 256 places.
  package func rateShare(after step: Int, of made: Int) -> Double {
    func sum(_ count: Int) -> Double {
      let places = max(0, min(count, 256))
      let total = (0..<places).reduce(0.0) { total, i in
        let middle = Double(count) * (Double(i) + 0.5) / Double(places)
        return total + schedule.factor(step: Int(middle), of: steps, warmup: warmup)
      }
      return places == 0 ? 0 : total * Double(count) / Double(places)
    }
    let step = min(max(0, step), made)
    let all = sum(made)
    return all > 0 ? min(1, sum(step) / all) : Double(step) / Double(max(1, made))
  }

  /// The learning rate of step t.
  func rate(step t: Int) -> Double {
    learningRate * schedule.factor(step: t, of: steps, warmup: warmup)
  }
}
