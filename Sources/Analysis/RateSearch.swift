// A search over learning rates with one seed: the best rate, and the edge above it.
import Glibc
import Training

/// Where a search looks, and how finely.
package struct RateSearch: Sendable {
  /// No rate outside of these is tried.
  package var lowest: Double
  package var highest: Double
  /// The bracket of the edge is narrowed until its ends are within this factor.
  package var resolution: Double

  package init(lowest: Double = 1e-6, highest: Double = 1e4, resolution: Double = 1.1) {
    self.lowest = lowest
    self.highest = highest
    self.resolution = resolution
  }

  /// What a search found.
  package struct Found: Equatable, Sendable {
    /// The best rate; NaN where the lowest loss stands at a bound of the search, or no run learns.
    package var best: Double
    /// Infinity where no rate diverges, 0 where all do.
    package var edge: Double
    /// How many rates were tried.
    package var attempts: Int
  }

  /// A run at a rate, as a search sees it.
  package struct Trial: Sendable {
    package var initialLoss: Double
    /// Infinite where a value was not finite.
    package var finalLoss: Double

    package init(initialLoss: Double, finalLoss: Double) {
      self.initialLoss = initialLoss
      self.finalLoss = finalLoss
    }
  }

  /// Looks at `guess` first, walks downhill by factors of 3 to the lowest final loss, on both sides until two places are no
  /// lower, narrows it by a factor of √3, and bisects above it for the edge: the rate from which on less than half of what the best rate learns is recovered.
  ///
  /// - Parameter trial: a run at a rate; nil ends the search.
  /// - Returns: nil where `trial` gave nil.
  package func found(near guess: Double, trial: (Double) -> Trial?) -> Found? {
    var known: [(rate: Double, trial: Trial)] = []
    func ask(_ rate: Double) -> Trial? {
      if let trial = known.first(where: { $0.rate == rate })?.trial { return trial }
      guard let trial = trial(rate) else { return nil }
      known.append((rate, trial))
      known.sort { $0.rate < $1.rate }
      return trial
    }
    func isLower(_ a: Trial, than b: Trial) -> Bool { a.finalLoss < b.finalLoss }

    // Down to a rate that learns, then downhill on both sides.
    var rate = min(max(guess, lowest), highest)
    guard var current = ask(rate) else { return nil }
    while !(current.finalLoss < current.initialLoss) && rate > lowest {
      rate = max(rate / 3, lowest)
      guard let next = ask(rate) else { return nil }
      current = next
    }
    guard current.finalLoss < current.initialLoss else {
      return Found(
        best: .nan, edge: current.finalLoss > current.initialLoss ? 0 : .infinity, attempts: known.count)
    }
    // A valley may have a second one beside it: a side is left after two places that are no lower.
    for factor in [3, 1 / 3.0] {
      var place = rate
      var misses = 0
      while misses < 2 {
        let next = min(max(place * factor, lowest), highest)
        if next == place { break }
        guard let found = ask(next) else { return nil }
        place = next
        if isLower(found, than: current) { (rate, current, misses) = (next, found, 0) } else { misses += 1 }
      }
    }
    let step = 3.0.squareRoot()
    for place in [rate * step, rate / step] where place > lowest && place < highest {
      guard let next = ask(place) else { return nil }
      if isLower(next, than: current) { (rate, current) = (place, next) }
    }
    for place in [rate * step, rate / step] where place > lowest && place < highest {
      // The neighbours of the place that was found, where they are not known to within rounding.
      if known.contains(where: { abs(log($0.rate / place)) < 1e-9 }) { continue }
      guard let next = ask(place) else { return nil }
      if isLower(next, than: current) { (rate, current) = (place, next) }
    }
    guard let edge = edge(above: rate, best: current, known, ask) else { return nil }
    return Found(best: ridge(known), edge: edge, attempts: known.count)
  }

  /// nil where a trial gave nil.
  private func edge(
    above best: Double, best trial: Trial, _ known: [(rate: Double, trial: Trial)],
    _ ask: (Double) -> Trial?
  ) -> Double? {
    func isGood(_ other: Trial) -> Bool {
      other.initialLoss - other.finalLoss > (trial.initialLoss - trial.finalLoss) / 2
    }
    var good = best
    var bad = Double.infinity
    for item in known where item.rate > best {
      if isGood(item.trial) { if bad == .infinity { good = item.rate } } else { bad = min(bad, item.rate) }
    }
    while bad == .infinity {
      if good >= highest { return .infinity }
      let rate = min(good * 3, highest)
      guard let next = ask(rate) else { return nil }
      if isGood(next) { good = rate } else { bad = rate }
    }
    while bad / good > resolution {
      let rate = (good * bad).squareRoot()
      guard let next = ask(rate) else { return nil }
      if isGood(next) { good = rate } else { bad = rate }
    }
    return (good * bad).squareRoot()
  }

  /// The lowest point of the parabola through the lowest loss and its neighbours; NaN at an end.
  private func ridge(_ known: [(rate: Double, trial: Trial)]) -> Double {
    RateColumn.ridge(known.map { ($0.rate, $0.trial.initialLoss, $0.trial.finalLoss) }) ?? .nan
  }
}
