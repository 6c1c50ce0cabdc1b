// Rank across, learning rate up, and how the seeds of each cell ended.
package import Adapters
import Glibc
package import Models
package import Signals
import Synchronization
package import Training

/// The outcomes of runs over ranks and learning rates, several seeds each, with one adapter otherwise the same. From it
/// come two curves over the rank, the *ridge* of best rates and the *edge* above which runs diverge, and their
/// exponents.
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
  /// How base and data came about; empty where a file does not hold it.
  package var provenance: Provenance
  /// Each run in the order in which the map fills: all cells with the first seed, rates from the lowest and ranks within
  /// them, then all with the next seed. nil where the run is missing.
  package var runs: [ColumnEntry?]
  /// Ctrl-C, or the bound in seconds: some runs are missing.
  package var wasInterrupted = false
  package var wasCut = false
  /// Whether the map is still being filled.
  package var isFilling = false
  /// The lowest rank that slopes are fitted from.
  package var fitFrom = 1

  /// s at each rank.
  package var multipliers: [Double] { ranks.map { configuration.multiplier(rule, rank: $0) } }

  package init(
    configuration: LoRAConfiguration, rule: ScalingRule, ranks: [Int], rates: [Double], seeds: [UInt64],
    settings: TrainingSettings, modelDescription: String, dataDescription: String, provenance: Provenance
  ) {
    self.configuration = configuration
    self.rule = rule
    self.ranks = ranks
    self.rates = rates
    self.seeds = seeds
    self.settings = settings
    self.modelDescription = modelDescription
    self.dataDescription = dataDescription
    self.provenance = provenance
    runs = Array(repeating: nil, count: ranks.count * rates.count * seeds.count)
  }

  /// The runs of one cell, by the numbers of its rate and rank; those that are missing are left out.
  package func runs(rate: Int, rank: Int) -> [ColumnEntry] {
    seeds.indices.compactMap { runs[($0 * rates.count + rate) * ranks.count + rank] }
  }

  /// All runs at a rank, which judge one another.
  package func column(rank: Int) -> RateColumn {
    RateColumn(rates.indices.flatMap { runs(rate: $0, rank: rank) })
  }

  /// How the runs of a rank ended, for each rate; those that are missing are left out.
  package func outcomes(rank: Int) -> [[Outcome]] {
    let column = column(rank: rank)
    return rates.indices.map { runs(rate: $0, rank: rank).map { column.outcome(of: $0) } }
  }

  /// The mean final evaluation loss of a cell's runs, infinite where one is not finite; NaN where there is none, or a
  /// file does not hold it.
  package func meanFinalLoss(rate: Int, rank: Int) -> Double {
    mean(runs(rate: rate, rank: rank).map(\.finalLoss))
  }

  /// In what the other map is not of the same runs; nil where one can go on where the other stopped.
  package func difference(
    from other: StabilityMap, statements: (Provenance) -> [String]
  ) -> GridDifference? {
    let shared = GridDifference.shared(
      (modelDescription, dataDescription, provenance, seeds, settings),
      (other.modelDescription, other.dataDescription, other.provenance, other.seeds, other.settings),
      statements: statements)
    func own(_ map: StabilityMap) -> [(String, String)] {
      var adapter = map.configuration
      // The ranks of the map take the place of its own.
      adapter.rank = map.ranks.first ?? adapter.rank
      return [
        ("adapter", map.configuration.name(rule: map.rule, withRank: false)),
        // What the short name does not tell apart, the description does.
        ("adapter", adapter.description(rule: map.rule)),
        ("ranks", GridDifference.listed(map.ranks)),
        ("learning rates", GridDifference.listed(map.rates)),
        ("multipliers", GridDifference.listed(map.multipliers)),
        ("optimiser", map.settings.optimizer.arguments),
      ]
    }
    return GridDifference.first(
      shared + zip(own(self), own(other)).map { (name: $0.0, here: $0.1, there: $1.1) })
  }

  /// Where diverged begins: the rate at which half of the seeds diverge at a rank, between two rates on a logarithmic
  /// scale. Runs that are slow are on the other side, and do not count.
  ///
  /// nil where fewer than half diverge at every rate, or already at the lowest, or runs are missing on the way; while the
  /// map fills, the runs so far stand for all.
  package func edge(rank: Int) -> Double? {
    let outcomes = outcomes(rank: rank)
    func share(_ rate: Int) -> Double? {
      let ended = outcomes[rate]
      guard !ended.isEmpty, isFilling || ended.count == seeds.count else { return nil }
      return Double(ended.count { $0 == .diverged }) / Double(ended.count)
    }
    for i in rates.indices.dropFirst() {
      guard let below = share(i - 1), let above = share(i) else { return nil }
      if below >= 0.5 { return nil }
      if above >= 0.5 {
        let part = (0.5 - below) / (above - below)
        return exp(log(rates[i - 1]) + part * (log(rates[i]) - log(rates[i - 1])))
      }
    }
    return nil
  }

  /// The best rate of a rank, the geometric mean over the seeds; nil where one of them has its best at an end of the rates,
  /// or runs are missing.
  package func ridge(rank: Int) -> Double? {
    let column = column(rank: rank)
    let found = seeds.compactMap { column.ridge(seed: $0) }
    return found.count == seeds.count ? exp(mean(found.map { log($0) })) : nil
  }

  /// The ranks that slopes are fitted from.
  private var fitted: [Int] { ranks.indices.filter { ranks[$0] >= fitFrom } }

  /// The exponent of the edge in the rank, over the ranks that have one; NaN for fewer than two.
  package var slope: Double {
    let found = fitted.compactMap { i in edge(rank: i).map { (Double(ranks[i]), $0) } }
    return powerLawExponent(x: found.map(\.0), y: found.map(\.1))
  }

  /// The exponent of the best rate in the rank: the mean over the seeds of each seed's, with its interval, over the ranks
  /// at which all seeds have one.
  package var ridgeSlope: Interval {
    let columns = fitted.map { i in (Double(ranks[i]), column(rank: i)) }
    let found = columns.map { rank, column in (rank, seeds.map { column.ridge(seed: $0) }) }
      .filter { !$0.1.contains { $0 == nil } }
    return meanInterval(
      seeds.indices.map { seed in
        powerLawExponent(x: found.map(\.0), y: found.map { $0.1[seed] ?? .nan })
      })
  }

  /// Theory's exponents over the ranks: of the edge at the start and at the solution.
  package var theory: (start: Double, solution: Double) {
    edgeExponents(configuration, rule, settings.optimizer, ranks: ranks.filter { $0 >= fitFrom })
  }
}

/// The map before and while it is run: the tasks of its cells, and what an earlier attempt has made of them.
package struct StabilityMapPlan: Sendable {
  /// The map so far: what is missing in it is to be run.
  package var map: StabilityMap
  /// A run with the adapter at each rank.
  private let tasks: [TrainingTask]

  /// - Throws: `AdapterError` and `ModelError` where the configuration or the data does not fit the model;
  ///   `Interruption`.
  package init(
    base: Model, data: any TrainingData, configuration: LoRAConfiguration, mode: ScalingRule, ranks: [Int],
    rates: [Double], seeds: [UInt64], settings: TrainingSettings, memory: Double = .infinity,
    stop: StopSignal = .never
  ) throws {
    tasks = try ranks.map { rank in
      var ranked = configuration
      ranked.rank = rank
      return try TrainingTask(
        model: base.attached(ranked, mode: mode, memory: memory, stop: stop),
        mode: mode, data: data, settings: settings)
    }
    map = StabilityMap(
      configuration: configuration, rule: configuration.rule(mode: mode), ranks: ranks,
      rates: rates.sorted(), seeds: seeds, settings: settings, modelDescription: base.caption,
      dataDescription: data.description, provenance: Provenance(data.steps + base.steps))
  }

  package var count: Int { map.runs.count }
  /// Runs that an earlier attempt has made already.
  package var known: Int { map.runs.count { $0 != nil } }

  /// The cell of a run, by the order in which the map fills.
  private func place(_ i: Int) -> (seed: Int, rate: Int, rank: Int) {
    let cells = map.ranks.count * map.rates.count
    return (i / cells, i % cells / map.ranks.count, i % map.ranks.count)
  }

  /// What makes the run of this number.
  ///
  /// - Throws: `Interruption` where `stop` is asked before its adapter is drawn.
  package func task(_ i: Int, stop: StopSignal = .never) throws(Interruption) -> TrainingTask {
    let (seed, rate, rank) = place(i)
    var settings = map.settings
    settings.learningRate = map.rates[rate]
    settings.seed = map.seeds[seed]
    return try tasks[rank].varied(settings, stop: stop)
  }

  /// How long the runs that are missing will take, from a few steps at the lowest and at the highest rank.
  package func estimatedSeconds(_ environment: TrainingEnvironment, threads: Int) throws -> Double {
    let ends = try Set([0, map.ranks.count - 1]).map {
      try task($0, stop: environment.stop).estimatedSeconds(environment)
    }
    return mean(ends) * Double(count - known) / Double(threads)
  }

  /// Runs all cells that are missing, a run on each core.
  ///
  /// - Parameters:
  ///   - seconds: runs that would begin later are left out, and those under way do not count.
  ///   - report: runs made, and the map so far where it is asked for; called on the calling thread.
  package func run(
    _ environment: TrainingEnvironment, seconds: Double?,
    report: (_ done: Int, _ map: () -> StabilityMap) -> Void
  ) -> StabilityMap {
    let began = environment.clock()
    var alone = environment.alone
    alone.stop = environment.stop.or { seconds.map { environment.clock() - began >= $0 } ?? false }
    let cell = alone
    let shared = Mutex<(map: StabilityMap, done: Int)>((map, known))
    let body: @Sendable (Int) -> Void = { i in
      guard self.map.runs[i] == nil, !cell.stop.isAsked,
        let run = try? task(i, stop: cell.stop).run(cell).run,
        run.ending != .interrupted
      else { return }
      shared.withLock {
        $0.map.runs[i] = ColumnEntry(run)
        $0.done += 1
      }
    }
    func between() {
      report(shared.withLock { $0.done }) {
        var map = shared.withLock { $0.map }
        map.isFilling = true
        return map
      }
    }
    environment.share(count, between: between, body)
    var (map, done) = shared.withLock { $0 }
    map.wasInterrupted = environment.stop.isAsked
    map.wasCut = done < count
    return map
  }
}
