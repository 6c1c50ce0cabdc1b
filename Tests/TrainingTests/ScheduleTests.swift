// Schedules and the groups of weight decay against transformers, and what a group does to a step.
import Adapters
import Fields
import Kernels
import Models
import ReferenceSupport
import Storage
import Testing
import Training

@Suite struct ScheduleTests {
  @Test func ratesAreThoseOfTransformers() throws {
    let rows = try #require(Fixture.json("schedules")["schedules"] as? [[String: Any]])
    #expect(rows.count == 12)
    for row in rows {
      let name = try #require(row["name"] as? String)
      var schedule = try #require(Schedule(trainerName: name))
      let parts = try #require(row["kwargs"] as? [String: Any])
      for (key, value) in parts {
        let number = try #require((value as? Double) ?? (value as? Int).map(Double.init))
        var settings = TrainingSettings(steps: 1, learningRate: 1, schedule: schedule)
        #expect(TrainingSettings.option(key).set(.number(number), in: &settings))
        schedule = settings.schedule
      }
      let settings = TrainingSettings(
        steps: try #require(row["steps"] as? Int), learningRate: try #require(row["lr"] as? Double),
        schedule: schedule, warmup: try #require(row["warmup"] as? Int))
      let rates = (0..<settings.steps).map { settings.rate(step: $0) }
      let difference = largestRelativeDifference(rates, try #require(row["rates"] as? [Double]))
      print("\(name) \(parts): largest relative difference \(difference)")
      #expect(difference < 1e-14)
    }
  }

  /// Where transformers refuses the rate, it stays; a rate of 0 is one too.
  @Test func aRateBelowTheEndStays() {
    for rate in [0, 1e-8, 1e-7] {
      let settings = TrainingSettings(steps: 4, learningRate: rate, schedule: .polynomial)
      #expect((0..<4).allSatisfy { settings.rate(step: $0) == rate })
    }
  }

  /// Names of the parameters that weight decay leaves alone.
  private func undecayed(_ task: TrainingTask) -> Set<String> {
    let weights =
      task.adapter.map { $0.weights.map { ($0.weight.name, $0.offset) } }
      ?? zip(task.base.shapes, task.base.offsets).map { ($0.name, $1) }
    let starts = Dictionary(weights.map { ($0.1, $0.0) }) { first, _ in first }
    return Set(task.undecayed.compactMap { starts[$0.lowerBound] })
  }

  @Test func weightDecayLeavesOutWhatTransformersLeavesOut() throws {
    let names = try #require(Fixture.json("schedules")["undecayed"] as? [String: [String]])
    let data = MarkovLanguage(seed: 2, shift: 0, vocabulary: 19)
    let settings = TrainingSettings(steps: 1, learningRate: 1)
    func base(_ form: TransformerForm, _ biases: Set<LinearPart>?) -> Model {
      let shape = TransformerShape(
        form, layers: 1, width: 8, heads: 2, feedForward: 12, context: 16, vocabulary: 19,
        biases: biases)
      return Model(base: BaseWeights(.transformer(shape), seed: 1), description: "t")
    }
    let llama = base(.llama, [.q, .k, .v, .o])
    for (name, model) in [("llama", llama), ("gpt2", base(.gpt2, nil))] {
      let task = try TrainingTask(pretraining: model, data: data, settings: settings)
      #expect(undecayed(task) == Set(try #require(names[name])), "\(name)")
    }
    var configuration = LoRAConfiguration(rank: 2, alpha: .fixed(2), targets: .names(["q_proj"]))
    configuration.bias = .all
    configuration.savedModules = ["norm", "lm_head"]
    let task = try TrainingTask(
      model: llama.attached(configuration), mode: .lora, data: data, settings: settings)
    #expect(undecayed(task) == Set(try #require(names["llama adapter"])))
  }

  /// A part of the vector without decay is updated as by an optimiser without it, the rest as by one with it; on any
  /// number of threads.
  @Test(arguments: [OptimizerSettings.adamw, .sgd(momentum: 0.9, weightDecay: 0)])
  func groupsAreUpdatedEachWithItsDecay(_ plain: OptimizerSettings) {
    let count = 100_000
    let undecayed = [3..<20, 16_380..<16_400, 40_000..<90_001]
    var random = TestRandom(4)
    let (start, gradient) = (Buffer(random.floats(count)), Buffer(random.floats(count)))
    var decaying = plain
    decaying.weightDecay = 0.1
    func updated(_ settings: OptimizerSettings, _ undecayed: [Range<Int>] = [], _ pool: ThreadPool? = nil)
      -> [Float]
    {
      let parameters = start.copy()
      let optimizer = Optimizer(settings, count: count, undecayed: undecayed)
      for step in 1...3 {
        #expect(
          optimizer.copy().settings == settings
            && optimizer.update(
              parameters, gradient: gradient, rate: 0.01, step: step, gradientScale: 1, pool: pool)
        )
      }
      return parameters.array()
    }
    let (with, without) = (updated(decaying), updated(plain))
    let expected = (0..<count).map { i in undecayed.contains { $0.contains(i) } ? without[i] : with[i] }
    #expect(with != without)
    #expect(updated(decaying, undecayed) == expected)
    #expect(updated(decaying, undecayed, ThreadPool(threads: 3)) == expected)
  }
}
