// The training loop: one run from its first step to its last, its interruption or its divergence.
import Adapters
import Kernels
import Models

/// What a run needs of the world, as values.
package struct TrainingEnvironment: Sendable {
  /// nil runs on the calling thread alone.
  package var pool: ThreadPool?
  /// Seconds, monotonic.
  package var clock: @Sendable () -> Double
  package var isInterrupted: @Sendable () -> Bool

  package init(
    pool: ThreadPool?, clock: @escaping @Sendable () -> Double,
    isInterrupted: @escaping @Sendable () -> Bool
  ) {
    self.pool = pool
    self.clock = clock
    self.isInterrupted = isInterrupted
  }

  /// The same world for one of several runs side by side.
  package var alone: TrainingEnvironment {
    TrainingEnvironment(pool: nil, clock: clock, isInterrupted: isInterrupted)
  }
}

extension TrainingEnvironment {
  /// Calls `body` once for each number below `count`, on the pool where there is one, and `between` on the calling thread
  /// after each call that it has made itself.
  package func share(_ count: Int, between: () -> Void, _ body: @Sendable (Int) -> Void) {
    guard let pool else {
      for i in 0..<count {
        body(i)
        between()
      }
      return
    }
    pool.run(count, between: between, body)
  }
}

/// How far a run is; sent after each step.
package struct TrainingProgress: Sendable {
  package var step: Int
  package var total: Int
  package var loss: Double
  /// Set where an evaluation was just made.
  package var evaluation: Double?
  package var secondsElapsed: Double
}

/// What `resume` goes on from.
package struct ResumeState: Sendable {
  package var optimizer: Optimizer
  package var step: Int
  package var seed: UInt64
  package var dataDescription: String
  package var batch: Int
  /// Evaluation loss before the first run.
  package var initialLoss: Double
}

/// What is trained, in values that may be used on any thread.
package struct TrainingTask: Sendable {
  package var base: BaseWeights
  /// nil trains the base itself.
  package var adapter: AdapterLayout?
  package var rule: ScalingRule
  package var start: Buffer
  package var modelDescription: String
  /// Statements of the language that make everything this task stands on: `base`, and `m` where an adapter is trained.
  package var setup: [String]
  package var data: any TrainingData
  package var settings: TrainingSettings
  package var resume: ResumeState?

  /// Trains the model's adapter: afresh from the run's seed, or on from `resume`.
  ///
  /// - Throws: `AdapterError.notAdapted`; `ModelError` where the data does not fit.
  package init(
    model: Model, mode: ScalingRule, data: any TrainingData, settings: TrainingSettings,
    resume: ResumeState? = nil
  ) throws {
    guard let adapter = model.adapter else { throw AdapterError.notAdapted }
    try data.check(model.architecture)
    base = model.base
    self.adapter = adapter.layout
    rule = adapter.layout.configuration.rule(mode: mode)
    start = resume == nil ? adapter.start(seed: settings.seed) : adapter.parameters.copy()
    modelDescription = model.caption
    let script = adapter.script(base: model) + (resume == nil ? [] : adapter.history)
    setup = data.setup + script.statements(rule: rule)
    self.data = data
    self.settings = settings
    self.resume = resume
  }

  /// Trains all weights of the base.
  package init(pretraining model: Model, data: any TrainingData, settings: TrainingSettings) throws {
    try data.check(model.architecture)
    base = model.base
    adapter = nil
    rule = .lora
    start = model.base.values.copy()
    modelDescription = model.caption
    setup = data.setup + model.setup
    self.data = data
    self.settings = settings
    resume = nil
  }

  /// The same task with other settings, its adapter drawn afresh from their seed.
  ///
  /// - Precondition: the task does not resume a run.
  package func varied(_ settings: TrainingSettings) -> TrainingTask {
    precondition(resume == nil, "a resumed run has its start already")
    var task = self
    task.settings = settings
    if let adapter { task.start = adapter.initialParameters(seed: settings.seed) }
    return task
  }

  /// How long a run of it takes on one thread, from three steps of it.
  package func estimatedSeconds(_ environment: TrainingEnvironment) -> Double {
    var trial = self
    trial.settings.stop = 3
    let began = environment.clock()
    let run = trial.run(environment.alone).run
    let evaluations = environment.clock() - began - run.stepSeconds.reduce(0, +)
    return run.medianStepSeconds * Double(settings.steps) + evaluations
  }

  /// The shape of every batch.
  package var shape: BatchShape {
    BatchShape(sequences: settings.batch, positions: data.positions(base.architecture))
  }

  fileprivate var scalings: [ResolvedScaling] {
    (adapter?.sites ?? []).map {
      ResolvedScaling(
        module: $0.module.path, rank: $0.rank, alpha: $0.alpha, multiplier: $0.multiplier(rule))
    }
  }

  /// The tensor that element `index` of the trainable parameters belongs to.
  fileprivate func tensorName(_ index: Int) -> String {
    if let adapter {
      for site in adapter.sites where index < site.offsetB + site.countB {
        return site.module.path + (index < site.offsetB ? ".lora_A" : ".lora_B")
      }
    }
    for (shape, offset) in zip(base.shapes, base.offsets) where index < offset + shape.count {
      return shape.name
    }
    return "parameters"
  }
}

/// A run with what is needed to resume it.
package struct TrainingResult: Sendable {
  package var run: Run
  package var resume: ResumeState
}

extension TrainingTask {
  /// The record of a run of this task before its first step.
  package func emptyRun(firstStep: Int = 0, parameters: Buffer) -> Run {
    Run(
      settings: settings, setup: setup, firstStep: firstStep, modelDescription: modelDescription,
      dataDescription: data.description,
      adapterDescription: adapter?.configuration.description(rule: rule) ?? "",
      rule: adapter == nil ? nil : rule, scalings: scalings, tokensPerStep: shape.rows, floor: data.floor,
      verdictRule: data.verdictRule, parameters: parameters)
  }

  /// Runs to the end, an interruption, the bound in seconds, or the first value that is not finite.
  ///
  /// - Parameter report: called after each step and each evaluation, on the calling thread.
  package func run(
    _ environment: TrainingEnvironment, report: (TrainingProgress) -> Void = { _ in }
  ) -> TrainingResult {
    let pool = environment.pool
    let plan = Plan(
      base: base, adapter: adapter, rule: rule, trainable: adapter == nil ? .base : .adapter, shape: shape,
      pool: pool)
    let parameters = start.copy()
    let optimizer = resume?.optimizer.copy() ?? Optimizer(settings.optimizer, count: parameters.count)
    let firstStep = resume?.step ?? 0
    let batches = data.batches(seed: settings.seed, shape: shape)
    let evaluation = data.evaluation(shape: shape)
    var run = emptyRun(firstStep: firstStep, parameters: parameters)
    run.lossBeforeResume = resume?.initialLoss
    run.reserve(steps: min(settings.stepsToMake, 1 << 16))
    let began = environment.clock()

    func evaluate() {
      let loss = evaluation.loss(plan, parameters: parameters)
      run.evaluations.append((run.losses.count, loss))
    }

    plan.prepare(parameters: parameters)
    evaluate()
    var last = environment.clock()
    report(
      TrainingProgress(
        step: 0, total: settings.stepsToMake, loss: .nan, evaluation: run.initialLoss,
        secondsElapsed: last - began))
    let prober = settings.probeEvery > 0 ? makeProber(environment, began: began) : nil
    if settings.probeEvery > 0 { last = environment.clock() }
    for t in 0..<settings.stepsToMake {
      if environment.isInterrupted() {
        run.ending = .interrupted
        break
      }
      if let bound = settings.seconds, last - began >= bound {
        run.ending = .outOfTime
        break
      }
      var divergence = backward(t, plan, parameters, batches, firstStep: firstStep, into: &run)
      if let prober, divergence == nil, t.isMultiple(of: settings.probeEvery) {
        let began = environment.clock()
        run.probes.append(prober.record(step: t, parameters: parameters, gradient: plan.gradient))
        last += environment.clock() - began
      }
      if divergence == nil {
        divergence = update(
          t, plan, parameters, optimizer, firstStep: firstStep, pool: pool,
          norm: run.gradientNorms[run.gradientNorms.count - 1])
      }
      let now = environment.clock()
      run.stepSeconds.append(now - last)
      last = now
      if let divergence {
        run.ending = .diverged(divergence)
        break
      }
      var evaluated: Double?
      if settings.evalEvery > 0 && (t + 1).isMultiple(of: settings.evalEvery) && t + 1 < settings.stepsToMake
      {
        evaluate()
        evaluated = run.finalLoss
        last = environment.clock()
      }
      report(
        TrainingProgress(
          step: t + 1, total: settings.stepsToMake, loss: run.losses[run.losses.count - 1],
          evaluation: evaluated,
          secondsElapsed: last - began))
    }
    if run.losses.count > 0 {
      if case .diverged(let divergence) = run.ending, case .parameter = divergence.place {
        plan.prepare(parameters: parameters)
      }
      evaluate()
      if let prober { probeAtEnd(prober, plan, parameters, batches, firstStep: firstStep, into: &run) }
    }
    let state = ResumeState(
      optimizer: optimizer, step: firstStep + run.losses.count, seed: settings.seed,
      dataDescription: data.description, batch: settings.batch,
      initialLoss: resume?.initialLoss ?? run.initialLoss)
    return TrainingResult(run: run, resume: state)
  }

  /// nil where Ctrl-C or the bound in seconds came first.
  private func makeProber(_ environment: TrainingEnvironment, began: Double) -> Prober? {
    let bound = settings.seconds
    return adapter.flatMap {
      Prober($0, on: base, rule: rule) {
        environment.isInterrupted() || (bound.map { environment.clock() - began >= $0 } ?? false)
      }
    }
  }

  /// The last probe of a run. The gradient is that of the batch that would come next.
  private func probeAtEnd(
    _ prober: Prober, _ plan: Plan, _ parameters: Buffer, _ batches: any BatchSource, firstStep: Int,
    into run: inout Run
  ) {
    var made = run.losses.count
    if case .diverged(let divergence) = run.ending {
      // The loss or the gradient ended the run before the update of its last step.
      if case .parameter = divergence.place {} else { made -= 1 }
    } else {
      let number = firstStep + made
      _ = plan.step(
        parameters: parameters, batch: batches.batch(step: number), step: number, dropoutSeed: settings.seed)
    }
    run.probes.append(prober.record(step: made, parameters: parameters, gradient: plan.gradient))
  }

  /// Loss and gradient of a step. Returns where they are not finite.
  private func backward(
    _ t: Int, _ plan: Plan, _ parameters: Buffer, _ batches: any BatchSource, firstStep: Int,
    into run: inout Run
  ) -> Divergence? {
    let number = firstStep + t
    let loss = plan.step(
      parameters: parameters, batch: batches.batch(step: number), step: number, dropoutSeed: settings.seed)
    run.losses.append(loss)
    guard loss.isFinite else {
      run.gradientNorms.append(.nan)
      return Divergence(place: .loss, step: t)
    }
    let gradient = plan.gradient
    let norm = sumOfSquares(gradient.pointer, count: plan.parameterCount).squareRoot()
    run.gradientNorms.append(norm)
    guard norm.isFinite else {
      return Divergence(place: .gradient(tensor: firstBadTensor(gradient)), step: t)
    }
    return nil
  }

  /// The update of a step. Returns the parameter that overflowed, where one did.
  private func update(
    _ t: Int, _ plan: Plan, _ parameters: Buffer, _ optimizer: Optimizer, firstStep: Int, pool: ThreadPool?,
    norm: Double
  ) -> Divergence? {
    let coefficient = settings.clip.map { min(1, $0 / (norm + 1e-6)) } ?? 1
    let isFinite = optimizer.update(
      parameters, gradient: plan.gradient, rate: settings.rate(step: t), step: firstStep + t + 1,
      gradientScale: Float(coefficient), pool: pool)
    guard isFinite else {
      return Divergence(place: .parameter(tensor: firstBadTensor(parameters)), step: t)
    }
    plan.prepare(parameters: parameters)
    return nil
  }

  private func firstBadTensor(_ values: Buffer) -> String {
    tensorName((0..<values.count).first { !values.pointer[$0].isFinite } ?? 0)
  }
}
