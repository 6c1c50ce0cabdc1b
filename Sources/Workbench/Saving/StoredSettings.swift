// What files hold of optimisers, schedules and seeds.
import Adapters
import Training

struct StoredOptimizer: Codable {
  var name: String
  var betas: [Double]?
  var eps: Double?
  var momentum: Double?
  var weightDecay: Double

  init(_ optimizer: OptimizerSettings) {
    name = optimizer.name
    switch optimizer {
    case .adamw(let beta1, let beta2, let epsilon, let decay):
      (betas, eps, weightDecay) = ([beta1, beta2], epsilon, decay)
    case .sgd(let momentum, let decay): (self.momentum, weightDecay) = (momentum, decay)
    }
  }

  /// - Throws: `StoredFlaw`.
  func settings() throws -> OptimizerSettings {
    switch name {
    case "adamw":
      guard let betas, betas.count == 2, let eps else {
        throw StoredFlaw.misfit("`optimizer` and its fields")
      }
      return .adamw(beta1: betas[0], beta2: betas[1], epsilon: eps, weightDecay: weightDecay)
    case "sgd":
      guard let momentum else { throw StoredFlaw.misfit("`optimizer` and its fields") }
      return .sgd(momentum: momentum, weightDecay: weightDecay)
    default: throw StoredFlaw.unknownWord(field: "optimizer", word: name)
    }
  }
}

struct StoredSettings: Codable {
  var steps: Int
  var lr: Double
  var batch: Int
  var optimizer: StoredOptimizer
  var schedule: String
  var warmup: Int
  var clip: Double?
  var seed: UInt64
  var evalEvery: Int
  var stop: Int?
  var seconds: Double?
  var probeEvery: Int

  init(_ settings: TrainingSettings) {
    steps = settings.steps
    lr = settings.learningRate
    batch = settings.batch
    optimizer = StoredOptimizer(settings.optimizer)
    schedule = settings.schedule.rawValue
    warmup = settings.warmup
    clip = settings.clip
    seed = settings.seed
    evalEvery = settings.evalEvery
    stop = settings.stop
    seconds = settings.seconds
    probeEvery = settings.probeEvery
  }

  /// - Throws: `StoredFlaw`.
  func settings() throws -> TrainingSettings {
    guard let schedule = Schedule(rawValue: schedule) else {
      throw StoredFlaw.unknownWord(field: "schedule", word: schedule)
    }
    for (field, isGood) in [
      ("steps", steps > 0), ("batch", batch > 0), ("warmup", warmup >= 0),
      ("clip", clip.map { $0 > 0 } ?? true),
      ("eval_every", evalEvery >= 0), ("stop", stop.map { $0 > 0 } ?? true), ("probe_every", probeEvery >= 0),
    ] { try StoredFlaw.check(isGood, .outOfRange(field)) }
    return TrainingSettings(
      steps: steps, learningRate: lr, batch: batch, optimizer: try optimizer.settings(), schedule: schedule,
      warmup: warmup, clip: clip, seed: seed, evalEvery: evalEvery, stop: stop, seconds: seconds,
      probeEvery: probeEvery)
  }
}
