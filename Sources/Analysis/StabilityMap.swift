// Rank across, learning rate up, and the share of seeds that each cell loses.
import Adapters
import Glibc
import Kernels
import Models
import Synchronization
import Training

package struct StabilityMap: Sendable {
  package var configuration: LoRAConfiguration
  package var rule: ScalingRule
  package var ranks: [Int]
  /// In increasing order.
  package var rates: [Double]
  package var seeds: [UInt64]
  package var settings: TrainingSettings
  package var modelDescription: String
  package var dataDescription: String
  package var verdictRule: VerdictRule
  /// Runs made and runs lost, a row for each rate, a column for each rank.
  package var made: [[Int]]
  package var lost: [[Int]]
  package var wasInterrupted = false
  package var wasCut = false
  /// The lowest rank that slopes are fitted from.
  package var fitFrom = 1

  /// s at each rank.
  package var multipliers: [Double] { ranks.map { configuration.multiplier(rule, rank: $0) } }

  package func share(rate: Int, rank: Int) -> Double? {
    made[rate][rank] == 0 ? nil : Double(lost[rate][rank]) / Double(made[rate][rank])
  }

  /// The share of a cell with its interval by Wilson.
  package func interval(rate: Int, rank: Int) -> Interval {
    wilsonInterval(lost[rate][rank], of: made[rate][rank])
  }

  /// The rate at which half of the seeds are lost at a rank, between two rates on a logarithmic scale.
  ///
  /// nil where fewer than half are lost at every rate, or already at the lowest, or cells are missing on the way.
  package func edge(rank: Int) -> Double? {
    for i in rates.indices.dropFirst() {
      guard let below = share(rate: i - 1, rank: rank), let above = share(rate: i, rank: rank) else {
        return nil
      }
      if below >= 0.5 { return nil }
      if above >= 0.5 {
        let part = (0.5 - below) / (above - below)
        return exp(log(rates[i - 1]) + part * (log(rates[i]) - log(rates[i - 1])))
      }
    }
    return nil
  }

  /// The exponent of the edge in the rank, over the ranks that have one; NaN for fewer than two.
  package var slope: Double {
    let found = ranks.indices.filter { ranks[$0] >= fitFrom }.compactMap { i in
      edge(rank: i).map { (Double(ranks[i]), $0) }
    }
    return powerLawExponent(x: found.map(\.0), y: found.map(\.1))
  }

  /// Theory's exponents over the ranks: of the edge at the start and at the solution.
  package var theory: (start: Double, solution: Double) {
    let ranks = ranks.filter { $0 >= fitFrom }
    return edgeExponents(
      ranks: ranks.map(Double.init), multipliers: ranks.map { configuration.multiplier(rule, rank: $0) },
      isAdaptive: settings.optimizer.isAdaptive)
  }
}

/// Exponents in the rank of the learning rate's edge: at the start c/(s²·r) under gradient descent and c/(s·r) under
/// Adam, whose steps do not grow with the gradient; at the solution, where B and A are balanced, c/s.
package func edgeExponents(ranks: [Double], multipliers: [Double], isAdaptive: Bool) -> (
  start: Double, solution: Double
) {
  let start = zip(ranks, multipliers).map { r, s in isAdaptive ? 1 / (s * r) : 1 / (s * s * r) }
  return (
    powerLawExponent(x: ranks, y: start), powerLawExponent(x: ranks, y: multipliers.map { 1 / $0 })
  )
}

package struct StabilityMapPlan: Sendable {
  package var map: StabilityMap
  /// A run with the adapter at each rank.
  private let tasks: [TrainingTask]

  /// - Throws: `AdapterError` and `ModelError` where the configuration or the data does not fit the model.
  package init(
    base: Model, data: any TrainingData, configuration: LoRAConfiguration, mode: ScalingRule, ranks: [Int],
    rates: [Double], seeds: [UInt64], settings: TrainingSettings, memory: Double = .infinity
  ) throws {
    tasks = try ranks.map { rank in
      var ranked = configuration
      ranked.rank = rank
      return try TrainingTask(
        model: base.attached(ranked, memory: memory), mode: mode, data: data, settings: settings)
    }
    let none = rates.map { _ in ranks.map { _ in 0 } }
    map = StabilityMap(
      configuration: configuration, rule: configuration.rule(mode: mode), ranks: ranks,
      rates: rates.sorted(), seeds: seeds, settings: settings, modelDescription: base.caption,
      dataDescription: data.description, verdictRule: data.verdictRule, made: none, lost: none)
  }

  package var count: Int { map.ranks.count * map.rates.count * map.seeds.count }

  /// Runs in the order in which the map fills: all cells with the first seed, then with the next.
  private func place(_ i: Int) -> (seed: Int, rate: Int, rank: Int) {
    let cells = map.ranks.count * map.rates.count
    return (i / cells, i % cells / map.ranks.count, i % map.ranks.count)
  }

  package func task(_ i: Int) -> TrainingTask {
    let (seed, rate, rank) = place(i)
    var settings = map.settings
    settings.learningRate = map.rates[rate]
    settings.seed = map.seeds[seed]
    return tasks[rank].varied(settings)
  }

  /// Runs all cells, a run on each core.
  ///
  /// - Parameters:
  ///   - seconds: runs that would begin later are left out, and those under way do not count.
  ///   - report: the map so far, called on the calling thread.
  package func run(
    _ environment: TrainingEnvironment, seconds: Double?, report: (StabilityMap, _ done: Int) -> Void
  ) -> StabilityMap {
    let began = environment.clock()
    var alone = environment.alone
    alone.isInterrupted = {
      environment.isInterrupted() || (seconds.map { environment.clock() - began >= $0 } ?? false)
    }
    let cell = alone
    let shared = Mutex<(map: StabilityMap, done: Int)>((map, 0))
    let body: @Sendable (Int) -> Void = { i in
      if cell.isInterrupted() { return }
      let run = task(i).run(cell).run
      if run.ending == .interrupted { return }
      let place = place(i)
      shared.withLock {
        $0.map.made[place.rate][place.rank] += 1
        $0.map.lost[place.rate][place.rank] += run.verdict.isDiverged ? 1 : 0
        $0.done += 1
      }
    }
    func between() {
      let (map, done) = shared.withLock { $0 }
      report(map, done)
    }
    if let pool = environment.pool {
      pool.run(count, between: between, body)
    } else {
      for i in 0..<count {
        body(i)
        between()
      }
    }
    var (map, done) = shared.withLock { $0 }
    map.wasInterrupted = environment.isInterrupted()
    map.wasCut = done < count
    return map
  }
}
