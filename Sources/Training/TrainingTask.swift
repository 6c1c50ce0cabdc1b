// What is trained, in values that may be used on any thread.
package import Adapters
package import Kernels
package import Models
package import Signals
package import Storage

/// What a run leaves behind: `resume` goes on from it, and `export` writes a script of it.
package struct ResumeState: Sendable {
  package var optimizer: Optimizer
  /// The loss scale with the steps skipped so far; nil where no run was in fp16.
  package var scaler: GradientScaler?
  /// Steps made so far, by all runs that went on from one another.
  package var step: Int
  /// Of the run that was made last.
  package var data: any TrainingData
  package var settings: TrainingSettings
  /// Whether that run went on from an earlier one.
  package var isResumed: Bool
  /// Evaluation loss before the first run.
  package var initialLoss: Double
  /// The step whose parameters that run left in place of its last ones; nil where it left those.
  package var leftBest: Int?

  package var seed: UInt64 { settings.seed }
  package var dataDescription: String { data.description }
  package var sequencesPerStep: Int { settings.sequencesPerStep }
}

/// Everything that a training run is determined by: weights, adapter, rule, start, data and settings, as values that any
/// thread may use. `run` in Trainer.swift makes the run and changes none of them.
///
/// The trained parameters are one vector of floats: the adapter's in the order of its layout, or all weights of the base
/// in the order of `Architecture.weights`.
package struct TrainingTask: Sendable {
  /// Frozen, where an adapter is trained.
  package var base: BaseWeights
  /// nil trains the base itself.
  package var adapter: AdapterLayout?
  /// The scaling rule in force for the adapter.
  package var rule: ScalingRule
  /// The trained parameters before the first step. A run works on a copy.
  package var start: Buffer
  package var modelDescription: String
  /// What makes everything that this task stands on.
  package var provenance: Provenance
  package var data: any TrainingData
  package var settings: TrainingSettings
  package var resume: ResumeState?

  /// Trains the model's adapter: afresh from the run's seed, or on from `resume`.
  ///
  /// - Throws: `AdapterError.notAdapted`; `ModelError` where data or settings do not fit; `Interruption`.
  package init(
    model: Model, mode: ScalingRule, data: any TrainingData, settings: TrainingSettings,
    resume: ResumeState? = nil, stop: StopSignal = .never
  ) throws {
    guard let adapter = model.adapter else { throw AdapterError.notAdapted }
    let kind = adapter.layout.configuration.kind
    if settings.precision.rounds, !kind.isUpdateAlone {
      throw AdapterError.notRounded(kind: kind.title, format: settings.precision.format.rawValue)
    }
    try data.check(model.architecture)
    try settings.check(model.architecture)
    base = model.base
    self.adapter = adapter.layout
    rule = adapter.layout.configuration.rule(mode: mode)
    start =
      resume == nil
      ? try adapter.start(seed: settings.seed, base: base, rule: rule, stop: stop)
      : adapter.parameters
    modelDescription = model.caption
    let made = adapter.provenance(base: model) + (resume == nil ? [] : adapter.history)
    provenance = Provenance(data.steps + made.steps, rule: rule)
    self.data = data
    self.settings = settings
    self.resume = resume
  }

  /// Trains all weights of the base.
  ///
  /// - Throws: `ModelError` where data or settings do not fit; `Interruption`.
  package init(
    pretraining model: Model, data: any TrainingData, settings: TrainingSettings,
    stop: StopSignal = .never
  ) throws {
    try data.check(model.architecture)
    try settings.check(model.architecture)
    if let quantization = model.base.quantization { throw ModelError.trainedQuantized(quantization.title) }
    base = model.base
    adapter = nil
    rule = .lora
    start = try model.base.values(stop)
    modelDescription = model.caption
    provenance = Provenance(data.steps + model.steps)
    self.data = data
    self.settings = settings
    resume = nil
  }

  /// The same task with other settings, its adapter drawn afresh from their seed.
  ///
  /// - Throws: `Interruption` where `stop` is asked before it is drawn.
  /// - Precondition: the task does not resume a run.
  package func varied(_ settings: TrainingSettings, stop: StopSignal) throws(Interruption) -> TrainingTask {
    precondition(resume == nil, "a resumed run has its start already")
    var task = self
    task.settings = settings
    if let adapter, !adapter.configuration.initialization.splitsBase {
      task.start = try adapter.startingParameters(
        seed: settings.seed, base: base, rule: rule, stop: stop)
    }
    return task
  }

  /// Seconds that a run of it takes on one thread, about: three steps are made, and their median is taken for all.
  package func estimatedSeconds(_ environment: TrainingEnvironment) -> Double {
    var trial = self
    trial.settings.stop = 3
    let began = environment.clock()
    let run = trial.run(environment.alone).run
    let evaluations = environment.clock() - began - run.stepSeconds.reduce(0, +)
    return (run.medianStepSeconds ?? .nan) * Double(settings.steps) + evaluations
  }

  /// The shape of a step: `settings.accumulation` batches of `settings.batch` sequences, or rows of a regression, which
  /// are sequences of one row.
  package var shape: BatchShape {
    BatchShape(
      sequences: settings.sequencesPerStep, positions: data.positions(base.architecture),
      parts: settings.accumulation)
  }

  /// The multiplier in each adapted module; empty where none is adapted.
  package var scalings: [ResolvedScaling] {
    (adapter?.sites ?? []).map {
      ResolvedScaling(
        module: $0.module.path, rank: $0.rank, alpha: $0.alpha, multiplier: $0.multiplier(rule))
    }
  }

  /// The trained parameters that weight decay leaves alone, as transformers' Trainer does: biases and norms of the base.
  /// A module of an adapter has none.
  package var undecayed: [Range<Int>] {
    func isVector(_ role: WeightShape.Role) -> Bool {
      switch role {
      case .norm, .bias: true
      case .linear, .outputLayer, .embedding: false
      }
    }
    guard let adapter else {
      return zip(base.shapes, base.offsets).filter { isVector($0.0.role) }.map { $0.1..<$0.1 + $0.0.count }
    }
    return adapter.weights.filter { isVector(base.shapes[$0.index].role) }
      .map { $0.offset..<$0.offset + $0.weight.count }
  }

  /// The plan of its steps.
  ///
  /// - Parameter pool: shares out the groups of shards; nil works on the calling thread.
  func plan(pool: ThreadPool? = nil, checkpointing: Checkpointing = .off) -> Plan {
    Plan(
      base: base, adapter: adapter, rule: rule, trainable: adapter == nil ? .base : .adapter, shape: shape,
      precision: settings.precision, pool: pool, checkpointing: checkpointing,
      embeddingNoise: settings.neftune ?? 0)
  }

  /// The optimiser as a checkpoint, or the run that this one resumes, left it, with a state of its own; a new one without
  /// either.
  func optimizer(from checkpoint: Checkpoint?) -> Optimizer {
    (checkpoint?.optimizer ?? resume?.optimizer)?.copy()
      ?? Optimizer(settings.optimizer, count: start.count, undecayed: undecayed)
  }

  /// The loss scale and the counts of roundings as a checkpoint, or the run that this one resumes, left them.
  func precision(_ plan: Plan, from checkpoint: Checkpoint?) -> RunPrecision {
    RunPrecision(
      settings.precision, plan: plan, resuming: checkpoint?.scaler ?? resume?.scaler,
      earlier: checkpoint?.run)
  }

  /// The tensor that element `index` of the trainable parameters belongs to.
  func tensorName(_ index: Int) -> String {
    if let adapter {
      for site in adapter.sites where site.range.contains(index) {
        guard let part = site.parts.first(where: { $0.range.contains(index) }) else { break }
        return "\(site.module.path).\(part.role.name)"
      }
      for weight in adapter.weights where index < weight.offset + weight.weight.count {
        return weight.weight.name
      }
    }
    for (shape, offset) in zip(base.shapes, base.offsets) where index < offset + shape.count {
      return shape.name
    }
    return "parameters"
  }
}

extension TrainingSettings {
  /// - Throws: `ModelError.noEmbeddings` where noise is asked for and there are no embeddings to add it to.
  fileprivate func check(_ architecture: Architecture) throws {
    guard neftune != nil else { return }
    switch architecture {
    case .transformer: return
    case .perceptron, .linear: throw ModelError.noEmbeddings
    }
  }
}
