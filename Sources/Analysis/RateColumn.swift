// Runs that differ in learning rate and seed alone: together they tell too low a rate from too high a one.
import Glibc
package import Training

/// What a column keeps of a run.
package struct ColumnEntry: Equatable, Sendable {
  package var rate: Double
  package var seed: UInt64
  /// Evaluation loss before the first step.
  package var initialLoss: Double
  /// Evaluation loss after the last step: infinity where a value was not finite, NaN where a file does not hold it.
  package var finalLoss: Double
  /// What the run says of itself.
  package var alone: Outcome

  package init(rate: Double, seed: UInt64, initialLoss: Double, finalLoss: Double, alone: Outcome) {
    self.rate = rate
    self.seed = seed
    self.initialLoss = initialLoss
    self.finalLoss = finalLoss
    self.alone = alone
  }

  package init(_ run: Run) {
    let outcome = run.verdict.outcome
    self.init(
      rate: run.settings.learningRate, seed: run.settings.seed,
      initialLoss: run.lossBeforeResume ?? run.initialLoss,
      finalLoss: outcome == .notJudged
        ? .nan : run.finalLoss.isFinite && run.firstBadStep == nil ? run.finalLoss : .infinity,
      alone: outcome)
  }
}

/// One column of a grid: an adapter, an optimiser and everything else the same, over rates and seeds.
///
/// The best rate is that of the lowest mean final loss over the seeds. A run is *trained* where it recovers more than
/// half of the gap between its initial loss and that mean; else it is *slow* below the best rate and *diverged* at and
/// above it. A value that is not finite has diverged at any rate. Where the best stands at the end of the rates, a
/// better one may lie outside, and the gap to the best is no measure of what can be learnt: there what the runs say of
/// themselves goes first.
package struct RateColumn: Sendable {
  /// Where the best rate stands among those that were tried.
  package enum BestPlace: Equatable, Sendable {
    case inside
    case lowest
    case highest
    /// A single rate.
    case only
    /// No run ended below its initial loss.
    case none
  }

  package let entries: [ColumnEntry]
  /// In increasing order.
  package let rates: [Double]
  /// nil where no run ended below its initial loss.
  package let bestRate: Double?
  /// The mean final loss there; NaN where there is none.
  package let bestLoss: Double
  package let place: BestPlace

  package init(_ entries: [ColumnEntry]) {
    let judged = entries.filter { $0.alone != .notJudged }
    self.entries = judged
    rates = Set(judged.map(\.rate)).sorted()
    let byRate = Dictionary(grouping: judged, by: \.rate)
    func loss(_ rate: Double) -> Double { mean((byRate[rate] ?? []).map(\.finalLoss)) }
    let known = rates.filter { loss($0).isFinite }
    var best = known.min { loss($0) < loss($1) }
    var lowest = best.map(loss) ?? .nan
    if best == nil,
      let run = judged.filter({ $0.finalLoss.isFinite }).min(by: { $0.finalLoss < $1.finalLoss })
    {
      // Each rate loses a seed: the run that went furthest stands for what can be learnt.
      (best, lowest) = (run.rate, run.finalLoss)
    }
    let start = mean(judged.map(\.initialLoss).filter(\.isFinite))
    if !(lowest < start) { best = nil }
    bestRate = best
    bestLoss = best == nil ? .nan : lowest
    place =
      if let best {
        rates.count == 1
          ? .only : best == rates[0] ? .lowest : best == rates[rates.count - 1] ? .highest : .inside
      } else { rates.count == 1 ? .only : .none }
  }

  /// What the column says of one of its runs.
  package func outcome(of entry: ColumnEntry) -> Outcome {
    if entry.alone == .notJudged { return .notJudged }
    if entry.finalLoss == .infinity { return .diverged }
    if entry.finalLoss.isNaN { return byPosition(entry) }
    guard let bestRate else {
      return entry.alone
    }
    if place == .only { return entry.alone }
    let isRecovered = entry.initialLoss - entry.finalLoss > (entry.initialLoss - bestLoss) / 2
    switch place {
    case .inside:
      return isRecovered ? .trained : entry.rate < bestRate ? .slow : .diverged
    case .highest:
      if entry.alone == .trained || entry.alone == .slow { return entry.alone }
      return isRecovered ? entry.alone : .slow
    case .lowest:
      return isRecovered ? entry.alone : .diverged
    case .only, .none:
      return entry.alone
    }
  }

  /// Of a run whose losses are not known: by the rates of those that were trained.
  private func byPosition(_ entry: ColumnEntry) -> Outcome {
    guard entry.alone == .undecided else { return entry.alone }
    let trained = entries.filter { $0.alone == .trained }.map(\.rate)
    guard let low = trained.min(), let high = trained.max() else { return .undecided }
    return entry.rate < low ? .slow : entry.rate > high ? .diverged : .undecided
  }

  /// The best rate of one seed, between the rates that were tried: the lowest point of the parabola through the lowest
  /// loss and its neighbours, over the logarithm of the rate, losses above the initial one counted as that. nil where the
  /// lowest stands at an end of the rates, is not below the initial loss, or a run is missing.
  package func ridge(seed: UInt64) -> Double? {
    let runs = entries.filter { $0.seed == seed && !$0.finalLoss.isNaN }.sorted { $0.rate < $1.rate }
    return runs.count == rates.count
      ? RateColumn.ridge(runs.map { ($0.rate, $0.initialLoss, $0.finalLoss) }) : nil
  }

  /// - Parameter runs: by increasing rate.
  static func ridge(_ runs: [(rate: Double, initialLoss: Double, finalLoss: Double)]) -> Double? {
    guard let i = runs.indices.min(by: { runs[$0].finalLoss < runs[$1].finalLoss }), i > 0,
      i < runs.count - 1,
      runs[i].finalLoss < runs[i].initialLoss
    else { return nil }
    let x = (-1...1).map { log(runs[i + $0].rate) }
    let y = (-1...1).map { min(runs[i + $0].finalLoss, runs[i].initialLoss) }
    return exp(vertex(x, y))
  }
}

/// Where the parabola through three points, the middle one not above the others, is lowest.
func vertex(_ x: [Double], _ y: [Double]) -> Double {
  let (left, right) = (x[1] - x[0], x[2] - x[1])
  let (fall, rise) = ((y[0] - y[1]) / left, (y[2] - y[1]) / right)
  guard fall + rise > 0 else { return x[1] }
  // The slope of the parabola is −fall at the middle of the left piece and rise at that of the right one.
  let place = (x[0] + x[1]) / 2 + fall / (fall + rise) * (left + right) / 2
  return min(max(place, x[0]), x[2])
}
