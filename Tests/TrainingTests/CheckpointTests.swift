// A run that is broken off and goes on from a checkpoint ends with the same bits; what is kept of evaluations.
import Adapters
import Kernels
import Models
import Signals
import Storage
import Synchronization
import Testing
import Training

@Suite struct CheckpointTests {
  private func environment(threads: Int = 1, stop: StopSignal = .never) -> TrainingEnvironment {
    TrainingEnvironment(pool: threads > 1 ? ThreadPool(threads: threads) : nil, clock: { 0 }, stop: stop)
  }

  private func transformer() throws -> Model {
    let shape = TransformerShape(
      layers: 2, width: 32, heads: 4, keyHeads: 2, feedForward: 48, context: 16, vocabulary: 24)
    return try Model(base: BaseWeights(.transformer(shape), seed: 1), description: "t").attached(
      LoRAConfiguration(rank: 8, alpha: .fixed(16), targets: .allLinear, dropout: 0.1))
  }

  private let language = MarkovLanguage(seed: 2, shift: 0, vocabulary: 24)

  /// Checkpoints as they were when they were handed out.
  private final class Kept {
    var all: [Checkpoint] = []

    func plan(_ moment: CheckpointPlan.Moment) -> CheckpointPlan {
      CheckpointPlan(moment) { [self] checkpoint in
        var checkpoint = checkpoint
        checkpoint.run.parameters = checkpoint.run.parameters.copy()
        checkpoint.optimizer = checkpoint.optimizer.copy()
        checkpoint.best = checkpoint.best?.copy()
        all.append(checkpoint)
      }
    }
  }

  private func expectSame(_ a: TrainingResult, _ b: TrainingResult, _ what: String) {
    #expect(a.run.losses.map(\.bitPattern) == b.run.losses.map(\.bitPattern), "\(what)")
    #expect(a.run.gradientNorms.map(\.bitPattern) == b.run.gradientNorms.map(\.bitPattern), "\(what)")
    #expect(a.run.evaluations.map(\.step) == b.run.evaluations.map(\.step), "\(what)")
    #expect(a.run.evaluations.map(\.loss) == b.run.evaluations.map(\.loss), "\(what)")
    #expect(a.run.trace.map(\.step) == b.run.trace.map(\.step), "\(what)")
    #expect(a.run.trace.map(\.loss) == b.run.trace.map(\.loss), "\(what)")
    #expect(a.run.probes == b.run.probes, "\(what)")
    #expect(a.run.ending == b.run.ending, "\(what)")
    #expect(a.run.parameters.array() == b.run.parameters.array(), "\(what)")
    #expect(a.resume.step == b.resume.step && a.resume.initialLoss == b.resume.initialLoss, "\(what)")
    for (x, y) in zip(a.resume.optimizer.states, b.resume.optimizer.states) {
      #expect(x.name == y.name && x.values.array() == y.values.array(), "\(what)")
    }
  }

  private static let settings: [TrainingSettings] = [
    TrainingSettings(
      steps: 13, learningRate: 5e-3, batch: 9, schedule: .cosine, warmup: 4, clip: 0.5, seed: 3, evalEvery: 4,
      loadBest: true, probeEvery: 5),
    TrainingSettings(
      steps: 12, learningRate: 0.05, optimizer: .sgd(momentum: 0.9, weightDecay: 0.01), schedule: .linear),
    TrainingSettings(steps: 9, learningRate: 0.05, optimizer: .sgd, evalEvery: 3, patience: 2, threshold: 10),
    TrainingSettings(
      steps: 7, learningRate: 5e-3, batch: 3, accumulation: 3, schedule: .cosine, warmup: 2, neftune: 5,
      checkpointing: .full, evalEvery: 2),
    TrainingSettings(steps: 8, learningRate: 5e-3, batch: 4, clip: 1, precision: Precision(.fp16)),
  ]

  @Test(arguments: settings, [1, 2])
  func goesOnToTheSameBits(_ settings: TrainingSettings, _ threads: Int) throws {
    let task = try TrainingTask(model: transformer(), mode: .rslora, data: language, settings: settings)
    let plain = task.run(environment())
    let kept = Kept()
    let whole = task.run(environment(threads: threads), checkpoints: kept.plan(.every(3)))
    expectSame(whole, plain, "checkpoints change nothing")
    let last = whole.run.losses.count
    #expect(kept.all.map(\.step) == Array(stride(from: 3, to: last, by: 3)) + [last])
    for checkpoint in kept.all {
      let again = Kept()
      let rest = task.run(
        environment(threads: 3 - threads), from: checkpoint, checkpoints: again.plan(.every(3)))
      expectSame(rest, plain, "from step \(checkpoint.step)")
      #expect(again.all.map(\.step) == kept.all.map(\.step).filter { $0 > checkpoint.step })
      #expect(task.difference(from: checkpoint.run) == nil)
    }
  }

  @Test func pretrainingGoesOn() throws {
    let model = Model(base: try transformer().base, description: "t")
    let task = try TrainingTask(
      pretraining: model, data: language,
      settings: TrainingSettings(steps: 7, learningRate: 1e-2, batch: 4, schedule: .cosine, warmup: 2))
    let kept = Kept()
    let whole = task.run(environment(), checkpoints: kept.plan(.every(2)))
    expectSame(task.run(environment(threads: 2), from: kept.all[1]), whole, "from step 4")
  }

  /// A run that is stopped hands out one more checkpoint, without the evaluation that only a stopped run makes.
  @Test func aStoppedRunGoesOnToTheSameBits() throws {
    var settings = CheckpointTests.settings[0]
    // A prober asks whether to stop, too.
    settings.probeEvery = 0
    let model = try transformer()
    let whole = try TrainingTask(model: model, mode: .lora, data: language, settings: settings).run(
      environment())
    settings.stop = 6
    let first = Kept()
    let task = try TrainingTask(model: model, mode: .lora, data: language, settings: settings)
    let cut = task.run(environment(), checkpoints: first.plan(.every(50)))
    #expect(cut.run.evaluations.last?.step == 6 && first.all.map(\.step) == [6])
    settings.stop = nil
    let rest = try TrainingTask(model: model, mode: .lora, data: language, settings: settings)
    expectSame(rest.run(environment(), from: first.all[0]), whole, "after stop")

    let count = Atomic<Int>(0)
    let interrupted = Kept()
    let broken = rest.run(
      environment(stop: StopSignal { count.add(1, ordering: .relaxed).newValue > 9 }),
      checkpoints: interrupted.plan(.every(50)))
    #expect(broken.run.ending == .interrupted)
    let checkpoint = try #require(interrupted.all.last)
    #expect(checkpoint.step == broken.run.losses.count && checkpoint.step > 0)
    expectSame(rest.run(environment(), from: checkpoint), whole, "after an interruption")
  }

  // MARK: Evaluations

  @Test func theBestEvaluationIsLeft() throws {
    var settings = TrainingSettings(steps: 40, learningRate: 0.2, seed: 1, evalEvery: 5)
    let model = try transformer()
    let plain = try TrainingTask(model: model, mode: .lora, data: language, settings: settings).run(
      environment()
    ).run
    let losses = plain.evaluations.dropFirst()
    let lowest = try #require(losses.min { $0.loss < $1.loss })
    #expect(lowest.step < 40, "the rate is too low for this test")
    #expect(plain.watch.best?.step == lowest.step && plain.keptStep == nil)
    settings.loadBest = true
    let kept = Kept()
    let task = try TrainingTask(model: model, mode: .lora, data: language, settings: settings)
    let best = task.run(environment(), checkpoints: kept.plan(.best))
    #expect(best.run.keptStep?.step == lowest.step && best.resume.leftBest == lowest.step)
    #expect(best.run.losses == plain.losses)
    #expect(best.run.parameters.array() != plain.parameters.array())
    #expect(kept.all.last?.step == lowest.step)
    #expect(kept.all.last?.run.parameters.array() == best.run.parameters.array())
  }

  /// As transformers' EarlyStoppingCallback counts: a fall must be larger than the threshold, the lowest is the lowest.
  @Test func patienceEndsARun() {
    var run = Run(
      settings: TrainingSettings(
        steps: 100, learningRate: 1, evalEvery: 10, patience: 2, threshold: 0.1),
      provenance: Provenance(), firstStep: 0, modelDescription: "", dataDescription: "",
      adapterDescription: "",
      rule: nil, scalings: [], tokensPerStep: 1, floor: nil, parameters: .empty)
    func watch(_ losses: [Double]) -> EvaluationWatch {
      run.evaluations = [(0, 0.1)] + losses.enumerated().map { (10 * ($0 + 1), $1) }
      return run.watch
    }
    #expect(watch([]).best == nil && !watch([]).endsRun)
    #expect(watch([3]).best?.step == 10 && watch([3]).count == 0)
    #expect(watch([3, 2.95]).best?.step == 20 && watch([3, 2.95]).count == 1)
    #expect(watch([3, 2.95, 2.8]).count == 0)
    #expect(watch([3, 2.95, 2.9]).endsRun && watch([3, 2.95, 2.9]).best?.loss == 2.9)
    #expect(watch([3, .nan]).count == 1 && watch([3, .nan]).best?.loss == 3)
    #expect(watch([.nan, 3]).best?.loss == 3)
    run.evaluations = [(0, 3), (7, 1), (100, 2)]
    #expect(run.watch.best?.step == 100)
  }

  @Test func anotherRunIsTold() throws {
    let model = try transformer()
    let settings = CheckpointTests.settings[1]
    let run = try TrainingTask(model: model, mode: .lora, data: language, settings: settings).run(
      environment()
    )
    .run
    var other = settings
    other.learningRate = 0.1
    let task = try TrainingTask(model: model, mode: .lora, data: language, settings: other)
    #expect(task.difference(from: run) == "lr=0.05 there, 0.1 here")
    other = settings
    (other.stop, other.seconds) = (3, 10)
    #expect(
      try TrainingTask(model: model, mode: .lora, data: language, settings: other).difference(from: run)
        == nil)
    let text = try TrainingTask(model: model, mode: .rslora, data: language, settings: settings).difference(
      from: run)
    #expect(text?.contains("rslora") == true)
  }
}
