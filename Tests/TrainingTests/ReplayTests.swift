// A step computed again has the bits of the run, and says where the first value is met that is not finite.
import Adapters
import Kernels
import Models
import Signals
import Storage
import Testing
import Training

@Suite struct ReplayTests {
  private let environment = TrainingEnvironment(pool: nil, clock: { 0 })

  private func transformer(_ configuration: LoRAConfiguration) throws -> Model {
    let shape = TransformerShape(
      layers: 2, width: 32, heads: 4, keyHeads: 2, feedForward: 48, context: 16, vocabulary: 24)
    return try Model(base: BaseWeights(.transformer(shape), seed: 1), description: "t").attached(
      configuration)
  }

  private func configuration(usesDoRA: Bool = false) -> LoRAConfiguration {
    var configuration = LoRAConfiguration(rank: 4, alpha: .fixed(16), targets: .allLinear, dropout: 0.1)
    configuration.usesDoRA = usesDoRA
    return configuration
  }

  private let language = MarkovLanguage(seed: 2, shift: 0, vocabulary: 24)

  private func perceptron() throws -> (Model, TeacherTask) {
    let base = Model(
      base: BaseWeights(.perceptron(PerceptronShape(widths: [16, 16, 16], activation: .relu)), seed: 1),
      description: "p")
    return (base, try TeacherTask(model: base, shift: 0.1, noise: 0.05, tail: 0.5, seed: 0))
  }

  @Test(arguments: [false, true])
  func everyStepComesOutAgain(_ usesDoRA: Bool) throws {
    let task = try TrainingTask(
      model: transformer(configuration(usesDoRA: usesDoRA)), mode: .lora, data: language,
      settings: TrainingSettings(
        steps: 8, learningRate: 1e-2, batch: 5, schedule: .cosine, warmup: 2, clip: 0.5, evalEvery: 3))
    let run = task.run(TrainingEnvironment(pool: ThreadPool(threads: 2), clock: { 0 })).run
    let (replays, history) = try task.replay([0, 3, 7, 3], of: run, history: 2, environment)
    #expect(replays.map(\.step) == [0, 3, 7] && history.map(\.step) == [1, 2, 5, 6])
    for replay in replays {
      #expect(replay.loss == run.losses[replay.step] && replay.gradientNorm == run.gradientNorms[replay.step])
      #expect(replay.firstBad == nil && replay.updateRatio >= 0)
      #expect(replay.rowLosses.count == 80 && replay.largestRows.count == 5)
      #expect(replay.clipFactor <= 1)
      let share = replay.largestRows.reduce(0) { $0 + $1.share }
      #expect(abs(share - 1) < 1e-9)
    }
    #expect(history.allSatisfy { $0.loss == run.losses[$0.step] && $0.updateRatio > 0 })
    let places = replays[1].places
    let names = Set(places.map(\.place))
    #expect(
      names.isSuperset(of: [
        "model.embed_tokens", "model.layers.1.self_attn (attention)", "lm_head", "model.norm",
      ]))
    #expect(places.prefix { $0.pass == .forward }.last?.place == "the loss of the rows")
    #expect(places.first { $0.pass == .backward }?.place == "the loss of the rows")
    #expect(places.allSatisfy { $0.range.low <= $0.range.high && $0.range.bad == 0 })
    #expect(replays[1].tensors.contains { $0.tensor == "model.layers.0.self_attn.q_proj.lora_B" })
  }

  /// Micro-batches, layers computed again, noise, and a loss scale change nothing of that.
  @Test func stepsOfEveryKindComeOutAgain() throws {
    for settings in [
      TrainingSettings(
        steps: 6, learningRate: 1e-2, batch: 3, accumulation: 2, neftune: 5, checkpointing: .unsloth),
      TrainingSettings(steps: 6, learningRate: 1e-2, batch: 4, precision: Precision(.fp16)),
      TrainingSettings(steps: 6, learningRate: 1e-2, batch: 4, precision: Precision(.bf16)),
    ] {
      let task = try TrainingTask(
        model: transformer(configuration()), mode: .lora, data: language, settings: settings)
      let run = task.run(environment).run
      let replays = try task.replay([0, 5], of: run, history: 1, environment).replays
      #expect(replays.map(\.loss) == [run.losses[0], run.losses[5]])
      let places = replays[1].places
      #expect(places.contains { $0.place == "lm_head" } && places.contains { $0.place == "model.norm" })
      #expect(places.contains { $0.place == "model.layers.0.self_attn (attention)" && $0.pass == .backward })
      #expect(!places.contains { $0.place == "another operation" })
    }
  }

  @Test func whatAnotherRunMadeIsTold() throws {
    let (base, data) = try perceptron()
    let task = try TrainingTask(
      model: base.attached(LoRAConfiguration(rank: 2)), mode: .lora, data: data,
      settings: TrainingSettings(steps: 6, learningRate: 1e-2))
    var run = task.run(environment).run
    run.losses[2] = run.losses[2].nextUp
    #expect(throws: ReplayError.differs(step: 2)) { try task.replay([4], of: run, history: 0, environment) }
  }

  /// A rate that is far too high: the run ends, and the first bad value is where the run met it, or before.
  @Test(arguments: [OptimizerSettings.sgd(momentum: 0, weightDecay: 0), .sgd(momentum: 0.9, weightDecay: 0)])
  func theFirstBadValueIsFound(_ optimizer: OptimizerSettings) throws {
    let (base, data) = try perceptron()
    let task = try TrainingTask(
      model: base.attached(LoRAConfiguration(rank: 4, alpha: .fixed(64))), mode: .lora, data: data,
      settings: TrainingSettings(steps: 100, learningRate: 30, optimizer: optimizer))
    let run = task.run(environment).run
    guard case .diverged(let divergence) = run.ending else {
      Issue.record("the rate is too low for this test")
      return
    }
    let replay = try #require(
      try task.replay([divergence.step], of: run, history: 5, environment).replays.first)
    let first = try #require(replay.firstBad)
    switch (divergence.place, first) {
    case (.loss, .place(let place)): #expect(place.pass == .forward)
    case (.loss, .norm): #expect(replay.places.allSatisfy { $0.range.bad == 0 })
    case (.gradient, .place(let place)): #expect(place.pass == .backward)
    case (.gradient, .gradient), (.gradient, .norm): #expect(replay.loss.isFinite)
    case (.parameter(let tensor), .update(let found, _)): #expect(tensor == found)
    default: Issue.record("\(divergence.place) and \(first)")
    }
  }

  @Test func theBatchThatStandsOutIsFound() {
    var run = Run(
      settings: TrainingSettings(steps: 100, learningRate: 1), provenance: Provenance(), firstStep: 0,
      modelDescription: "", dataDescription: "", adapterDescription: "", rule: nil, scalings: [],
      tokensPerStep: 1,
      floor: nil, parameters: .empty)
    #expect(run.outlier == nil)
    run.losses = [1, 1, 1, 1.9]
    #expect(run.outlier == nil)
    run.losses = [1, 1, 1, 4, 1, 2.5, .nan]
    #expect(run.outlier?.step == 5 && run.outlier?.ratio == 2.5)
    run.losses = [1, 1, 1, 4, 1, 1]
    #expect(run.outlier?.step == 3 && run.outlier?.ratio == 4)
    run.losses = [1, 1, 1, 3, 9, 80, .infinity]
    #expect(run.outlier?.step == 3)
    run.losses = Array(repeating: 1, count: 5) + [9] + Array(repeating: 1, count: 60) + [3]
    #expect(run.outlier?.step == 66)
  }

  /// All steps but one have the same batches.
  @Test func aBatchIsLeftOut() throws {
    let (_, data) = try perceptron()
    let shape = BatchShape(sequences: 4, positions: 1)
    let all = data.batches(seed: 3, shape: shape)
    let without = SkippedBatch(data, step: 2).batches(seed: 3, shape: shape, stop: .never)
    func inputs(_ source: any BatchSource, _ step: Int) throws -> [Float] {
      try #require(try source.batch(step: step).inputs).array()
    }
    for (step, other) in [(0, 0), (1, 1), (2, 3), (3, 4)] {
      #expect(try inputs(without, step) == inputs(all, other))
    }
  }
}
