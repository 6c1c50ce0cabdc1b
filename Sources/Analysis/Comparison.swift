// Adapters compared over seeds: many runs side by side, and what they say together.
import Adapters
import Kernels
import Models
import Synchronization
import Training

/// One line of a comparison: an adapter at a learning rate.
package struct ComparisonArm: Sendable {
  package var configuration: LoRAConfiguration
  package var rule: ScalingRule
  package var learningRate: Double
  package var optimizer: OptimizerSettings
  /// One run a seed, in the order of the seeds; a run that was not made is missing.
  package var runs: [Run]

  /// `lora(r=64, alpha=128, …)` with the rule in force.
  package var description: String { configuration.description(rule: rule) }

  /// `rslora r=64 alpha=8`, and what else is not as usual.
  package var name: String {
    var parts = ["\(rule.name) r=\(configuration.rank) alpha=\(configuration.alpha.formula)"]
    switch configuration.targets {
    case .standard: break
    case .names(let names): parts.append("on \(names.joined(separator: ", "))")
    case .pattern(let pattern): parts.append("on \(pattern)")
    case .allLinear: parts.append("on all-linear")
    }
    if configuration.dropout > 0 { parts.append("dropout=\(shortest(configuration.dropout))") }
    if configuration.initialization != .kaiming {
      parts.append("init=\(configuration.initialization.rawValue)")
    }
    if !configuration.rankPattern.isEmpty { parts.append("rank_pattern") }
    if !configuration.alphaPattern.isEmpty { parts.append("alpha_pattern") }
    return parts.joined(separator: " ")
  }

  /// Runs that came to an end by themselves.
  package var finished: [Run] {
    runs.filter { $0.ending != .interrupted && $0.ending != .outOfTime }
  }

  package var divergedCount: Int { finished.count { $0.verdict.isDiverged } }
  package var nonFiniteCount: Int { finished.count { $0.firstBadStep != nil } }

  /// Final evaluation losses of the runs that stayed finite.
  package var finalLosses: [Double] { finished.map(\.finalLoss).filter(\.isFinite) }
  package var meanFinalLoss: Double { mean(finalLosses) }
  package var deviationOfFinalLoss: Double { sampleDeviation(finalLosses) }
  package var medianUpTravel: Double {
    median(finished.filter { $0.firstBadStep == nil }.map(\.upTravel).filter(\.isFinite))
  }
  package var badSteps: [Int] { finished.compactMap(\.firstBadStep) }

  /// The share of runs that diverged, by Wilson.
  package var divergedShare: Interval { wilsonInterval(divergedCount, of: finished.count) }

  /// This arm's final loss over another's: the mean of the logarithms' differences, seed by seed, as a factor.
  ///
  /// Seeds at which one of the two did not stay finite are left out; the bounds are NaN for fewer than two pairs.
  package func finalLossRatio(to other: ComparisonArm) -> (interval: Interval, pairs: Int) {
    let losses = Dictionary(other.finished.map { ($0.settings.seed, $0.finalLoss) }) { first, _ in first }
    let pairs = finished.compactMap { run in losses[run.settings.seed].map { ($0, run.finalLoss) } }
    return pairedRatio(pairs.map(\.0), pairs.map(\.1))
  }
}

package struct Comparison: Sendable {
  package var arms: [ComparisonArm]
  package var seeds: [UInt64]
  package var settings: TrainingSettings
  package var modelDescription: String
  package var dataDescription: String
  /// Ctrl-C, or the bound in seconds: some runs are missing.
  package var wasInterrupted: Bool
  package var wasCut: Bool
}

/// The grid of a comparison before it is run.
package struct ComparisonPlan: Sendable {
  package var arms: [ComparisonArm]
  package var tasks: [TrainingTask]
  package var seeds: [UInt64]
  package var settings: TrainingSettings
  package var data: any TrainingData
  package var modelDescription: String
  /// Runs that an earlier comparison has made, by the number of their task.
  package private(set) var known: [Int: Run] = [:]

  /// One arm for each configuration, optimiser and learning rate, in this order.
  ///
  /// - Parameter optimizers: that of the settings where there are none.
  /// - Throws: `AdapterError` and `ModelError` where a configuration or the data does not fit the model.
  package init(
    base: Model, data: any TrainingData, configurations: [LoRAConfiguration], mode: ScalingRule,
    learningRates: [Double], optimizers: [OptimizerSettings] = [], seeds: [UInt64],
    settings: TrainingSettings, memory: Double = .infinity
  ) throws {
    arms = []
    tasks = []
    self.seeds = seeds
    self.settings = settings
    self.data = data
    modelDescription = base.caption
    for configuration in configurations {
      let model = try base.attached(configuration, mode: mode, memory: memory)
      for optimizer in optimizers.isEmpty ? [settings.optimizer] : optimizers {
        for rate in learningRates {
          arms.append(
            ComparisonArm(
              configuration: configuration, rule: configuration.rule(mode: mode), learningRate: rate,
              optimizer: optimizer, runs: []))
          for seed in seeds {
            var settings = settings
            settings.learningRate = rate
            settings.optimizer = optimizer
            settings.seed = seed
            tasks.append(try TrainingTask(model: model, mode: mode, data: data, settings: settings))
          }
        }
      }
    }
  }

  /// Takes over the finished runs of an earlier comparison, which are then not made again.
  ///
  /// - Returns: how many; nil where the other is of another model, data, schedule, adapters, rates or seeds.
  package mutating func goOn(from other: Comparison) -> Int? {
    guard other.modelDescription == modelDescription, other.dataDescription == data.description,
      other.seeds == seeds, other.arms.map(\.description) == arms.map(\.description),
      other.arms.map(\.learningRate) == arms.map(\.learningRate),
      other.arms.map(\.optimizer) == arms.map(\.optimizer), other.settings == settings
    else { return nil }
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
  ///   - report: runs done, called on the calling thread.
  package func run(
    _ environment: TrainingEnvironment, seconds: Double?, report: (_ done: Int) -> Void = { _ in }
  ) -> Comparison {
    let began = environment.clock()
    let isOutOfTime: @Sendable () -> Bool = {
      seconds.map { environment.clock() - began >= $0 } ?? false
    }
    var alone = environment.alone
    alone.isInterrupted = { environment.isInterrupted() || isOutOfTime() }
    let cell = alone
    let results = Mutex<[Int: Run]>(known)
    let body: @Sendable (Int) -> Void = { i in
      if known[i] != nil || cell.isInterrupted() { return }
      var run = tasks[i].run(cell).run
      // What a comparison shows does not need the weights of every run.
      run.parameters = .empty
      results.withLock { $0[i] = run }
    }
    func between() { report(results.withLock { $0.count }) }
    environment.share(tasks.count, between: between, body)
    let runs = results.withLock { $0 }
    var arms = arms
    for i in arms.indices {
      arms[i].runs = seeds.indices.compactMap { runs[i * seeds.count + $0] }
    }
    return Comparison(
      arms: arms, seeds: seeds, settings: settings, modelDescription: modelDescription,
      dataDescription: data.description,
      wasInterrupted: environment.isInterrupted(),
      wasCut: arms.contains { $0.finished.count < seeds.count })
  }
}
