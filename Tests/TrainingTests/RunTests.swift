// Runs as values: determinism, resuming, endings, verdicts, schedules.
import Adapters
import Foundation
import Kernels
import Models
import Signals
import Storage
import Synchronization
import Testing
import Training

@Suite struct RunTests {
  private func environment(
    threads: Int = 1, interruptedAfter polls: Int = .max
  ) -> TrainingEnvironment {
    let counter = Counter()
    return TrainingEnvironment(
      pool: threads > 1 ? ThreadPool(threads: threads) : nil, clock: { 0 },
      stop: StopSignal { counter.next() > polls })
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
  }

  private func transformer() throws -> Model {
    let shape = TransformerShape(
      layers: 2, width: 32, heads: 4, keyHeads: 2, feedForward: 48, context: 16, vocabulary: 24)
    return try Model(base: BaseWeights(.transformer(shape), seed: 1), description: "t").attached(
      LoRAConfiguration(rank: 8, alpha: .fixed(16), targets: .allLinear, dropout: 0.1))
  }

  private func perceptron() -> Model {
    Model(
      base: BaseWeights(
        .perceptron(PerceptronShape(widths: [32, 32, 32], activation: .relu)), seed: 1), description: "p")
  }

  private let language = MarkovLanguage(seed: 2, shift: 0, vocabulary: 24)

  @Test func sameBitsOnOneThreadAndTwo() throws {
    let model = try transformer()
    let settings = TrainingSettings(steps: 12, learningRate: 5e-3, batch: 9, clip: 1, evalEvery: 5)
    let runs = try [1, 2, 3].map { threads in
      try TrainingTask(model: model, mode: .lora, data: language, settings: settings)
        .run(environment(threads: threads)).run
    }
    for run in runs.dropFirst() {
      #expect(run.losses.map(\.bitPattern) == runs[0].losses.map(\.bitPattern))
      #expect(run.gradientNorms == runs[0].gradientNorms)
      #expect(run.evaluations.map(\.loss) == runs[0].evaluations.map(\.loss))
      #expect(run.parameters.array() == runs[0].parameters.array())
    }
    #expect(runs[0].evaluations.map(\.step) == [0, 5, 10, 12])
  }

  @Test func pretrainingIsTheSameOnTwoThreads() throws {
    let model = Model(base: try transformer().base, description: "t")
    let settings = TrainingSettings(steps: 6, learningRate: 1e-2, batch: 8)
    let runs = try [1, 2].map { threads in
      try TrainingTask(pretraining: model, data: language, settings: settings).run(
        environment(threads: threads)
      ).run
    }
    #expect(runs[0].parameters.array() == runs[1].parameters.array())
    #expect(runs[0].finalLoss < runs[0].initialLoss)
  }

  @Test(arguments: [OptimizerSettings.adamw, .sgd(momentum: 0.9, weightDecay: 0)])
  func resumingIsGoingOn(_ optimizer: OptimizerSettings) throws {
    let model = try transformer()
    var settings = TrainingSettings(steps: 10, learningRate: 5e-3, optimizer: optimizer)
    let whole = try TrainingTask(model: model, mode: .lora, data: language, settings: settings)
      .run(environment()).run
    settings.steps = 5
    let first = try TrainingTask(model: model, mode: .lora, data: language, settings: settings).run(
      environment())
    let adapter = try #require(model.adapter)
    adapter.parameters = first.run.parameters
    let second = try TrainingTask(
      model: model, mode: .lora, data: language, settings: settings, resume: first.resume
    ).run(environment())
    #expect(first.run.losses + second.run.losses == whole.losses)
    #expect(second.run.parameters.array() == whole.parameters.array())
  }

  /// A run that goes on has the runs before it behind its numbers; one that begins anew has not.
  @Test func resumedRunsHaveAHistory() throws {
    let model = try transformer()
    let settings = TrainingSettings(steps: 1, learningRate: 5e-3)
    func task(_ resume: ResumeState?) throws -> TrainingTask {
      try TrainingTask(model: model, mode: .lora, data: language, settings: settings, resume: resume)
    }
    let first = try task(nil).run(environment())
    let adapter = try #require(model.adapter)
    adapter.history = [.base(call: "before")]
    func isBehind(_ task: TrainingTask) -> Bool {
      task.provenance.steps.contains { if case .base("before") = $0 { true } else { false } }
    }
    #expect(try isBehind(task(first.resume)))
    #expect(try !isBehind(task(nil)))
  }

  /// Each projection of a block alone, also of the first, where nothing below it has a gradient.
  @Test(arguments: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])
  func everyTargetLearnsAlone(target: String) throws {
    let base = Model(base: try transformer().base, description: "t")
    let path = try #require(base.base.linearModules.map(\.path).first { $0.hasSuffix("." + target) })
    let model = try base.attached(LoRAConfiguration(rank: 4, alpha: .fixed(8), targets: .names([path])))
    let settings = TrainingSettings(steps: 5, learningRate: 1e-2)
    let run = try TrainingTask(model: model, mode: .lora, data: language, settings: settings).run(
      environment()
    )
    .run
    #expect(run.gradientNorms.count == 5 && run.gradientNorms.allSatisfy { $0 > 0 })
    #expect(run.finalLoss != run.initialLoss)
  }

  @Test func seedsDiffer() throws {
    let model = try transformer()
    var settings = TrainingSettings(steps: 2, learningRate: 1e-3)
    let a = try TrainingTask(model: model, mode: .lora, data: language, settings: settings).run(environment())
      .run
    settings.seed = 1
    let b = try TrainingTask(model: model, mode: .lora, data: language, settings: settings).run(environment())
      .run
    #expect(a.losses != b.losses)
    // The evaluation set is the data's, whatever the seed.
    #expect(a.initialLoss == b.initialLoss)
  }

  @Test func aConventionIsNoAlgorithm() throws {
    let base = perceptron()
    let data = try TeacherTask(model: base, shift: 0.2, noise: 0.1, tail: 0.3, seed: 4)
    let settings = TrainingSettings(
      steps: 20, learningRate: 0.5, optimizer: .sgd(momentum: 0, weightDecay: 0))
    let runs = try [(8 * 4.0, ScalingRule.lora), (8, .rslora), (2, .constant)].map { alpha, rule in
      let model = try base.attached(LoRAConfiguration(rank: 16, alpha: .fixed(alpha), scaling: .own(rule)))
      return try TrainingTask(model: model, mode: .lora, data: data, settings: settings).run(environment())
        .run
    }
    #expect(runs[0].losses == runs[1].losses && runs[1].losses == runs[2].losses)
  }

  @Test func divergenceEndsTheRunAndSaysWhere() throws {
    let base = perceptron()
    let model = try base.attached(LoRAConfiguration(rank: 16, alpha: .fixed(64), scaling: .own(.lora)))
    let data = try TeacherTask(model: base, shift: 0.3, noise: 0, tail: 0, seed: 1)
    let settings = TrainingSettings(
      steps: 200, learningRate: 100, optimizer: .sgd(momentum: 0, weightDecay: 0))
    let run = try TrainingTask(model: model, mode: .lora, data: data, settings: settings).run(environment())
      .run
    guard case .diverged(let divergence) = run.ending else {
      Issue.record("the run ended as \(run.ending)")
      return
    }
    #expect(divergence.step == run.losses.count - 1 && run.losses.count < 200)
    #expect(run.gradientNorms.count == run.losses.count)
    #expect(run.firstBadStep == divergence.step && run.verdict.outcome == .diverged)
    #expect(run.losses.dropLast().allSatisfy { $0.isFinite })
  }

  @Test func interruptionKeepsThePartialRun() throws {
    let model = try transformer()
    let settings = TrainingSettings(steps: 100, learningRate: 1e-3)
    let run = try TrainingTask(model: model, mode: .lora, data: language, settings: settings)
      .run(environment(interruptedAfter: 7)).run
    #expect(run.ending == .interrupted && run.losses.count == 7 && run.evaluations.last?.step == 7)
  }

  @Test func secondsBoundARun() throws {
    let clock = TickingClock()
    let environment = TrainingEnvironment(pool: nil, clock: { clock.now() }, stop: .never)
    let settings = TrainingSettings(steps: 1000, learningRate: 1e-3, seconds: 5)
    let run = try TrainingTask(model: try transformer(), mode: .lora, data: language, settings: settings)
      .run(environment).run
    #expect(run.ending == .outOfTime && run.losses.count < 10)
  }

  /// A second passes at each look.
  private final class TickingClock: Sendable {
    private let count = Atomic<Int>(0)
    func now() -> Double { Double(count.add(1, ordering: .relaxed).newValue) }
  }

  @Test func schedulesAndWarmup() {
    func factors(_ schedule: Schedule, warmup: Int) -> [Double] {
      (0..<6).map { schedule.factor(step: $0, of: 6, warmup: warmup, rate: 1) }
    }
    #expect(factors(.constant, warmup: 2) == [0, 0.5, 1, 1, 1, 1])
    #expect(factors(.linear, warmup: 2) == [0, 0.5, 1, 0.75, 0.5, 0.25])
    #expect(factors(.ramp, warmup: 0).map { ($0 * 6).rounded() } == [1, 2, 3, 4, 5, 6])
    let cosine = factors(.cosine, warmup: 2)
    #expect(cosine[0] == 0 && cosine[2] == 1 && abs(cosine[4] - 0.5) < 1e-12)
  }

  /// A step that was being made leaves no trace; the run is that of the steps before it.
  @Test(arguments: [1, 2]) func anUrgentInterruptionGivesUpTheStep(threads: Int) throws {
    let model = try transformer()
    func run(steps: Int, environment: TrainingEnvironment) throws -> Run {
      let settings = TrainingSettings(steps: steps, learningRate: 5e-3, batch: 9)
      return try TrainingTask(model: model, mode: .lora, data: language, settings: settings).run(environment)
        .run
    }
    let polls = Counter()
    var environment = environment(threads: threads)
    environment.stop = StopSignal({ false }, isUrgent: { polls.next() > 3000 })
    let cut = try run(steps: 1000, environment: environment)
    let made = cut.losses.count
    #expect(cut.ending == .interrupted && made > 2 && made < 1000)
    #expect(cut.evaluations.map(\.step) == [0] && cut.finalLoss.isNaN && cut.verdict.outcome == .notJudged)
    #expect(cut.verdict.text == "not judged: the final evaluation was interrupted")
    let whole = try run(steps: made, environment: self.environment())
    #expect(whole.losses == cut.losses && whole.parameters.array() == cut.parameters.array())

    var atOnce = self.environment()
    atOnce.stop = StopSignal({ true }, isUrgent: { true })
    let none = try run(steps: 3, environment: atOnce)
    #expect(none.losses.isEmpty && none.evaluations.isEmpty && none.ending == .interrupted)
    #expect(none.verdict.text == "not judged: no step was made")
  }

  /// A run of a perceptron with this curve, and no other.
  private func run(
    _ losses: [Double], evaluations: [Double], trace: [Double] = [], gradients: [Double] = [],
    floor: Double? = nil
  ) throws -> Run {
    let model = perceptron()
    let data = try TeacherTask(model: model, shift: 0.1, noise: 0, tail: 0, seed: 0)
    let task = try TrainingTask(
      pretraining: model, data: data, settings: TrainingSettings(steps: losses.count, learningRate: 1))
    var run = task.emptyRun(parameters: .empty)
    run.losses = losses
    run.evaluations = evaluations.enumerated().map { ($0, $1) }
    run.trace = trace.enumerated().map { ($0 * losses.count / max(1, trace.count - 1), $1) }
    run.gradientNorms = gradients
    run.floor = floor
    return run
  }

  private func outcome(
    _ evaluations: [Double], trace: [Double] = [], gradients: [Double] = [], floor: Double? = nil
  ) throws -> Outcome {
    try run(
      [Double](repeating: 1, count: 16), evaluations: evaluations, trace: trace, gradients: gradients,
      floor: floor
    ).verdict.outcome
  }

  /// Where the evaluation after a divergence is interrupted, an earlier one does not stand for it.
  @Test func anEvaluationThatIsMissingGivesNoFinalLoss() throws {
    var run = try run([1, 2], evaluations: [5])
    run.ending = .diverged(Divergence(place: .gradient(tensor: "layers.0.lora_B"), step: 1))
    #expect(!run.isEvaluated && run.finalLoss.isNaN && run.initialLoss == 5)
    #expect(run.verdict.outcome == .diverged)
    run.evaluations.append((2, 7))
    #expect(run.isEvaluated && run.finalLoss == 7)
  }

  @Test func outcomesBesideAKnownEntropy() throws {
    let falling = [3, 2.9, 2.8, 2.7, 2.6, 2.5, 2.4, 2.3, 2.2]
    #expect(try outcome([3, 1.9], trace: falling, floor: 1) == .trained)
    #expect(try outcome([3, 2.2], trace: falling, floor: 1) == .slow)
    #expect(try outcome([3, 3.1], trace: falling, floor: 1) == .diverged)
    // Ruined, although the end is finite and below the start: the loss rose again on the way, or the gradient surged.
    let rising = [3, 2.5, 2.4, 2.8, 2.7, 2.6, 2.9, 2.7, 2.6]
    #expect(try outcome([3, 2.6], trace: rising, floor: 1) == .diverged)
    #expect(try outcome([3, 2.6], trace: falling, gradients: [1, 7, 3, 2], floor: 1) == .diverged)
    // In between, and without a trace, one run does not tell.
    #expect(try outcome([3, 2.2], trace: falling, gradients: [1, 7, 3, 2], floor: 1) == .undecided)
    #expect(try outcome([3, 2.2], trace: falling, gradients: [1, 3], floor: 1) == .undecided)
    #expect(try outcome([3, 2.2], floor: 1) == .undecided)
    // A model at the floor already has no gap to recover: it must not get worse.
    #expect(try outcome([1.02, 1.04], trace: falling, floor: 1) == .trained)
    #expect(try outcome([0.9, 1.2], trace: falling, floor: 1) == .diverged)
  }

  @Test func outcomesWhereNoEntropyIsKnown() throws {
    #expect(try outcome([2, 1], trace: [2, 1.5, 1.2, 1.1, 1.05, 1.02, 1.01, 1, 1]) == .trained)
    #expect(try outcome([2, 1.6], trace: [2, 1.95, 1.9, 1.85, 1.8, 1.75, 1.7, 1.65, 1.6]) == .slow)
    #expect(try outcome([2, 1.7], trace: [2, 1.2, 1, 1.9, 1.5, 1.8, 1.6, 1.9, 1.7]) == .diverged)
    #expect(try outcome([2, 1.2], trace: [2, 1.2, 1, 5, 2, 1.8, 1.6, 1.4, 1.2]) == .undecided)
    #expect(try outcome([1, 2]) == .diverged)
    #expect(try outcome([1, .nan]) == .diverged)
    // A rise or a fall that rounding could have made is none.
    #expect(try outcome([1, 1.0000001], trace: [1, 1.0000001, 1, 1, 1]) == .slow)
    #expect(try outcome([1, 1.0005], trace: [1, 1.0001, 1.0002, 1.0003, 1.0005]) == .diverged)
    #expect(try outcome([1]) == .slow)
  }

  /// A run that is cut is judged by the way it went.
  @Test func verdictsSayWhy() throws {
    let falling = [3, 2.9, 2.8, 2.7, 2.6, 2.5, 2.4, 2.3, 2.2]
    func text(_ evaluations: [Double], trace: [Double], gradients: [Double] = [], floor: Double?) throws
      -> String
    {
      try run(
        [Double](repeating: 1, count: 16), evaluations: evaluations, trace: trace, gradients: gradients,
        floor: floor
      ).verdict.text
    }
    #expect(
      try text([3, 2.2], trace: falling, floor: 1)
        == "slow: 40 % of the gap to the entropy recovered, and its loss falls smoothly: too low a rate, or too few "
        + "steps")
    #expect(
      try text([3, 2.6], trace: falling, gradients: [1, 7], floor: 1)
        == "diverged: ruined by too high a rate: 20 % of the gap to the entropy recovered, and its gradient surged at the start"
    )
    #expect(
      try text([3, 2.6], trace: [3], floor: nil)
        == "undecided: one run cannot tell whether the rate is too high or too low; a run at half the rate will"
    )
    #expect(try text([2, 2.5], trace: [2], floor: nil) == "diverged: it ended above where it began")
  }

  @Test func tracesFollowAFixedSample() throws {
    let settings = TrainingSettings(steps: 24, learningRate: 5e-3)
    let model = try transformer()
    let run = try TrainingTask(model: model, mode: .lora, data: language, settings: settings)
      .run(environment()).run
    #expect(run.trace.map(\.step) == [0, 3, 6, 9, 12, 15, 18, 21, 24])
    // The sample is the first batch of the evaluation set.
    let part = try language.evaluation(shape: BatchShape(sequences: 8, positions: 16)).sample(
      BatchShape(sequences: 8, positions: 16))
    #expect(part.batches.count == 1 && part.rows == 128)
    let short = try TrainingTask(
      model: model, mode: .lora, data: language, settings: TrainingSettings(steps: 3, learningRate: 5e-3)
    ).run(environment()).run
    #expect(short.trace.map(\.step) == [0, 1, 2, 3])
    let still = try TrainingTask(
      model: model, mode: .lora, data: language, settings: TrainingSettings(steps: 8, learningRate: 0)
    ).run(environment()).run
    #expect(still.verdict.text == "slow: its loss did not move: too low a rate, or too few steps")
  }

  @Test func theShareOfTheRatesFollowsTheSchedule() {
    func share(_ schedule: Schedule, _ step: Int, warmup: Int = 0) -> Double {
      TrainingSettings(steps: 100, learningRate: 1, schedule: schedule, warmup: warmup).rateShare(
        after: step, of: 100)
    }
    #expect(share(.constant, 25) == 0.25 && share(.constant, 0) == 0 && share(.constant, 100) == 1)
    #expect(abs(share(.ramp, 50) - 0.2525) < 1e-3 && abs(share(.linear, 50) - 0.7475) < 1e-3)
    #expect(share(.constant, 50, warmup: 100) < 0.3)
    let long = TrainingSettings(steps: 1_000_000, learningRate: 1, schedule: .cosine)
    #expect(abs(long.rateShare(after: 500_000, of: 1_000_000) - 0.818) < 2e-3)
    let none = TrainingSettings(steps: 10, learningRate: 1, warmup: 1_000_000_000)
    #expect(none.rateShare(after: 0, of: 1) == 0)
  }

  @Test func upTravelCountsTheRises() throws {
    let falling = (0..<100).map { exp2(-Double($0) / 20) }
    #expect(try run(falling, evaluations: [1]).upTravel == 0)
    let rising = [Double](repeating: 1, count: 20) + [Double](repeating: 4, count: 20) + [.nan]
    let travel = try run(rising, evaluations: [1]).upTravel
    #expect(abs(travel - 1.3862943611198906) < 1e-12)
    #expect(try run([1, 2], evaluations: [1]).upTravel.isNaN)
  }
}
