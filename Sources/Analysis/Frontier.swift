// The edge of stability and the ridge of best rates, per adapter and rank, found by a search with several seeds.
package import Adapters
package import Models
import Glibc
package import Training

/// What a search finds of one adapter at one rank.
package struct FrontierCell: Sendable {
  package var configuration: LoRAConfiguration
  package var rule: ScalingRule
  package var optimizer: OptimizerSettings
  /// s of the first module.
  package var multiplier: Double
  /// The rate from which on each seed diverges, to the search's resolution: infinite where none does, 0 where all do,
  /// NaN where the search was not finished.
  package var edges: [Double]
  /// The best rate of each seed: NaN where the search was not finished, or the lowest loss stands at a bound of the search.
  package var bests: [Double]
  /// Runs that the finished searches made.
  package var attempts: Int

  package init(
    configuration: LoRAConfiguration, rule: ScalingRule, optimizer: OptimizerSettings, multiplier: Double,
    edges: [Double], bests: [Double], attempts: Int
  ) {
    self.configuration = configuration
    self.rule = rule
    self.optimizer = optimizer
    self.multiplier = multiplier
    self.edges = edges
    self.bests = bests
    self.attempts = attempts
  }

  package var rank: Int { configuration.rank }

  /// The rate up to which no seed diverges; NaN where a search was not finished.
  package var edge: Double { edges.contains { $0.isNaN } ? .nan : edges.min() ?? .nan }

  /// The best rate, the geometric mean over the seeds; NaN where one of them has none.
  package var best: Double { bests.contains { !($0 > 0) } ? .nan : exp(mean(bests.map { log($0) })) }

  /// The edge for the seeds whose search was finished: the edge is at most that. NaN where there are none.
  package var edgeSoFar: Double { edges.filter { !$0.isNaN }.min() ?? .nan }
}

/// A line of a frontier: one adapter rule and optimiser over the ranks.
package struct FrontierLine: Sendable {
  package var cells: [FrontierCell]

  package init(cells: [FrontierCell]) {
    self.cells = cells
  }

  package var ranks: [Double] { cells.map { Double($0.rank) } }

  /// The mean over seeds of each seed's exponent of the edge, with its interval; of the seeds whose searches were all
  /// finished.
  package func edgeSlope(from rank: Int) -> Interval { slope(from: rank, of: \.edges) }

  /// The same of the best rate.
  package func ridgeSlope(from rank: Int) -> Interval { slope(from: rank, of: \.bests) }

  /// The mean over seeds of each seed's exponent over the ranks from one on; of seeds that have a value at all of them.
  private func slope(from rank: Int, of values: (FrontierCell) -> [Double]) -> Interval {
    let cells = cells.filter { $0.rank >= rank }
    let found = cells.map(values)
    let seeds = (0..<(found.map(\.count).min() ?? 0)).filter { seed in !found.contains { $0[seed].isNaN } }
    return meanInterval(
      seeds.map { seed in
        powerLawExponent(x: cells.map { Double($0.rank) }, y: found.map { $0[seed] })
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
  /// How base and data came about.
  package var provenance: Provenance
  /// The lowest rank that slopes are fitted from.
  package var fitFrom: Int
  /// Ctrl-C: edges are missing.
  package var wasInterrupted = false

  package init(
    lines: [FrontierLine], seeds: [UInt64], settings: TrainingSettings, search: RateSearch,
    modelDescription: String, dataDescription: String, provenance: Provenance, fitFrom: Int
  ) {
    self.lines = lines
    self.seeds = seeds
    self.settings = settings
    self.search = search
    self.modelDescription = modelDescription
    self.dataDescription = dataDescription
    self.provenance = provenance
    self.fitFrom = fitFrom
  }

  /// Edges that were found, of all cells and seeds.
  package var foundCount: Int {
    lines.flatMap(\.cells).reduce(0) { $0 + $1.edges.count { !$0.isNaN } }
  }

  /// Whether edges are missing.
  package var isPartial: Bool { lines.flatMap(\.cells).contains { $0.edges.contains(where: \.isNaN) } }

  /// In what the other frontier is not of the same searches; nil where one can go on where the other stopped.
  package func difference(
    from other: Frontier, statements: (Provenance) -> [String]
  ) -> GridDifference? {
    let shared = GridDifference.shared(
      (modelDescription, dataDescription, provenance, seeds, settings),
      (other.modelDescription, other.dataDescription, other.provenance, other.seeds, other.settings),
      statements: statements)
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
