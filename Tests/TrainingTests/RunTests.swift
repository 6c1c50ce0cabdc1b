// Runs as values: determinism, resuming, endings, verdicts, schedules.
import Adapters
import Foundation
import Kernels
import Models
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
      isInterrupted: { counter.next() > polls })
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
    #expect(run.firstBadStep == divergence.step && run.verdict.isDiverged)
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
    let environment = TrainingEnvironment(pool: nil, clock: { clock.now() }, isInterrupted: { false })
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
      (0..<6).map { schedule.factor(step: $0, of: 6, warmup: warmup) }
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
    environment.isUrgent = { polls.next() > 3000 }
    let cut = try run(steps: 1000, environment: environment)
    let made = cut.losses.count
    #expect(cut.ending == .interrupted && made > 2 && made < 1000)
    #expect(cut.evaluations.map(\.step) == [0] && cut.finalLoss.isNaN && !cut.verdict.isDiverged)
    #expect(cut.verdict.text == "not judged: the final evaluation was interrupted")
    let whole = try run(steps: made, environment: self.environment())
    #expect(whole.losses == cut.losses && whole.parameters.array() == cut.parameters.array())

    var atOnce = self.environment()
    atOnce.isUrgent = { true }
    let none = try run(steps: 3, environment: atOnce)
    #expect(none.losses.isEmpty && none.evaluations.isEmpty && none.ending == .interrupted)
    #expect(none.verdict.text == "no step was made")
  }

  private func run(_ losses: [Double], evaluations: [Double], floor: Double?, rule: VerdictRule) throws -> Run
  {
    let model = perceptron()
    let data = try TeacherTask(model: model, shift: 0.1, noise: 0, tail: 0, seed: 0)
    let task = try TrainingTask(
      pretraining: model, data: data, settings: TrainingSettings(steps: 1, learningRate: 1))
    var run = task.emptyRun(parameters: .empty)
    run.losses = losses
    run.evaluations = evaluations.enumerated().map { ($0, $1) }
    run.floor = floor
    run.verdictRule = rule
    return run
  }

  @Test func verdicts() throws {
    func diverged(_ initial: Double, _ final: Double, floor: Double? = nil, _ rule: VerdictRule) throws
      -> Bool
    {
      try run([1], evaluations: [initial, final], floor: floor, rule: rule).verdict.isDiverged
    }
    #expect(
      try !diverged(2, 1, .aboveInitial) && diverged(1, 2, .aboveInitial) && diverged(1, .nan, .aboveInitial))
    #expect(try !diverged(3, 1.9, floor: 1, .halfOfGap) && diverged(3, 2.1, floor: 1, .halfOfGap))
    // A model at the floor already has no gap to recover: it must not get worse.
    #expect(try !diverged(0.9, 0.8, floor: 1, .halfOfGap) && diverged(0.9, 1.2, floor: 1, .halfOfGap))
  }

  @Test func upTravelCountsTheRises() throws {
    let falling = (0..<100).map { exp2(-Double($0) / 20) }
    #expect(try run(falling, evaluations: [1], floor: nil, rule: .aboveInitial).upTravel == 0)
    let rising = [Double](repeating: 1, count: 20) + [Double](repeating: 4, count: 20) + [.nan]
    let travel = try run(rising, evaluations: [1], floor: nil, rule: .aboveInitial).upTravel
    #expect(abs(travel - 1.3862943611198906) < 1e-12)
    #expect(try run([1, 2], evaluations: [1], floor: nil, rule: .aboveInitial).upTravel.isNaN)
  }
}
