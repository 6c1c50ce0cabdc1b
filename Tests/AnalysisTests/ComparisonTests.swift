// Comparisons: the same runs as alone, on any number of threads, whole or interrupted.
import Adapters
import Analysis
import Kernels
import Models
import Signals
import Storage
import Synchronization
import Testing
import Training

/// What was done, in some words.
private func words(_ provenance: Provenance) -> [String] { provenance.steps.map { "\($0)" } }

@Suite struct ComparisonTests {
  private let base = Model(
    base: BaseWeights(.perceptron(PerceptronShape(widths: [16, 16, 16], activation: .relu)), seed: 1),
    description: "mlp([16, 16, 16], activation=relu, seed=1)")

  private func plan(steps: Int = 10) throws -> ComparisonPlan {
    try ComparisonPlan(
      base: base, data: TeacherTask(model: base, shift: 0.2, noise: 0.1, tail: 0.2, seed: 0),
      configurations: [
        LoRAConfiguration(rank: 4, scaling: .own(.lora)), LoRAConfiguration(rank: 8, scaling: .follows),
      ], mode: .rslora, learningRates: [0.1, 0.2], seeds: [0, 1, 7],
      settings: TrainingSettings(
        steps: steps, learningRate: 0, optimizer: .sgd(momentum: 0, weightDecay: 0)))
  }

  private func environment(threads: Int) -> TrainingEnvironment {
    TrainingEnvironment(
      pool: threads > 1 ? ThreadPool(threads: threads) : nil, clock: { 0 }, stop: .never)
  }

  @Test func cellsAreTheRunsAlone() throws {
    let plan = try plan()
    let comparison = plan.run(environment(threads: 1), seconds: nil)
    #expect(comparison.arms.count == 4 && comparison.arms.allSatisfy { $0.runs.count == 3 })
    #expect(comparison.arms.map(\.rule) == [.lora, .lora, .rslora, .rslora])
    #expect(comparison.arms.map(\.learningRate) == [0.1, 0.2, 0.1, 0.2])
    let alone = plan.tasks[5].run(environment(threads: 1)).run
    #expect(comparison.arms[1].runs[2].losses == alone.losses)
    #expect(alone.settings.seed == 7 && alone.settings.learningRate == 0.2)
  }

  @Test func threadsDoNotMatter() throws {
    let plan = try plan()
    let results = [1, 2, 3].map { plan.run(environment(threads: $0), seconds: nil) }
    for result in results.dropFirst() {
      for (a, b) in zip(result.arms, results[0].arms) {
        #expect(a.runs.map(\.losses) == b.runs.map(\.losses))
        #expect(a.meanFinalLoss == b.meanFinalLoss)
      }
    }
  }

  @Test func settingsOfASeedShareItsBatches() throws {
    let comparison = try plan(steps: 1).run(environment(threads: 1), seconds: nil)
    // Before the first update every adapter is the base, so the losses differ by the batch alone.
    let firsts = comparison.arms.map { $0.runs.map { $0.losses[0] } }
    #expect(firsts.allSatisfy { $0 == firsts[0] } && Set(firsts[0]).count == 3)
  }

  /// A run that met a value which is not finite can end with a finite evaluation all the same.
  @Test func finalLossesAreThoseOfFiniteRuns() throws {
    let whole = try plan().run(environment(threads: 1), seconds: nil).arms[0]
    var arm = whole
    arm.runs[1].ending = .diverged(Divergence(place: .loss, step: 9))
    let losses = whole.finalLosses
    #expect(losses.count == 3 && arm.finalLosses == [losses[0], losses[2]])
    #expect(arm.meanFinalLoss == mean([losses[0], losses[2]]))
    #expect(arm.finalLossRatio(to: whole).pairs == 2 && whole.finalLossRatio(to: arm).pairs == 2)
    let attempt = TuningAttempt(rate: 0.1, runs: arm.runs, isComplete: true)
    #expect(attempt.meanFinalLoss == arm.meanFinalLoss)
  }

  @Test func anInterruptedGridKeepsWhatThereIs() throws {
    let polls = Counter()
    let environment = TrainingEnvironment(pool: nil, clock: { 0 }, stop: StopSignal { polls.next() > 30 })
    var reports = 0
    var plan = try plan()
    let comparison = plan.run(environment, seconds: nil) { _, _ in reports += 1 }
    #expect(comparison.wasInterrupted && comparison.wasCut)
    let finished = comparison.arms.reduce(0) { $0 + $1.finished.count }
    #expect(finished > 0 && finished < 12 && reports > 0)
    // Arms without runs know their multipliers, and the rest is made as if there had been no interruption.
    #expect(comparison.arms.last?.runs.isEmpty == true && comparison.arms.allSatisfy { !$0.scalings.isEmpty })
    #expect(
      plan.difference(from: comparison, statements: words) == nil && plan.goOn(from: comparison) == finished)
    let whole = plan.run(self.environment(threads: 1), seconds: nil)
    let alone = try self.plan().run(self.environment(threads: 1), seconds: nil)
    #expect(whole.arms.map { $0.runs.map(\.losses) } == alone.arms.map { $0.runs.map(\.losses) })
  }

  @Test func differencesAreNamed() throws {
    let plan = try plan()
    let same = plan.comparison()
    func name(_ change: (inout Comparison) -> Void) -> String? {
      var other = same
      change(&other)
      return plan.difference(from: other, statements: words)?.text
    }
    #expect(name { _ in } == nil)
    #expect(name { $0.settings.steps = 11 } == "steps: 11 there, 10 here")
    #expect(name { $0.settings.clip = 1 } == "clip: 1 there, None here")
    #expect(name { $0.seeds = [0, 1] } == "seeds: 0, 1 there, 0, 1, 7 here")
    #expect(
      name { $0.arms[0].learningRate = 0.3 }
        == "learning rates: 0.3, 0.2, 0.1, 0.2 there, 0.1, 0.2, 0.1, 0.2 here")
    #expect(name { $0.dataDescription = "language" }?.hasPrefix("other data") == true)
    #expect(name { $0.provenance.steps.append(.merge) } == "other history of model or data")
    #expect(name { $0.arms[1].configuration.rank = 5 } == "other adapters")
    #expect(name { $0.arms[1].optimizer = .adamw } == "other optimisers")
  }

  private final class Counter: Sendable {
    private let count = Atomic<Int>(0)
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
  }
}

@Suite struct StatisticsTests {
  @Test func slopesOfPowerLaws() {
    let x = [4.0, 8, 16, 32]
    #expect(abs(powerLawExponent(x: x, y: x.map { 3 / $0 }) + 1) < 1e-12)
    #expect(abs(powerLawExponent(x: x, y: x.map { $0.squareRoot() }) - 0.5) < 1e-12)
    #expect(powerLawExponent(x: [1], y: [1]).isNaN)
    #expect(powerLawExponent(x: [2, 2], y: [1, 3]).isNaN)
    #expect(powerLawExponent(x: [1, 2], y: [0, 3]).isNaN)
  }

  @Test func meansAndDeviations() {
    #expect(mean([1, 2, 6]) == 3 && mean([]).isNaN)
    #expect(sampleDeviation([1, 3]) == 2.0.squareRoot() && sampleDeviation([1]).isNaN)
    #expect(median([3, 1, 2]) == 2 && median([4, 1, 2, 3]) == 2.5 && median([]).isNaN)
    #expect(median([1, .nan, 2]) == 2)
  }
}
