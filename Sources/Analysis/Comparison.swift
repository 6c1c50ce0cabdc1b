// Adapters compared over seeds: many runs side by side, and what they say together.
package import Adapters
package import Models
package import Signals
import Storage
import Synchronization
package import Training

/// One line of a comparison: an adapter at a learning rate.
package struct ComparisonArm: Sendable {
  package var configuration: LoRAConfiguration
  package var rule: ScalingRule
  /// Of all runs of the arm.
  package var learningRate: Double
  package var optimizer: OptimizerSettings
  /// The multiplier in each adapted module.
  package var scalings: [ResolvedScaling]
  /// One run a seed, in the order of the seeds; a run that was not made is missing.
  package var runs: [Run]
  /// How each of the runs ended, as far as the whole comparison tells.
  package fileprivate(set) var outcomes: [Outcome]

  package init(
    configuration: LoRAConfiguration, rule: ScalingRule, learningRate: Double, optimizer: OptimizerSettings,
    scalings: [ResolvedScaling], runs: [Run]
  ) {
    self.configuration = configuration
    self.rule = rule
    self.learningRate = learningRate
    self.optimizer = optimizer
    self.scalings = scalings
    self.runs = runs
    outcomes = runs.map(\.verdict.outcome)
  }

  /// `lora(r=64, alpha=128, …)` with the rule in force.
  package var description: String { configuration.description(rule: rule) }

  /// `rslora r=64 alpha=8`, and what else is not as usual.
  package var name: String { configuration.name(rule: rule) }

  /// The parts of the name, each under what it tells; see `LoRAConfiguration.nameParts`.
  package var nameParts: [(key: String, text: String)] { configuration.nameParts(rule: rule) }

  /// Runs that came to an end by themselves.
  package var finished: [Run] {
    runs.filter { $0.ending != .interrupted && $0.ending != .outOfTime }
  }

  /// Those of them that met no value that is not finite.
  private var finite: [Run] { finished.filter { $0.firstBadStep == nil } }

  /// Finished runs that ended so.
  package func count(_ outcome: Outcome) -> Int {
    zip(runs, outcomes).count { $0.ending != .interrupted && $0.ending != .outOfTime && $1 == outcome }
  }

  /// Finished runs that diverged, and of those that met a value that is not finite.
  package var divergedCount: Int { count(.diverged) }
  package var nonFiniteCount: Int { finished.count { $0.firstBadStep != nil } }

  /// Final evaluation losses of the runs that stayed finite. One that did not may end with a finite evaluation, where its
  /// evaluation set is easier than its batches; it is none of them.
  package var finalLosses: [Double] { finite.map(\.finalLoss).filter(\.isFinite) }
  /// NaN where no run stayed finite.
  package var meanFinalLoss: Double { mean(finalLosses) }
  /// The standard deviation over the seeds, with n − 1; NaN for fewer than two.
  package var deviationOfFinalLoss: Double { sampleDeviation(finalLosses) }
  /// The median of `Run.upTravel` over the finished runs that stayed finite; NaN where none has one.
  package var medianUpTravel: Double {
    median(finite.map(\.upTravel).filter(\.isFinite))
  }
  /// The step of each run that met a value that is not finite.
  package var badSteps: [Int] { finished.compactMap(\.firstBadStep) }

  /// The share of runs that diverged, by Wilson.
  package var divergedShare: Interval { wilsonInterval(divergedCount, of: finished.count) }

  /// This arm's final loss over another's: the mean of the logarithms' differences, seed by seed, as a factor.
  ///
  /// Seeds at which one of the two did not stay finite are left out; the bounds are NaN for fewer than two pairs.
  package func finalLossRatio(to other: ComparisonArm) -> (interval: Interval, pairs: Int) {
    let losses = Dictionary(other.finite.map { ($0.settings.seed, $0.finalLoss) }) { first, _ in first }
    let pairs = finite.compactMap { run in losses[run.settings.seed].map { ($0, run.finalLoss) } }
    return pairedRatio(pairs.map(\.0), pairs.map(\.1))
  }
}

/// Adapters compared on one base and one data: arms side by side, each with a run for every seed. Arms that differ in
/// the learning rate alone judge one another (`RateColumn`).
package struct Comparison: Sendable {
  package var arms: [ComparisonArm]
  /// One run of each arm for each seed; all arms see the same batches of a seed.
  package var seeds: [UInt64]
  package var settings: TrainingSettings
  package var modelDescription: String
  package var dataDescription: String
  /// How base and data came about.
  package var provenance: Provenance
  /// Ctrl-C, or the bound in seconds: some runs are missing.
  package var wasInterrupted: Bool
  package var wasCut: Bool

  package init(
    arms: [ComparisonArm], seeds: [UInt64], settings: TrainingSettings, modelDescription: String,
    dataDescription: String, provenance: Provenance, wasInterrupted: Bool, wasCut: Bool
  ) {
    self.arms = arms
    self.seeds = seeds
    self.settings = settings
    self.modelDescription = modelDescription
    self.dataDescription = dataDescription
    self.provenance = provenance
    self.wasInterrupted = wasInterrupted
    self.wasCut = wasCut
    judge()
  }

  /// Arms that differ in learning rate alone, as their numbers, in the order of the first of each.
  package var columns: [[Int]] {
    var places: [String: Int] = [:]
    var columns: [[Int]] = []
    for (i, arm) in arms.enumerated() {
      let key = arm.description + arm.optimizer.arguments
      if let place = places[key] {
        columns[place].append(i)
      } else {
        places[key] = columns.count
        columns.append([i])
      }
    }
    return columns
  }

  /// The finished runs of some arms as a column of rates.
  package func rateColumn(_ numbers: [Int]) -> RateColumn {
    RateColumn(numbers.flatMap { arms[$0].finished.map { ColumnEntry($0) } })
  }

  /// Judges every run by its column. To be called again where runs were changed.
  package mutating func judge() {
    for numbers in columns {
      let column = rateColumn(numbers)
      for i in numbers { arms[i].outcomes = arms[i].runs.map { column.outcome(of: ColumnEntry($0)) } }
    }
  }
}

/// The grid of a comparison before it is run.
package struct ComparisonPlan: Sendable {
  package var arms: [ComparisonArm]
  /// One for each arm and seed: arm by arm, the seeds within it.
  package var tasks: [TrainingTask]
  package var seeds: [UInt64]
  package var settings: TrainingSettings
  package var data: any TrainingData
  package var modelDescription: String
  package var provenance: Provenance
  /// Runs that an earlier comparison has made, by the number of their task.
  package private(set) var known: [Int: Run] = [:]

  /// One arm for each configuration, optimiser and learning rate, in this order.
  ///
  /// - Parameter optimizers: that of the settings where there are none.
  /// - Throws: `AdapterError` and `ModelError` where a configuration or the data does not fit the model;
  ///   `Interruption`.
  package init(
    base: Model, data: any TrainingData, configurations: [LoRAConfiguration], mode: ScalingRule,
    learningRates: [Double], optimizers: [OptimizerSettings] = [], seeds: [UInt64],
    settings: TrainingSettings, memory: Double = .infinity,
    stop: StopSignal = .never
  ) throws {
    var arms: [(configuration: LoRAConfiguration, optimizer: OptimizerSettings, rate: Double)] = []
    for configuration in configurations {
      for optimizer in optimizers.isEmpty ? [settings.optimizer] : optimizers {
        arms += learningRates.map { (configuration, optimizer, $0) }
      }
    }
    try self.init(
      base: base, data: data, arms: arms, mode: mode, seeds: seeds, settings: settings, memory: memory,
      stop: stop)
  }

  /// The arms one by one, each with a rule of its own.
  package init(
    base: Model, data: any TrainingData, arms: [(configuration: LoRAConfiguration, rate: Double)],
    seeds: [UInt64], settings: TrainingSettings, memory: Double = .infinity,
    stop: StopSignal = .never
  ) throws {
    try self.init(
      base: base, data: data, arms: arms.map { ($0.configuration, settings.optimizer, $0.rate) }, mode: .lora,
      seeds: seeds, settings: settings, memory: memory,
      stop: stop)
  }

  private init(
    base: Model, data: any TrainingData,
    arms: [(configuration: LoRAConfiguration, optimizer: OptimizerSettings, rate: Double)],
    mode: ScalingRule, seeds: [UInt64], settings: TrainingSettings, memory: Double,
    stop: StopSignal
  ) throws {
    self.arms = []
    tasks = []
    self.seeds = seeds
    self.settings = settings
    self.data = data
    modelDescription = base.caption
    provenance = Provenance(data.steps + base.steps)
    for arm in arms {
      let model = try base.attached(
        arm.configuration, mode: mode, memory: memory,
        stop: stop)
      var scalings: [ResolvedScaling] = []
      for seed in seeds {
        var settings = settings
        settings.learningRate = arm.rate
        settings.optimizer = arm.optimizer
        settings.seed = seed
        let task = try TrainingTask(
          model: model, mode: mode, data: data, settings: settings,
          stop: stop)
        scalings = task.scalings
        tasks.append(task)
      }
      self.arms.append(
        ComparisonArm(
          configuration: arm.configuration, rule: arm.configuration.rule(mode: mode), learningRate: arm.rate,
          optimizer: arm.optimizer, scalings: scalings, runs: []))
    }
  }

  /// In what the other comparison is not of these runs; nil where it is.
  package func difference(
    from other: Comparison, statements: (Provenance) -> [String]
  ) -> GridDifference? {
    let shared = GridDifference.shared(
      (modelDescription, data.description, provenance, seeds, settings),
      (other.modelDescription, other.dataDescription, other.provenance, other.seeds, other.settings),
      statements: statements)
    func own(_ arms: [ComparisonArm]) -> [(String, String)] {
      [
        ("adapters", GridDifference.listed(arms.map(\.description))),
        ("learning rates", GridDifference.listed(arms.map(\.learningRate))),
        ("optimisers", GridDifference.listed(arms.map(\.optimizer.arguments))),
      ]
    }
    return GridDifference.first(
      shared + zip(own(arms), own(other.arms)).map { (name: $0.0, here: $0.1, there: $1.1) })
  }

  /// Takes over the finished runs of an earlier comparison of the same runs, which are then not made again.
  ///
  /// - Returns: how many.
  @discardableResult
  package mutating func goOn(from other: Comparison) -> Int {
    for (arm, made) in other.arms.enumerated() {
      for run in made.finished {
        if let seed = seeds.firstIndex(of: run.settings.seed) { known[arm * seeds.count + seed] = run }
      }
    }
    return known.count
  }

  /// How long the grid will take, from a few steps of its first run: an estimate, made in that time.
  package func estimatedSeconds(_ environment: TrainingEnvironment, threads: Int) -> Double {
    guard let first = tasks.first else { return 0 }
    return first.estimatedSeconds(environment) * Double(tasks.count - known.count) / Double(threads)
  }

  /// Runs the grid, a run on each core.
  ///
  /// - Parameters:
  ///   - seconds: runs that would begin later are left out, and those under way stop.
  ///   - report: runs done, and the comparison so far where it is asked for; called on the calling thread.
  package func run(
    _ environment: TrainingEnvironment, seconds: Double?,
    report: (_ done: Int, _ comparison: () -> Comparison) -> Void = { _, _ in }
  ) -> Comparison {
    let began = environment.clock()
    let isOutOfTime: @Sendable () -> Bool = {
      seconds.map { environment.clock() - began >= $0 } ?? false
    }
    var alone = environment.alone
    alone.stop = environment.stop.or(isOutOfTime)
    let cell = alone
    let results = Mutex<[Int: Run]>(known)
    let body: @Sendable (Int) -> Void = { i in
      if known[i] != nil || cell.stop.isAsked { return }
      var run = tasks[i].run(cell).run
      // What a comparison shows does not need the weights of every run.
      run.parameters = .empty
      results.withLock { $0[i] = run }
    }
    func between() {
      let made = results.withLock { $0 }
      report(made.count) { comparison(made, wasInterrupted: false) }
    }
    environment.share(tasks.count, between: between, body)
    return comparison(results.withLock { $0 }, wasInterrupted: environment.stop.isAsked)
  }

  /// What the runs say together; with none, what is known already.
  package func comparison(_ runs: [Int: Run]? = nil, wasInterrupted: Bool = false) -> Comparison {
    let runs = runs ?? known
    var arms = arms
    for i in arms.indices {
      arms[i].runs = seeds.indices.compactMap { runs[i * seeds.count + $0] }
    }
    return Comparison(
      arms: arms, seeds: seeds, settings: settings, modelDescription: modelDescription,
      dataDescription: data.description, provenance: provenance, wasInterrupted: wasInterrupted,
      wasCut: arms.contains { $0.finished.count < seeds.count })
  }
}
