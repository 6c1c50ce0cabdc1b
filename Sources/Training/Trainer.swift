// The training loop: one run from its first step to its last, its interruption or its divergence.
import Adapters
import Kernels
import Models
import Signals
package import Storage

/// What `TrainingTask.run` gives: the run, and what `resume=True` goes on from.
package struct TrainingResult: Sendable {
  package var run: Run
  package var resume: ResumeState
}

extension TrainingTask {
  /// The record of a run of this task before its first step.
  package func emptyRun(firstStep: Int = 0, parameters: Buffer) -> Run {
    Run(
      settings: settings, provenance: provenance, firstStep: firstStep, modelDescription: modelDescription,
      dataDescription: data.description,
      adapterDescription: adapter?.configuration.description(rule: rule) ?? "",
      rule: adapter == nil ? nil : rule, scalings: scalings, tokensPerStep: shape.rows, floor: data.floor,
      parameters: parameters)
  }

  /// Trains: for each step t a batch, the gradient g of its mean loss, then the optimiser's update of the parameters with
  /// the schedule's rate and min(1, clip/(‖g‖ + 1e-6))·g, as PyTorch clips. An evaluation is made before the first step
  /// and after the last.
  ///
  /// It ends after its last step, at an interruption, at the bound in seconds, or at the first loss, gradient or
  /// parameter that is not finite, and says which in `run.ending`; it throws nothing. A run that ends early is whole up
  /// to there. An urgent interruption gives up the step or the evaluation that is being made, which is then missing.
  ///
  /// The bits of the run depend on the task alone, unless time or the user ends it: `environment.pool` and `report`
  /// change none.
  ///
  /// - Parameters:
  ///   - checkpoint: where the run goes on, which then ends as if it had not been broken off; nil begins it.
  ///   - checkpoints: what is handed out on the way.
  ///   - report: called after each step and each evaluation, on the calling thread.
  /// - Precondition: the checkpoint is of this task: `difference(from:)` is nil.
  package func run(
    _ environment: TrainingEnvironment, from checkpoint: Checkpoint? = nil,
    checkpoints: CheckpointPlan? = nil, report: (TrainingProgress) -> Void = { _ in }
  ) -> TrainingResult {
    let loop = RunLoop(self, environment, from: checkpoint, checkpoints)
    do {
      report(try loop.begin())
      while let progress = try loop.step() { report(progress) }
    } catch {
      loop.run.ending = .interrupted
    }
    loop.finish()
    // Weights in a file that was cut meanwhile are zeros: the run is one that was stopped, and no grid counts it.
    if (try? base.checkUnchanged()) == nil { loop.run.ending = .interrupted }
    return loop.result
  }

  /// The first of the values that is not finite, by the tensor that it belongs to.
  fileprivate func firstBadTensor(_ values: Buffer) -> String {
    tensorName((0..<values.count).first { !values.pointer[$0].isFinite } ?? 0)
  }
}

extension TrainingSettings {
  /// What clipping multiplies a gradient of this norm with: min(1, clip/(‖g‖ + 1e-6)), and 1 where nothing is clipped.
  func gradientScale(norm: Double) -> Float { clippingFactor(norm: norm, clip: clip) }
}

/// A run while it is made: `begin`, `step` until it gives nil, `finish`.
///
/// What throws `Interruption` was given up at an urgent signal: a step before its update, or an evaluation, is missing in
/// `run` then; a step whose parameters were changed is in it.
private final class RunLoop {
  let task: TrainingTask
  let settings: TrainingSettings
  let environment: TrainingEnvironment
  /// Within a step only an urgent signal counts.
  let stop: StopSignal
  let plan: Plan
  let parameters: Buffer
  let optimizer: Optimizer
  let firstStep: Int
  let batches: any BatchSource
  let tracedSteps: Set<Int>
  /// When the run began, and when what is timed next begins.
  var began: Double
  var last: Double
  var run: Run
  var precision: RunPrecision
  var evaluation = EvaluationSet(batches: [], rows: 0)
  var sample = EvaluationSet(batches: [], rows: 0)
  var prober: Prober?
  let checkpoints: CheckpointPlan?
  var watch: EvaluationWatch
  /// The parameters of the lowest evaluation, where the run is to leave them.
  var best: Buffer?
  /// Steps made when the last checkpoint was handed out.
  var handedOut = -1

  var stepsMade: Int { run.losses.count }

  init(
    _ task: TrainingTask, _ environment: TrainingEnvironment, from checkpoint: Checkpoint?,
    _ checkpoints: CheckpointPlan?
  ) {
    self.task = task
    settings = task.settings
    self.environment = environment
    stop = environment.stop.urgent
    plan = task.plan(pool: environment.pool, checkpointing: task.settings.checkpointing)
    precision = task.precision(plan, from: checkpoint)
    parameters = (checkpoint?.run.parameters ?? task.start).copy()
    optimizer = task.optimizer(from: checkpoint)
    self.checkpoints = checkpoints
    watch = checkpoint?.run.watch ?? EvaluationWatch(task.settings)
    best = checkpoint?.best?.copy()
    firstStep = task.resume?.step ?? 0
    batches = task.data.batches(
      seed: task.settings.seed, shape: task.shape, stop: stop)
    tracedSteps = task.settings.tracedSteps
    run = task.emptyRun(firstStep: firstStep, parameters: parameters)
    run.lossBeforeResume = task.resume?.initialLoss
    run.reserve(steps: min(task.settings.stepsToMake, 1 << 16))
    if let checkpoint {
      run.goOn(from: checkpoint.run)
      handedOut = checkpoint.step
    }
    began = environment.clock()
    last = began
  }

  /// The evaluation before the first step, and what probes compare with.
  func begin() throws(Interruption) -> TrainingProgress {
    evaluation = try task.data.evaluation(shape: task.shape, stop: stop)
    sample = evaluation.sample(task.shape)
    began = environment.clock()
    try plan.prepare(parameters: parameters, stop: stop)
    var loss: Double?
    if stepsMade == 0 {
      loss = try evaluate()
      try trace()
    }
    last = environment.clock()
    var progress = progress(loss: .nan, rate: .nan, evaluation: loss)
    progress.earlierLosses = run.losses
    if settings.probeEvery > 0 {
      makeProber()
      last = environment.clock()
    }
    return progress
  }

  /// One step, with the evaluation that is due behind it. Nil where the run ends: `run.ending` says why.
  func step() throws(Interruption) -> TrainingProgress? {
    guard goesOn else { return nil }
    if let divergence = try makeStep() {
      run.ending = .diverged(divergence)
      return nil
    }
    if tracedSteps.contains(stepsMade) {
      try trace()
      last = environment.clock()
    }
    var evaluated: Double?
    var isBest = false
    if watch.isDue(stepsMade) {
      let loss = try evaluate()
      isBest = watch.look(at: loss, after: stepsMade)
      // The evaluation after the last step is told by the run.
      if stepsMade < settings.stepsToMake { evaluated = loss }
    }
    if isBest, settings.loadBest { best = parameters.copy() }
    if isCheckpointDue(isBest) { handOut() }
    if watch.isDue(stepsMade) || handedOut == stepsMade { last = environment.clock() }
    let t = stepsMade - 1
    let skipped = precision.record?.skipped(before: t) ?? 0
    return progress(loss: run.losses[t], rate: settings.rate(step: t - skipped), evaluation: evaluated)
  }

  /// The evaluation after the last step, the end of the trace, and the last probe.
  func finish() {
    run.scaler = precision.record
    run.roundings = precision.totals.filter { $0.overflows > 0 || $0.underflows > 0 }
    guard stepsMade > 0 else { return }
    do {
      if hasBadParameter { try plan.prepare(parameters: parameters, stop: stop) }
      if run.evaluations.last?.step != stepsMade || run.firstBadStep != nil { try evaluate() }
      if run.firstBadStep == nil { try trace() }
      try probeAtEnd()
      if run.keptStep != nil, let best { parameters.update(from: best) }
    } catch {
      if run.firstBadStep == nil { run.ending = .interrupted }
    }
  }

  var result: TrainingResult {
    let state = ResumeState(
      optimizer: optimizer, scaler: precision.state, step: firstStep + stepsMade, data: task.data,
      settings: settings, isResumed: task.resume != nil,
      initialLoss: task.resume?.initialLoss ?? run.initialLoss, leftBest: run.keptStep?.step)
    return TrainingResult(run: run, resume: state)
  }

  /// Whether an update left a parameter that is not finite.
  private var hasBadParameter: Bool {
    if case .diverged(let divergence) = run.ending, case .parameter = divergence.place { return true }
    return false
  }

  // MARK: The parts of a step

  /// Whether there is a step to make, and nothing that ends the run before it.
  private var goesOn: Bool {
    if watch.endsRun {
      run.ending = .stoppedEarly
      return false
    }
    guard stepsMade < settings.stepsToMake else { return false }
    if environment.stop.isAsked {
      run.ending = .interrupted
    } else if let bound = settings.seconds, last - began >= bound {
      run.ending = .outOfTime
    } else {
      return true
    }
    // What was made so far is kept before the evaluation that an unbroken run would not make here.
    if stepsMade > 0 { handOut() }
    return false
  }

  // MARK: Checkpoints

  private func isCheckpointDue(_ isBest: Bool) -> Bool {
    switch checkpoints?.moment {
    case .every(let count): stepsMade.isMultiple(of: count) || stepsMade == settings.stepsToMake
    case .best: isBest
    case nil: false
    }
  }

  /// Hands out a checkpoint, unless that was done after this step.
  private func handOut() {
    guard let checkpoints, handedOut != stepsMade else { return }
    handedOut = stepsMade
    run.scaler = precision.record
    run.roundings = precision.totals
    checkpoints.keep(Checkpoint(run: run, optimizer: optimizer, scaler: precision.state, best: best))
  }

  /// Batch, gradient, probe and update of the step that comes next. Returns what was not finite; the run ends there.
  private func makeStep() throws(Interruption) -> Divergence? {
    let t = stepsMade
    let loss = try plan.step(
      parameters: parameters, batch: batches.batch(step: firstStep + t), step: firstStep + t,
      dropoutSeed: settings.seed, lossScale: precision.lossScale, stop: stop)
    precision.count(plan)
    precision.unscale(plan.gradient, count: plan.parameterCount)
    defer {
      let now = environment.clock()
      run.stepSeconds.append(now - last)
      last = now
    }
    let divergence = record(loss, of: t)
    let decision = precision.decide(isFinite: divergence == nil, step: t)
    if case .giveUp = decision { return divergence }
    if settings.probeEvery > 0, t.isMultiple(of: settings.probeEvery) { probe(t) }
    if case .skip = decision { return nil }
    return try update(t)
  }

  /// Keeps loss and gradient of a step. Returns where they are not finite.
  private func record(_ loss: Double, of t: Int) -> Divergence? {
    run.losses.append(loss)
    guard loss.isFinite else {
      run.gradientNorms.append(.nan)
      return Divergence(place: .loss, step: t)
    }
    let gradient = plan.gradient
    let norm = sumOfSquares(gradient.pointer, count: plan.parameterCount).squareRoot()
    run.gradientNorms.append(norm)
    guard norm.isFinite else {
      return Divergence(place: .gradient(tensor: task.firstBadTensor(gradient)), step: t)
    }
    return nil
  }

  /// The update of a step. Returns the parameter that overflowed, where one did.
  private func update(_ t: Int) throws(Interruption) -> Divergence? {
    let norm = run.gradientNorms[t]
    let isFinite = optimizer.update(
      parameters, gradient: plan.gradient, rate: settings.rate(step: t - precision.skipped),
      step: firstStep + t + 1 - precision.allSkipped,
      gradientScale: settings.gradientScale(norm: norm), pool: environment.pool)
    guard isFinite else {
      return Divergence(place: .parameter(tensor: task.firstBadTensor(parameters)), step: t)
    }
    try plan.prepare(parameters: parameters, stop: stop)
    return nil
  }

  // MARK: What is measured beside the steps

  /// An evaluation of the parameters as they stand, kept under the number of steps made.
  @discardableResult
  private func evaluate() throws(Interruption) -> Double {
    let loss = try evaluation.loss(plan, parameters: parameters, stop: stop)
    run.evaluations.append((stepsMade, loss))
    return loss
  }

  /// The loss on the fixed sample, once after each step that it is asked for.
  private func trace() throws(Interruption) {
    guard sample.countedRows > 0, run.trace.last?.step != stepsMade else { return }
    run.trace.append((stepsMade, try sample.loss(plan, parameters: parameters, stop: stop)))
  }

  private func progress(loss: Double, rate: Double, evaluation: Double?) -> TrainingProgress {
    TrainingProgress(
      step: stepsMade, total: settings.stepsToMake, loss: loss, rate: rate, evaluation: evaluation,
      secondsElapsed: last - began)
  }

  /// None where Ctrl-C or the bound in seconds comes first: the loop then ends before its next step.
  private func makeProber() {
    let (environment, bound, began) = (environment, settings.seconds, began)
    let stop = environment.stop.or { bound.map { environment.clock() - began >= $0 } ?? false }
    prober = task.adapter.flatMap { try? Prober($0, on: task.base, rule: task.rule, stop: stop) }
  }

  /// A probe of the parameters before the update of step `t`; its time is not the step's.
  private func probe(_ t: Int) {
    guard let prober else { return }
    let began = environment.clock()
    run.probes.append(prober.record(step: t, parameters: parameters, gradient: plan.gradient))
    last += environment.clock() - began
  }

  /// The last probe of a run. The gradient is that of the batch that would come next.
  private func probeAtEnd() throws(Interruption) {
    guard let prober else { return }
    try stop.check()
    var made = stepsMade
    if run.firstBadStep != nil {
      // The loss or the gradient ended the run before the update of its last step.
      if !hasBadParameter { made -= 1 }
    } else {
      let number = firstStep + made
      _ = try plan.step(
        parameters: parameters, batch: batches.batch(step: number), step: number, dropoutSeed: settings.seed,
        lossScale: precision.lossScale, stop: stop)
      precision.unscale(plan.gradient, count: plan.parameterCount)
    }
    run.probes.append(prober.record(step: made, parameters: parameters, gradient: plan.gradient))
  }
}
