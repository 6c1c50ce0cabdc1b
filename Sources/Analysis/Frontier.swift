// The learning rate up to which a run survives, per adapter and rank, found by bisection with several seeds.
import Adapters
import Glibc
import Kernels
import Models
import Synchronization
import Training

/// Where bisection looks, and how finely.
package struct RateSearch: Sendable {
  package var lowest: Double
  package var highest: Double
  /// The bracket is narrowed until its ends are within this factor.
  package var resolution: Double

  package init(lowest: Double = 1e-6, highest: Double = 1e4, resolution: Double = 1.1) {
    self.lowest = lowest
    self.highest = highest
    self.resolution = resolution
  }

  /// The largest rate at which `survives` holds, to within the resolution, and how often it was asked.
  ///
  /// Looks first at `guess` and goes on by factors of 3 until the rate is bracketed. Infinity where the highest
  /// survives, 0 where the lowest does not; NaN where `survives` gives nil, which ends the search.
  package func edge(near guess: Double, survives: (Double) -> Bool?) -> (rate: Double, attempts: Int) {
    var attempts = 0
    func ask(_ rate: Double) -> Bool? {
      attempts += 1
      return survives(rate)
    }
    var rate = min(max(guess, lowest), highest)
    guard let isGood = ask(rate) else { return (.nan, attempts) }
    var (good, bad) = isGood ? (rate, Double.infinity) : (0.0, rate)
    while good == 0 || bad == .infinity {
      if good == highest { return (.infinity, attempts) }
      if bad == lowest { return (0, attempts) }
      rate = bad == .infinity ? min(good * 3, highest) : max(bad / 3, lowest)
      guard let isGood = ask(rate) else { return (.nan, attempts) }
      if isGood { good = rate } else { bad = rate }
    }
    while bad / good > resolution {
      rate = (good * bad).squareRoot()
      guard let isGood = ask(rate) else { return (.nan, attempts) }
      if isGood { good = rate } else { bad = rate }
    }
    return ((good * bad).squareRoot(), attempts)
  }
}

/// The edges of one adapter at one rank.
package struct FrontierCell: Sendable {
  package var configuration: LoRAConfiguration
  package var rule: ScalingRule
  package var optimizer: OptimizerSettings
  /// s of the first module.
  package var multiplier: Double
  /// The largest rate that each seed survives; NaN where the search was interrupted.
  package var edges: [Double]
  /// Runs that were made.
  package var attempts: Int

  package var rank: Int { configuration.rank }

  /// The rate up to which no seed is lost.
  package var edge: Double { edges.contains { $0.isNaN } ? .nan : edges.min() ?? .nan }
}

/// A line of a frontier: one adapter rule and optimiser over the ranks.
package struct FrontierLine: Sendable {
  package var cells: [FrontierCell]

  package var ranks: [Double] { cells.map { Double($0.rank) } }

  /// The mean over seeds of each seed's exponent, with its interval.
  package func slopeOverSeeds(from rank: Int) -> Interval {
    let cells = cells.filter { $0.rank >= rank }
    let seeds = cells.map(\.edges.count).min() ?? 0
    return meanInterval(
      (0..<seeds).map { seed in
        powerLawExponent(x: cells.map { Double($0.rank) }, y: cells.map { $0.edges[seed] })
      })
  }

  /// Theory's exponents over the same ranks.
  package func theory(from rank: Int) -> (start: Double, solution: Double) {
    let cells = cells.filter { $0.rank >= rank }
    guard let first = cells.first else { return (.nan, .nan) }
    return edgeExponents(first.configuration, first.rule, first.optimizer, ranks: cells.map(\.rank))
  }
}

/// Theory's exponents of the edge at the start and at the solution.
func edgeExponents(
  _ configuration: LoRAConfiguration, _ rule: ScalingRule, _ optimizer: OptimizerSettings, ranks: [Int]
) -> (start: Double, solution: Double) {
  let theory = ScalingTheory(
    rule: rule, alpha: configuration.alpha, initialization: configuration.initialization,
    optimizer: optimizer)
  return (theory.exponent(of: .initEdge, ranks: ranks), theory.exponent(of: .solutionEdge, ranks: ranks))
}

package struct FrontierPlan: Sendable {
  /// A rank of a line, with the run that is repeated at other rates and seeds.
  package struct Cell: Sendable {
    package var line: Int
    package var configuration: LoRAConfiguration
    var task: TrainingTask
  }

  package let cells: [Cell]
  private let mode: ScalingRule
  private let seeds: [UInt64]
  private let search: RateSearch

  /// A line for each adapter and optimiser, with a cell for each rank.
  ///
  /// - Throws: `AdapterError` and `ModelError` where a configuration or the data does not fit the model.
  package init(
    base: Model, data: any TrainingData, configurations: [LoRAConfiguration], ranks: [Int],
    optimizers: [OptimizerSettings], mode: ScalingRule, seeds: [UInt64], settings: TrainingSettings,
    search: RateSearch = RateSearch(), memory: Double = .infinity
  ) throws {
    self.mode = mode
    self.seeds = seeds
    self.search = search
    var cells: [Cell] = []
    var line = 0
    for configuration in configurations {
      for optimizer in optimizers {
        for rank in ranks {
          var ranked = configuration
          ranked.rank = rank
          var settings = settings
          settings.optimizer = optimizer
          let task = try TrainingTask(
            model: base.attached(ranked, mode: mode, memory: memory), mode: mode, data: data,
            settings: settings)
          cells.append(Cell(line: line, configuration: ranked, task: task))
        }
        line += 1
      }
    }
    self.cells = cells
  }

  /// How long the searches will take, at about nine runs for a seed: from a few steps of the first and the last cell.
  package func estimatedSeconds(_ environment: TrainingEnvironment, threads: Int) -> Double {
    let ends = [cells.first, cells.last].compactMap { $0?.task.estimatedSeconds(environment) }
    return ends.isEmpty ? 0 : 9 * mean(ends) * Double(cells.count * seeds.count) / Double(threads)
  }

  /// Searches every cell, a cell on each core.
  ///
  /// - Parameter report: cells done, called on the calling thread.
  package func run(_ environment: TrainingEnvironment, report: (_ done: Int) -> Void = { _ in })
    -> [FrontierLine]
  {
    let alone = environment.alone
    let results = Mutex<[Int: FrontierCell]>([:])
    let body: @Sendable (Int) -> Void = { i in
      let cell = search(cells[i], alone)
      results.withLock { $0[i] = cell }
    }
    func between() { report(results.withLock { $0.count }) }
    environment.share(cells.count, between: between, body)
    let found = results.withLock { $0 }
    let count = (cells.map(\.line).max() ?? -1) + 1
    return (0..<count).map { line in
      FrontierLine(cells: cells.indices.filter { cells[$0].line == line }.compactMap { found[$0] })
    }
  }

  private func search(
    _ place: Cell, _ environment: TrainingEnvironment
  ) -> FrontierCell {
    let (configuration, task) = (place.configuration, place.task)
    let optimizer = task.settings.optimizer
    let rule = configuration.rule(mode: mode)
    let s = configuration.multiplier(rule, rank: configuration.rank)
    let rank = Double(configuration.rank)
    // The first search only: it goes on in factors of three.
    var guess = optimizer.isAdaptive ? 1 / (s * rank) : 100 / (s * s * rank)
    var cell = FrontierCell(
      configuration: configuration, rule: rule, optimizer: optimizer, multiplier: s, edges: [], attempts: 0)
    for seed in seeds {
      let (edge, attempts) = search.edge(near: guess) { rate in
        if environment.isInterrupted() { return nil }
        var settings = task.settings
        settings.learningRate = rate
        settings.seed = seed
        let run = task.varied(settings).run(environment).run
        return run.ending == .interrupted ? nil : !run.verdict.isDiverged
      }
      cell.edges.append(edge)
      cell.attempts += attempts
      // Seeds have their edges near each other.
      if edge.isFinite && edge > 0 { guess = edge }
    }
    return cell
  }
}

/// The lines of a search, with what they share.
package struct Frontier: Sendable {
  package var lines: [FrontierLine]
  package var seeds: [UInt64]
  package var settings: TrainingSettings
  package var modelDescription: String
  package var dataDescription: String
  package var verdictRule: VerdictRule
  /// The lowest rank that slopes are fitted from.
  package var fitFrom: Int

  package init(
    lines: [FrontierLine], seeds: [UInt64], settings: TrainingSettings, modelDescription: String,
    dataDescription: String, verdictRule: VerdictRule, fitFrom: Int
  ) {
    self.lines = lines
    self.seeds = seeds
    self.settings = settings
    self.modelDescription = modelDescription
    self.dataDescription = dataDescription
    self.verdictRule = verdictRule
    self.fitFrom = fitFrom
  }
}
