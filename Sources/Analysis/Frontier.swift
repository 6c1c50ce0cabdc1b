// The learning rate up to which a run survives, per adapter and rank, found by bisection with several seeds.
import Adapters
import Glibc
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
  /// The largest rate that each seed survives; NaN where the search was not finished.
  package var edges: [Double]
  /// Runs that the finished searches made.
  package var attempts: Int

  package init(
    configuration: LoRAConfiguration, rule: ScalingRule, optimizer: OptimizerSettings, multiplier: Double,
    edges: [Double], attempts: Int
  ) {
    self.configuration = configuration
    self.rule = rule
    self.optimizer = optimizer
    self.multiplier = multiplier
    self.edges = edges
    self.attempts = attempts
  }

  package var rank: Int { configuration.rank }

  /// The rate up to which no seed is lost; NaN where a search was not finished.
  package var edge: Double { edges.contains { $0.isNaN } ? .nan : edges.min() ?? .nan }

  /// The same for the seeds whose search was finished: the edge is at most that. NaN where there are none.
  package var edgeSoFar: Double { edges.filter { !$0.isNaN }.min() ?? .nan }
}

/// A line of a frontier: one adapter rule and optimiser over the ranks.
package struct FrontierLine: Sendable {
  package var cells: [FrontierCell]

  package init(cells: [FrontierCell]) {
    self.cells = cells
  }

  package var ranks: [Double] { cells.map { Double($0.rank) } }

  /// The mean over seeds of each seed's exponent, with its interval; of the seeds whose searches were all finished.
  package func slopeOverSeeds(from rank: Int) -> Interval {
    let cells = cells.filter { $0.rank >= rank }
    let seeds = (0..<(cells.map(\.edges.count).min() ?? 0)).filter { seed in
      !cells.contains { $0.edges[seed].isNaN }
    }
    return meanInterval(
      seeds.map { seed in
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

/// Theory's exponents of the edge at the start and at the solution; NaN for an adapter that it is not about.
func edgeExponents(
  _ configuration: LoRAConfiguration, _ rule: ScalingRule, _ optimizer: OptimizerSettings, ranks: [Int]
) -> (start: Double, solution: Double) {
  guard configuration.isPlainLoRA else { return (.nan, .nan) }
  let theory = ScalingTheory(
    rule: rule, alpha: configuration.alpha, initialization: configuration.initialization,
    optimizer: optimizer)
  return (theory.exponent(of: .initEdge, ranks: ranks), theory.exponent(of: .solutionEdge, ranks: ranks))
}

/// The lines of a search, with what they share.
package struct Frontier: Sendable {
  package var lines: [FrontierLine]
  package var seeds: [UInt64]
  package var settings: TrainingSettings
  package var search: RateSearch
  package var modelDescription: String
  package var dataDescription: String
  /// Statements of the language that make `base` and the data.
  package var setup: [String]
  package var verdictRule: VerdictRule
  /// The lowest rank that slopes are fitted from.
  package var fitFrom: Int
  /// Ctrl-C: edges are missing.
  package var wasInterrupted = false

  package init(
    lines: [FrontierLine], seeds: [UInt64], settings: TrainingSettings, search: RateSearch,
    modelDescription: String, dataDescription: String, setup: [String], verdictRule: VerdictRule, fitFrom: Int
  ) {
    self.lines = lines
    self.seeds = seeds
    self.settings = settings
    self.search = search
    self.modelDescription = modelDescription
    self.dataDescription = dataDescription
    self.setup = setup
    self.verdictRule = verdictRule
    self.fitFrom = fitFrom
  }

  /// Edges that were found, of all cells and seeds.
  package var foundCount: Int {
    lines.flatMap(\.cells).reduce(0) { $0 + $1.edges.count { !$0.isNaN } }
  }

  /// Whether edges are missing.
  package var isPartial: Bool { lines.flatMap(\.cells).contains { $0.edges.contains(where: \.isNaN) } }

  /// In what the other frontier is not of the same searches; nil where one can go on where the other stopped.
  package func difference(from other: Frontier) -> GridDifference? {
    let shared = GridDifference.shared(
      (modelDescription, dataDescription, setup, seeds, settings),
      (other.modelDescription, other.dataDescription, other.setup, other.seeds, other.settings))
    func own(_ frontier: Frontier) -> [(String, String)] {
      let search = frontier.search
      return [
        ("ranks", GridDifference.listed(frontier.lines.first?.ranks ?? [])),
        (
          "adapters",
          GridDifference.listed(
            frontier.lines.flatMap(\.cells).map { $0.configuration.description(rule: $0.rule) })
        ),
        (
          "optimisers",
          GridDifference.listed(frontier.lines.flatMap(\.cells).map(\.optimizer.arguments))
        ),
        ("bounds of the search", GridDifference.listed([search.lowest, search.highest, search.resolution])),
      ]
    }
    return GridDifference.first(
      shared + zip(own(self), own(other)).map { (name: $0.0, here: $0.1, there: $1.1) })
  }
}
