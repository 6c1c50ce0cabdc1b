// What a person does by hand: tries learning rates until a run is good, and counts the attempts.
import Adapters
import Models
import Training

/// One learning rate that was tried with all seeds.
package struct TuningAttempt: Sendable {
  package var rate: Double
  /// Runs that came to an end by themselves, in the order of the seeds.
  package var runs: [Run]
  /// Whether every seed has its run.
  package var isComplete: Bool

  package init(rate: Double, runs: [Run], isComplete: Bool) {
    self.rate = rate
    self.runs = runs
    self.isComplete = isComplete
  }

  package var lostCount: Int { runs.count { $0.verdict.isDiverged } }
  package var isGood: Bool { isComplete && lostCount == 0 }
  package var meanFinalLoss: Double { mean(runs.map(\.finalLoss).filter(\.isFinite)) }
}

package struct Tuning: Sendable {
  package var configuration: LoRAConfiguration
  package var rule: ScalingRule
  package var settings: TrainingSettings
  package var seeds: [UInt64]
  package var modelDescription: String
  package var dataDescription: String
  /// Statements of the language that make `base` and the data.
  package var setup: [String]
  /// In the order in which they were made; the last may be incomplete where the search was stopped.
  package var attempts: [TuningAttempt]
  package var wasInterrupted = false
  /// The bound in seconds ended the search.
  package var wasCut = false

  package init(
    configuration: LoRAConfiguration, rule: ScalingRule, settings: TrainingSettings, seeds: [UInt64],
    modelDescription: String, dataDescription: String, setup: [String], attempts: [TuningAttempt] = []
  ) {
    self.configuration = configuration
    self.rule = rule
    self.settings = settings
    self.seeds = seeds
    self.modelDescription = modelDescription
    self.dataDescription = dataDescription
    self.setup = setup
    self.attempts = attempts
  }

  /// The good rate with the lowest mean final loss.
  package var best: TuningAttempt? {
    attempts.filter(\.isGood).min { $0.meanFinalLoss < $1.meanFinalLoss }
  }

  /// Attempts up to and with the first good one; nil where none was good.
  package var attemptsToFirstGood: Int? { attempts.firstIndex(where: \.isGood).map { $0 + 1 } }
}

package struct TuningPlan {
  package var base: Model
  package var data: any TrainingData
  package var configuration: LoRAConfiguration
  package var mode: ScalingRule
  package var seeds: [UInt64]
  package var settings: TrainingSettings
  /// The first rate.
  package var start: Double
  /// What a rate is divided by, or multiplied with, for the next attempt; above 1.
  package var factor: Double
  /// Goes on after the first good rate until both neighbours of the best are worse.
  package var seeksBest: Bool
  package var mostAttempts: Int

  package init(
    base: Model, data: any TrainingData, configuration: LoRAConfiguration, mode: ScalingRule,
    seeds: [UInt64], settings: TrainingSettings, start: Double, factor: Double, seeksBest: Bool,
    mostAttempts: Int
  ) {
    self.base = base
    self.data = data
    self.configuration = configuration
    self.mode = mode
    self.seeds = seeds
    self.settings = settings
    self.start = start
    self.factor = factor
    self.seeksBest = seeksBest
    self.mostAttempts = mostAttempts
  }

  /// - Parameters:
  ///   - seconds: the attempt under way then is kept as far as it came, and no other is made.
  ///   - report: runs made, called on the calling thread.
  /// - Throws: `AdapterError` and `ModelError` where the configuration or the data does not fit the model.
  package func run(
    _ environment: TrainingEnvironment, seconds: Double? = nil, report: (_ done: Int) -> Void = { _ in }
  ) throws -> Tuning {
    let began = environment.clock()
    var tuning = Tuning(
      configuration: configuration, rule: configuration.rule(mode: mode), settings: settings, seeds: seeds,
      modelDescription: base.caption, dataDescription: data.description,
      setup: data.setup + base.setup)
    // Exponents of the factor, so that a rate that was tried is known again.
    var tried: [Int: TuningAttempt] = [:]

    func attempt(_ exponent: Int) throws -> TuningAttempt? {
      if let known = tried[exponent] { return known }
      guard tried.count < mostAttempts else { return nil }
      let left = seconds.map { $0 - (environment.clock() - began) }
      guard !environment.isInterrupted(), left.map({ $0 > 0 }) ?? true else {
        (tuning.wasInterrupted, tuning.wasCut) = (environment.isInterrupted(), !environment.isInterrupted())
        return nil
      }
      var rate = start
      for _ in 0..<abs(exponent) { rate = exponent < 0 ? rate / factor : rate * factor }
      let done = tried.count * seeds.count
      let comparison = try ComparisonPlan(
        base: base, data: data, configurations: [configuration], mode: mode, learningRates: [rate],
        seeds: seeds, settings: settings
      ).run(environment, seconds: left) { made, _ in report(done + made) }
      let runs = comparison.arms[0].finished
      let attempt = TuningAttempt(rate: rate, runs: runs, isComplete: runs.count == seeds.count)
      tuning.attempts.append(attempt)
      guard attempt.isComplete else {
        (tuning.wasInterrupted, tuning.wasCut) = (environment.isInterrupted(), !environment.isInterrupted())
        return nil
      }
      tried[exponent] = attempt
      return attempt
    }

    var exponent = 0
    while let current = try attempt(exponent), !current.isGood { exponent -= 1 }
    guard seeksBest, var best = tried[exponent], best.isGood else { return tuning }
    for direction in [1, -1] {
      while let next = try attempt(exponent + direction), next.isGood,
        next.meanFinalLoss < best.meanFinalLoss
      {
        best = next
        exponent += direction
      }
    }
    return tuning
  }
}
