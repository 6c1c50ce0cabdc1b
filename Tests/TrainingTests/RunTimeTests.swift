// How long steps and runs take, on a clock that goes on with the work.
import Adapters
import Models
import Signals
import Storage
import Synchronization
import Testing
import Training

@Suite struct RunTimeTests {
  /// A second passes each time that work looks whether it is to stop; on one thread equal work takes equal time.
  private final class WorkClock: Sendable {
    private let looks = Atomic<Int>(1_000_000)
    func now() -> Double { Double(looks.load(ordering: .relaxed)) }
    func look() -> Bool {
      looks.add(1, ordering: .relaxed)
      return false
    }
    var environment: TrainingEnvironment {
      TrainingEnvironment(
        pool: nil, clock: { self.now() }, stop: StopSignal({ self.look() }, isUrgent: { self.look() }))
    }
  }

  private func task(_ settings: TrainingSettings) throws -> TrainingTask {
    let shape = TransformerShape(
      layers: 1, width: 16, heads: 2, keyHeads: 1, feedForward: 24, context: 8, vocabulary: 24)
    let model = try Model(base: BaseWeights(.transformer(shape), seed: 1), description: "t").attached(
      LoRAConfiguration(rank: 2, alpha: .fixed(4), targets: .allLinear))
    return try TrainingTask(
      model: model, mode: .lora, data: MarkovLanguage(seed: 2, shift: 0, vocabulary: 24), settings: settings)
  }

  /// Evaluations, the trace and probes lie between steps, and count for none of them.
  @Test(arguments: [(0, 0), (2, 0), (0, 3), (2, 3)])
  func aStepTakesItsOwnTimeAlone(evalEvery: Int, probeEvery: Int) throws {
    let plain = try task(TrainingSettings(steps: 20, learningRate: 1e-3)).run(WorkClock().environment).run
    let settings = TrainingSettings(
      steps: 20, learningRate: 1e-3, evalEvery: evalEvery, probeEvery: probeEvery)
    let run = try task(settings).run(WorkClock().environment).run
    #expect(run.stepSeconds.count == 20 && run.stepSeconds.allSatisfy { $0 > 0 })
    #expect(Set(run.stepSeconds).count <= 2, "\(run.stepSeconds)")
    #expect(run.medianStepSeconds == plain.medianStepSeconds)
    #expect(try (run.stepSeconds.max() ?? 0) <= #require(plain.medianStepSeconds) + 2)
  }

  /// What a run is said to take is what it takes, and asking is cheap.
  @Test func theEstimateIsThatOfTheRun() throws {
    let task = try task(TrainingSettings(steps: 60, learningRate: 1e-3))
    let clock = WorkClock()
    let began = clock.now()
    let estimate = task.estimatedSeconds(clock.environment)
    let asked = clock.now() - began
    _ = task.run(clock.environment)
    let taken = clock.now() - began - asked
    #expect(abs(estimate - taken) < 0.15 * taken, "\(estimate) in place of \(taken)")
    #expect(asked < 0.5 * taken)
  }

  /// The bound counts from the first evaluation on, whenever the clock began.
  @Test func theBoundCountsFromTheBeginning() throws {
    let clock = WorkClock()
    let step = try #require(
      task(TrainingSettings(steps: 20, learningRate: 1e-3)).run(WorkClock().environment).run.medianStepSeconds
    )
    let settings = TrainingSettings(steps: 1000, learningRate: 1e-3, seconds: 100 * step)
    var elapsed: [Double] = []
    let run = try task(settings).run(clock.environment) { elapsed.append($0.secondsElapsed) }.run
    #expect(run.ending == .outOfTime)
    #expect((10...100).contains(run.losses.count), "\(run.losses.count)")
    #expect(elapsed == elapsed.sorted() && elapsed.allSatisfy { (0...200 * step).contains($0) })
  }

  /// Another seed draws another adapter, and the rest stays.
  @Test func aVariedTask() throws {
    let task = try task(TrainingSettings(steps: 2, learningRate: 1e-3))
    let varied = try (5...6).map { seed in
      var settings = task.settings
      settings.seed = UInt64(seed)
      settings.learningRate = Double(seed)
      return try task.varied(settings, stop: .never)
    }
    #expect(varied.map(\.settings.learningRate) == [5, 6] && varied.map(\.settings.seed) == [5, 6])
    #expect(varied[0].start.array() != varied[1].start.array())
    #expect(varied[0].start.array() != task.start.array())
  }

  /// Long vectors are updated in parts by several threads, to the same bits, and no part's overflow is missed.
  @Test(arguments: [OptimizerSettings.adamw, .sgd(momentum: 0.9, weightDecay: 0.1)])
  func updatesInParts(settings: OptimizerSettings) {
    let pool = ThreadPool(threads: 3)
    for count in [1 << 16, 5 << 14, (6 << 14) + 7, 6 << 14] {
      let gradient = Buffer(count: count)
      for i in 0..<count { gradient.pointer[i] = Float(i % 7) - 3 }
      let results = [nil, pool].map { pool in
        let parameters = Buffer(count: count)
        let optimizer = Optimizer(settings, count: count)
        let isFinite = (1...2).map {
          optimizer.update(
            parameters, gradient: gradient, rate: 0.1, step: $0, gradientScale: 0.5, pool: pool)
        }
        #expect(isFinite == [true, true])
        return parameters.array()
      }
      #expect(results[0] == results[1])
      #expect(results[0][count - 1] != 0 || (count - 1) % 7 == 3)
      gradient.pointer[count - 1] = .nan
      let parameters = Buffer(count: count)
      let isFinite = Optimizer(settings, count: count).update(
        parameters, gradient: gradient, rate: 0.1, step: 1, gradientScale: 1, pool: pool)
      #expect(!isFinite)
    }
  }

  @Test func theScheduleInTheWordsOfTransformers() {
    func name(_ schedule: Schedule, warmup: Int) -> String {
      TrainingSettings(steps: 9, learningRate: 1, schedule: schedule, warmup: warmup).trainerSchedule
    }
    #expect(name(.constant, warmup: 0) == "constant")
    #expect(name(.constant, warmup: 3) == "constant_with_warmup")
    #expect(name(.linear, warmup: 3) == "linear")
  }
}
