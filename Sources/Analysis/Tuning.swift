// What a person does by hand: tries learning rates, up or down, until a run is good, and counts the attempts.
package import Adapters
package import Models
import Signals
package import Training

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

  /// The mean final evaluation loss over the runs that stayed finite; NaN where none did.
  package var meanFinalLoss: Double {
    mean(runs.filter { $0.firstBadStep == nil }.map(\.finalLoss).filter(\.isFinite))
  }
}

/// On which side of the good rates an attempt stands.
package enum TuningSide: Equatable, Sendable {
  case good
  case tooLow
  case tooHigh
  /// Its runs do not tell, or are missing.
  case unknown
}

/// A search for a good learning rate as a person makes it, with every attempt it took. All its runs judge one another.
package struct Tuning: Sendable {
  package var configuration: LoRAConfiguration
  package var rule: ScalingRule
  package var settings: TrainingSettings
  package var seeds: [UInt64]
  package var modelDescription: String
  package var dataDescription: String
  /// How base and data came about.
  package var provenance: Provenance
  /// In the order in which they were made; the last may be incomplete where the search was stopped.
  package var attempts: [TuningAttempt]
  package var wasInterrupted = false
  /// The bound in seconds ended the search.
  package var wasCut = false

  package init(
    configuration: LoRAConfiguration, rule: ScalingRule, settings: TrainingSettings, seeds: [UInt64],
    modelDescription: String, dataDescription: String, provenance: Provenance, attempts: [TuningAttempt] = []
  ) {
    self.configuration = configuration
    self.rule = rule
    self.settings = settings
    self.seeds = seeds
    self.modelDescription = modelDescription
    self.dataDescription = dataDescription
    self.provenance = provenance
    self.attempts = attempts
  }

  /// All runs so far, which judge one another.
  package var column: RateColumn { RateColumn(attempts.flatMap { $0.runs.map { ColumnEntry($0) } }) }

  /// How the runs of each attempt ended, in the order of the attempts.
  package var outcomes: [[Outcome]] {
    let column = column
    return attempts.map { $0.runs.map { column.outcome(of: ColumnEntry($0)) } }
  }

  /// Good: every seed is trained. Too high: a seed diverges; else too low where one is slow.
  package var sides: [TuningSide] {
    zip(attempts, outcomes).map { attempt, outcomes in
      if outcomes.contains(.diverged) { return .tooHigh }
      if outcomes.contains(.slow) { return .tooLow }
      return attempt.isComplete && !outcomes.isEmpty && outcomes.allSatisfy { $0 == .trained }
        ? .good : .unknown
    }
  }

  /// The good rate with the lowest mean final loss.
  package var best: TuningAttempt? {
    zip(attempts, sides).filter { $1 == .good }.map(\.0).min { $0.meanFinalLoss < $1.meanFinalLoss }
  }

  /// Attempts up to and with the first good one; nil where none was good.
  package var attemptsToFirstGood: Int? { sides.firstIndex(of: .good).map { $0 + 1 } }
}

/// What a search for a good rate is made of, before it is run.
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
  /// The search ends after so many rates.
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

  /// Tries rates from `start` on, each with all seeds: downward from one that is too high, upward from one that is too
  /// low, by `factor`, until every seed is trained; where the runs of a rate do not tell its side, the next lower rate
  /// does.
  ///
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
      provenance: Provenance(data.steps + base.steps))
    // Exponents of the factor, so that a rate that was tried is known again.
    var tried: [Int: TuningAttempt] = [:]

    func attempt(_ exponent: Int) throws -> TuningAttempt? {
      if let known = tried[exponent] { return known }
      guard tried.count < mostAttempts else { return nil }
      let left = seconds.map { $0 - (environment.clock() - began) }
      guard !environment.stop.isAsked, left.map({ $0 > 0 }) ?? true else {
        (tuning.wasInterrupted, tuning.wasCut) = (environment.stop.isAsked, !environment.stop.isAsked)
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
        (tuning.wasInterrupted, tuning.wasCut) = (environment.stop.isAsked, !environment.stop.isAsked)
        return nil
      }
      tried[exponent] = attempt
      return attempt
    }

    func side(_ exponent: Int) -> TuningSide {
      guard let rate = tried[exponent]?.rate, let i = tuning.attempts.firstIndex(where: { $0.rate == rate })
      else { return .unknown }
      return tuning.sides[i]
    }

    var exponent = 0
    // The highest rate that is known as too low, and the lowest that is known as too high.
    var (low, high): (Int?, Int?) = (nil, nil)
    search: while let current = try attempt(exponent) {
      switch side(exponent) {
      case .good: break search
      case .tooLow: low = max(low ?? exponent, exponent)
      case .tooHigh: high = min(high ?? exponent, exponent)
      case .unknown:
        // A run at a lower rate tells: where it ends lower, this one is too high.
        guard let lower = try attempt(exponent - 1) else { break search }
        if side(exponent - 1) == .good {
          exponent -= 1
          break search
        }
        if lower.meanFinalLoss < current.meanFinalLoss {
          high = min(high ?? exponent, exponent)
        } else {
          low = max(low ?? exponent, exponent)
        }
      }
      switch (low, high) {
      case (let low?, let high?):
        guard high - low > 1 else {
          // Neighbours, one too low and one too high. With a rate on each side the best of them is judged by the column.
          let finite = tried.filter { $0.value.meanFinalLoss.isFinite }
          let best =
            finite.min { ($0.value.meanFinalLoss, $0.key) < ($1.value.meanFinalLoss, $1.key) }?.key ?? low
          for neighbour in [best - 1, best + 1] where try attempt(neighbour) == nil { break search }
          exponent = best
          break search
        }
        exponent = low + 1
      case (let low?, nil): exponent = low + 1
      case (nil, let high?): exponent = high - 1
      case (nil, nil): break search
      }
    }
    guard seeksBest, var best = tried[exponent], side(exponent) == .good else { return tuning }
    for direction in [1, -1] {
      while let next = try attempt(exponent + direction), next.meanFinalLoss < best.meanFinalLoss,
        side(exponent + direction) == .good
      {
        best = next
        exponent += direction
      }
    }
    return tuning
  }
}
