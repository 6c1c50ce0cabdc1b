// The training loop: one run from its first step to its last, its interruption or its divergence.
import Adapters
import Kernels
import Models
import Storage

/// What `TrainingTask.run` gives: the run, and what `resume=True` goes on from.
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
    let batches = data.batches(seed: settings.seed, shape: shape, isCut: environment.isUrgent)
    let evaluation = data.evaluation(shape: shape, isCut: environment.isUrgent)
    let sample = evaluation.sample(shape)
    let traced = settings.tracedSteps
    var run = emptyRun(firstStep: firstStep, parameters: parameters)
    run.lossBeforeResume = resume?.initialLoss
    run.reserve(steps: min(settings.stepsToMake, 1 << 16))
    let began = environment.clock()

    @discardableResult func evaluate() -> Double? {
      let loss = evaluation.loss(plan, parameters: parameters, isCut: environment.isUrgent)
      if let loss { run.evaluations.append((run.losses.count, loss)) }
      return loss
    }

    func trace() {
      guard sample.countedRows > 0, run.trace.last?.step != run.losses.count else { return }
      let loss = sample.loss(plan, parameters: parameters, isCut: environment.isUrgent)
      if let loss { run.trace.append((run.losses.count, loss)) }
    }

    plan.prepare(parameters: parameters, isCut: environment.isUrgent)
    evaluate()
    trace()
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
      let loss = plan.step(
        parameters: parameters, batch: batches.batch(step: firstStep + t), step: firstStep + t,
        dropoutSeed: settings.seed, isCut: environment.isUrgent)
      if environment.isUrgent() {
        run.ending = .interrupted
        break
      }
      var divergence = record(loss, of: t, plan, into: &run)
      if let prober, divergence == nil, t.isMultiple(of: settings.probeEvery) {
        let began = environment.clock()
        run.probes.append(prober.record(step: t, parameters: parameters, gradient: plan.gradient))
        last += environment.clock() - began
      }
      if divergence == nil {
        divergence = update(
          t, plan, parameters, optimizer, firstStep: firstStep, environment,
          norm: run.gradientNorms[run.gradientNorms.count - 1])
      }
      let now = environment.clock()
      run.stepSeconds.append(now - last)
      last = now
      if let divergence {
        run.ending = .diverged(divergence)
        break
      }
      if traced.contains(t + 1) {
        trace()
        last = environment.clock()
      }
      var evaluated: Double?
      if settings.evalEvery > 0 && (t + 1).isMultiple(of: settings.evalEvery) && t + 1 < settings.stepsToMake
      {
        evaluated = evaluate()
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
        plan.prepare(parameters: parameters, isCut: environment.isUrgent)
      }
      if evaluate() == nil, run.firstBadStep == nil { run.ending = .interrupted }
      if run.firstBadStep == nil { trace() }
      if let prober, !environment.isUrgent() {
        probeAtEnd(
          prober, plan, parameters, batches, firstStep: firstStep, isCut: environment.isUrgent, into: &run)
      }
    }
    let state = ResumeState(
      optimizer: optimizer, step: firstStep + run.losses.count, data: data, settings: settings,
      isResumed: resume != nil, initialLoss: resume?.initialLoss ?? run.initialLoss)
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

  /// The last probe of a run, which is left out where `isCut` comes first. The gradient is that of the batch that would
  /// come next.
  private func probeAtEnd(
    _ prober: Prober, _ plan: Plan, _ parameters: Buffer, _ batches: any BatchSource, firstStep: Int,
    isCut: @escaping @Sendable () -> Bool, into run: inout Run
  ) {
    var made = run.losses.count
    if case .diverged(let divergence) = run.ending {
      // The loss or the gradient ended the run before the update of its last step.
      if case .parameter = divergence.place {} else { made -= 1 }
    } else {
      let number = firstStep + made
      _ = plan.step(
        parameters: parameters, batch: batches.batch(step: number), step: number, dropoutSeed: settings.seed,
        isCut: isCut)
      if isCut() { return }
    }
    run.probes.append(prober.record(step: made, parameters: parameters, gradient: plan.gradient))
  }

  /// Keeps loss and gradient of a step. Returns where they are not finite.
  private func record(_ loss: Double, of t: Int, _ plan: Plan, into run: inout Run) -> Divergence? {
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
    _ t: Int, _ plan: Plan, _ parameters: Buffer, _ optimizer: Optimizer, firstStep: Int,
    _ environment: TrainingEnvironment, norm: Double
  ) -> Divergence? {
    let isFinite = optimizer.update(
      parameters, gradient: plan.gradient, rate: settings.rate(step: t), step: firstStep + t + 1,
      gradientScale: clippingFactor(norm: norm, clip: settings.clip), pool: environment.pool)
    guard isFinite else {
      return Divergence(place: .parameter(tensor: firstBadTensor(parameters)), step: t)
    }
    plan.prepare(parameters: parameters, isCut: environment.isUrgent)
    return nil
  }

  private func firstBadTensor(_ values: Buffer) -> String {
    tensorName((0..<values.count).first { !values.pointer[$0].isFinite } ?? 0)
  }
}
