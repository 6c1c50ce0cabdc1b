// Searches for the edge of stability, and maps of it.
import Adapters
import Analysis
import Foundation
import Kernels
import Models
import Signals
import Storage
import Synchronization
import Testing
import Training

/// What was done, in some words.
private func words(_ provenance: Provenance) -> [String] { provenance.steps.map { "\($0)" } }

@Suite struct FrontierTests {
  private let search = RateSearch(lowest: 1e-3, highest: 1e3, resolution: 1.1)

  /// A valley over the logarithm of the rate, with a wall where runs diverge.
  private func trial(_ rate: Double, best: Double, wall: Double) -> RateSearch.Trial {
    let distance = log(rate / best)
    let loss = 1 - exp(-distance * distance / 8)
    return RateSearch.Trial(initialLoss: 1, finalLoss: rate < wall ? loss : .infinity)
  }

  @Test(arguments: [0.0031, 0.02, 0.9, 7.5, 100])
  func aSearchFindsRidgeAndEdge(_ best: Double) throws {
    for guess in [1e-5, 0.1, 30, 1e6] {
      for wall in [2.2, 4, 100] {
        var asked: [Double] = []
        let found = try #require(
          search.found(near: guess) { rate in
            asked.append(rate)
            return trial(rate, best: best, wall: best * wall)
          })
        #expect(found.best / best < 1.5 && best / found.best < 1.5, "\(best) from \(guess): \(found)")
        // Half of what the best learns is left at a distance of √(8·ln 2) on the logarithm.
        let edge = best * min(wall, exp((8 * log(2)).squareRoot()))
        if edge > 1e3 {
          #expect(found.edge == .infinity)
        } else {
          #expect(found.edge / edge < 1.1 && edge / found.edge < 1.1, "\(edge) from \(guess): \(found)")
        }
        #expect(found.attempts == asked.count && asked.count <= 36 && Set(asked).count == asked.count)
        #expect(asked.allSatisfy { $0 >= 1e-3 && $0 <= 1e3 })
      }
    }
  }

  @Test func searchesThatEndWithoutARidge() throws {
    func found(_ loss: @escaping (Double) -> Double) throws -> RateSearch.Found {
      try #require(search.found(near: 1) { RateSearch.Trial(initialLoss: 1, finalLoss: loss($0)) })
    }
    // The loss falls up to the highest rate, or is lowest at the lowest; nothing learns; everything is lost.
    let rising = try found { 1 / (1 + $0) }
    #expect(rising.best.isNaN && rising.edge == .infinity)
    #expect(try found { 0.5 + $0 / 10000 }.best.isNaN)
    let still = try found { _ in 1 }
    #expect(still.best.isNaN && still.edge == .infinity)
    let lost = try found { _ in .infinity }
    #expect(lost.best.isNaN && lost.edge == 0)
    #expect(search.found(near: 1) { _ in nil } == nil)
    var asked = 0
    let interrupted = search.found(near: 1) { rate in
      asked += 1
      return asked > 3 ? nil : trial(rate, best: 5, wall: 4)
    }
    #expect(interrupted == nil && asked == 4)
  }

  private func environment(threads: Int, interrupted: Bool = false) -> TrainingEnvironment {
    TrainingEnvironment(
      pool: threads > 1 ? ThreadPool(threads: threads) : nil, clock: { 0 }, stop: StopSignal { interrupted })
  }

  private let net = Model(
    base: BaseWeights(.perceptron(PerceptronShape(widths: [16, 16, 16], activation: .relu)), seed: 0),
    description: "mlp([16, 16, 16])")
  private var settings: TrainingSettings {
    TrainingSettings(steps: 40, learningRate: 1, optimizer: .sgd(momentum: 0, weightDecay: 0))
  }
  private func drift() throws -> TeacherTask {
    try TeacherTask(model: net, shift: 0.1, noise: 0.05, tail: 0, seed: 0)
  }

  @Test func anEdgeIsWhereRunsBeginToDiverge() throws {
    let configuration = LoRAConfiguration(rank: 8, alpha: .fixed(8), scaling: .own(.rslora))
    let plan = try FrontierPlan(
      base: net, data: drift(), configurations: [configuration], ranks: [2, 8],
      optimizers: [settings.optimizer],
      mode: .lora, seeds: [0, 1], settings: settings)
    let lines = [1, 2].map { plan.run(environment(threads: $0)).lines }
    #expect(lines[0][0].cells.map(\.edges) == lines[1][0].cells.map(\.edges))
    for cell in lines[0][0].cells {
      for (seed, (edge, best)) in zip(cell.edges, cell.bests).enumerated() {
        func loss(_ rate: Double) throws -> Double {
          var settings = settings
          settings.learningRate = rate
          settings.seed = UInt64(seed)
          let task = try TrainingTask(
            model: net.attached(cell.configuration), mode: .lora, data: drift(), settings: settings)
          let run = task.run(environment(threads: 1)).run
          return run.finalLoss.isFinite ? (run.initialLoss - run.finalLoss) / run.initialLoss : -.infinity
        }
        let most = try loss(best)
        // Near a wall the parabola is a little off the lowest point.
        #expect(try most >= 0.9 * loss(best * 2) && most >= 0.9 * loss(best / 2) && best < edge)
        #expect(try loss(edge * 0.9) > 0.5 * most && loss(edge * 1.1) < 0.5 * most)
      }
    }
    let none = plan.run(environment(threads: 1, interrupted: true))
    #expect(none.wasInterrupted && none.foundCount == 0 && none.isPartial)
    #expect(none.lines[0].cells.allSatisfy { $0.edge.isNaN && $0.edgeSoFar.isNaN && $0.attempts == 0 })
  }

  /// Edges that were found before an interruption are kept, and the search goes on to the same frontier.
  @Test func anInterruptedSearchKeepsItsEdgesAndGoesOn() throws {
    var plan = try FrontierPlan(
      base: net, data: drift(), configurations: [LoRAConfiguration(alpha: .fixed(8), scaling: .own(.rslora))],
      ranks: [2, 4, 8], optimizers: [settings.optimizer], mode: .lora, seeds: [0, 1], settings: settings)
    let whole = plan.run(environment(threads: 1))
    #expect(!whole.isPartial && whole.foundCount == plan.count)
    let polls = Mutex(0)
    let signal = StopSignal {
      polls.withLock { count in
        count += 1
        return count > 500
      }
    }
    let stopped = TrainingEnvironment(pool: nil, clock: { 0 }, stop: signal)
    let part = plan.run(stopped)
    #expect(part.isPartial && part.wasInterrupted && part.foundCount > 0)
    for (cell, other) in zip(part.lines[0].cells, whole.lines[0].cells) {
      #expect(zip(cell.edges, other.edges).allSatisfy { $0.isNaN || $0 == $1 })
      if cell.edge.isNaN, !cell.edgeSoFar.isNaN { #expect(cell.edgeSoFar >= other.edge) }
    }
    #expect(plan.difference(from: part, statements: words) == nil)
    plan.goOn(from: part)
    #expect(plan.known == part.foundCount)
    let rest = plan.run(environment(threads: 2))
    #expect(rest.lines[0].cells.map(\.edges) == whole.lines[0].cells.map(\.edges))
    #expect(rest.lines[0].cells.map(\.attempts) == whole.lines[0].cells.map(\.attempts))
    var other = part
    other.settings.steps = 41
    #expect(plan.difference(from: other, statements: words)?.text == "steps: 41 there, 40 here")
    other = part
    other.search.highest = 10
    #expect(plan.difference(from: other, statements: words)?.name == "bounds of the search")
  }

  /// The attempt under way is kept as far as it came, and is neither good nor the best.
  @Test func aStoppedTuningKeepsTheAttemptUnderWay() throws {
    let plan = TuningPlan(
      base: net, data: try drift(), configuration: LoRAConfiguration(alpha: .fixed(8)), mode: .rslora,
      seeds: [0, 1, 2], settings: settings, start: 0.1, factor: 2, seeksBest: true, mostAttempts: 20)
    let whole = try plan.run(environment(threads: 1))
    #expect(!whole.wasCut && whole.attempts.allSatisfy(\.isComplete))
    let time = Mutex(0.0)
    // Each look at the clock takes a second.
    let slow = TrainingEnvironment(
      pool: nil,
      clock: {
        time.withLock { now in
          now += 1; return now
        }
      }, stop: .never)
    let cut = try plan.run(slow, seconds: 600)
    #expect(cut.wasCut && !cut.wasInterrupted && cut.attempts.count < whole.attempts.count)
    #expect(!cut.attempts.dropLast().contains { !$0.isComplete })
    #expect(zip(cut.attempts, whole.attempts).allSatisfy { $0.rate == $1.rate })
    let last = try #require(cut.attempts.last)
    #expect(last.isComplete == (last.runs.count == 3) && (last.isComplete || cut.sides.last != .good))
    let none = try plan.run(environment(threads: 1, interrupted: true))
    #expect(none.wasInterrupted && none.attempts.isEmpty && none.best == nil)
  }

  @Test func aMapCountsWhatAComparisonCounts() throws {
    let configuration = LoRAConfiguration(rank: 8, alpha: .fixed(16), scaling: .own(.lora))
    let rates = [0.1, 3.0, 300.0]
    let plan = try StabilityMapPlan(
      base: net, data: drift(), configuration: configuration, mode: .lora, ranks: [2, 8], rates: rates,
      seeds: [0, 1, 2], settings: settings)
    var reports: [Int] = []
    let maps = [1, 2].map {
      plan.run(environment(threads: $0), seconds: nil) { done, _ in reports.append(done) }
    }
    #expect(maps[0].runs == maps[1].runs && maps[0].runs.allSatisfy { $0 != nil })
    #expect(reports.prefix(18) == ArraySlice(1...18))
    for (column, rank) in [2, 8].enumerated() {
      var ranked = configuration
      ranked.rank = rank
      let comparison = try ComparisonPlan(
        base: net, data: drift(), configurations: [ranked], mode: .lora, learningRates: rates,
        seeds: [0, 1, 2], settings: settings
      ).run(environment(threads: 1), seconds: nil)
      #expect(comparison.arms.map(\.outcomes) == maps[0].outcomes(rank: column))
      for (rate, arm) in comparison.arms.enumerated()
      where arm.meanFinalLoss.isFinite && arm.nonFiniteCount == 0 {
        #expect(arm.meanFinalLoss == maps[0].meanFinalLoss(rate: rate, rank: column))
      }
      let edge = try #require(maps[0].edge(rank: column))
      #expect(edge > 0.1 && edge < 300)
    }
    // A map that was cut goes on where it stood.
    var rest = plan
    rest.map.runs = maps[0].runs.enumerated().map { $0.offset.isMultiple(of: 3) ? $0.element : nil }
    #expect(rest.known == 6 && rest.map.difference(from: maps[0], statements: words) == nil)
    #expect(rest.run(environment(threads: 2), seconds: nil) { _, _ in }.runs == maps[0].runs)
    let none = plan.run(environment(threads: 1, interrupted: true), seconds: nil) { _, _ in }
    #expect(
      none.wasInterrupted && none.outcomes(rank: 0)[0].isEmpty && none.ridge(rank: 0) == nil
        && none.edge(rank: 0) == nil)
  }

  @Test func edgesLieBetweenRatesOnALogarithmicScale() throws {
    var map = try StabilityMapPlan(
      base: net, data: drift(), configuration: LoRAConfiguration(), mode: .lora, ranks: [2, 4, 8],
      rates: [1, 100, 10000], seeds: [0, 1, 2, 3], settings: settings
    ).map
    let lost = [[0, 3, 0], [0, 4, 1], [4, 4, 1]]
    map.runs = (0..<4).flatMap { seed in
      zip(map.rates, lost).flatMap { rate, row in
        row.map { count in
          ColumnEntry(
            rate: rate, seed: UInt64(seed), initialLoss: 1, finalLoss: seed < count ? .infinity : 0.5,
            alone: .trained)
        }
      }
    }
    #expect(abs((map.edge(rank: 0) ?? 0) - 1000) < 1e-6)
    #expect(map.edge(rank: 1) == nil && map.edge(rank: 2) == nil)
    #expect(map.slope.isNaN)
  }

  @Test func tuningCountsItsAttempts() throws {
    func tuning(_ start: Double, best: Bool, most: Int = 20) throws -> Tuning {
      try TuningPlan(
        base: net, data: drift(), configuration: LoRAConfiguration(rank: 8, alpha: .fixed(16)), mode: .lora,
        seeds: [0, 1], settings: settings, start: start, factor: 4, seeksBest: best, mostAttempts: most
      ).run(environment(threads: 1))
    }
    let halved = try tuning(1000, best: false)
    let rates = halved.attempts.map(\.rate)
    #expect(rates == (0..<rates.count).map { (0..<$0).reduce(1000) { rate, _ in rate / 4 } })
    // A run that does not tell its side is settled by the rate below it.
    #expect(halved.sides.suffix(2).contains(.good) && halved.sides.dropLast(2).allSatisfy { $0 == .tooHigh })
    #expect(rates.count > 2 && halved.best != nil)
    let best = try tuning(1000, best: true)
    let found = try #require(best.best)
    for (attempt, side) in zip(best.attempts, best.sides) where side == .good {
      #expect(attempt.meanFinalLoss >= found.meanFinalLoss)
    }
    let neighbours = best.attempts.filter { $0.rate == found.rate * 4 || $0.rate == found.rate / 4 }
    #expect(neighbours.count == 2)
    let short = try tuning(1e6, best: true, most: 2)
    #expect(short.attempts.count == 2 && short.attemptsToFirstGood == nil && short.best == nil)
  }

  /// Between two neighbours the search looks beside the one that learns, never beside one without a finite loss.
  @Test func tuningLooksBesideTheFiniteRate() throws {
    let plan = TuningPlan(
      base: net, data: try drift(), configuration: LoRAConfiguration(rank: 8, alpha: .fixed(16)), mode: .lora,
      seeds: [0, 1], settings: settings, start: 1e6, factor: 1e12, seeksBest: false, mostAttempts: 20)
    for _ in 0..<4 {
      let tuning = try plan.run(environment(threads: 1))
      #expect(tuning.attempts.first?.meanFinalLoss.isNaN == true && tuning.sides.first == .tooHigh)
      #expect(tuning.attempts.map(\.rate) == [1e6, 1e6 / 1e12, 1e6 / 1e12 / 1e12])
    }
  }

  @Test func tuningGoesUpFromARateThatIsTooLow() throws {
    func tuning(_ start: Double, best: Bool, most: Int = 20) throws -> Tuning {
      try TuningPlan(
        base: net, data: drift(), configuration: LoRAConfiguration(rank: 8, alpha: .fixed(16)), mode: .lora,
        seeds: [0, 1], settings: settings, start: start, factor: 4, seeksBest: best, mostAttempts: most
      ).run(environment(threads: 1))
    }
    let up = try tuning(1e-4, best: false)
    #expect(
      up.sides.dropLast().allSatisfy { $0 == .tooLow } && up.sides.last == .good && up.attempts.count > 2)
    #expect(zip(up.attempts, up.attempts.dropFirst()).allSatisfy { $1.rate == $0.rate * 4 })
    let found = try #require(try tuning(1e-4, best: true).best)
    let fromAbove = try #require(try tuning(1e-4 * 65536, best: true).best)
    #expect(found.rate == fromAbove.rate && found.meanFinalLoss == fromAbove.meanFinalLoss)
    let short = try tuning(1e-6, best: true, most: 2)
    #expect(short.best == nil && short.sides == [.tooLow, .tooLow])
  }
}
