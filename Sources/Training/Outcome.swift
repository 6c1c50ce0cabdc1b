// How a run ended: trained, slow or diverged, judged from its own curve and evaluations.
import Adapters
import Text

/// The three outcomes of a run, and the two ways in which none is known.
package enum Outcome: String, CaseIterable, Equatable, Sendable {
  /// It learnt: over half of what there was to learn, as far as one knows.
  case trained
  /// Short of what the data allow, from too low a rate or too few steps: its loss falls smoothly.
  case slow
  /// A value that is not finite, an end above the start, or ruined by too high a rate although the end is finite.
  case diverged
  /// One run does not show on which side of the good rates it stands, or whether it has arrived.
  case undecided
  /// No step was made, or the last evaluation is missing.
  case notJudged = "not judged"
}

/// How a run is judged, in words.
package struct Verdict: Equatable, Sendable {
  package var outcome: Outcome
  /// The outcome with its reason: `slow: 12 % of the gap to the entropy recovered, and still falling`.
  package var text: String

  /// `trained`, or `slow: …` with the reason.
  init(_ outcome: Outcome, _ reason: String = "") {
    self.outcome = outcome
    text = outcome.rawValue + (reason.isEmpty ? "" : ": \(reason)")
  }
}

/// What a trace says of the way down: losses on one fixed sample, so that no batch's difficulty is in them.
///
/// With w the losses of the trace and c ∈ [0, 1] the share of all learning rates that had been used by then:
/// - `reversal` = Σ of the rises of w over Σ of its falls; 0 for a curve that only falls, ∞ for one that only rises.
/// - `kept` = (w₀ − w_end)/(w₀ − min w): how much of its deepest fall the run still has.
/// - `fell` = 1 − w_end/w₀.
/// - `early`: the part of the whole fall in the first half of c. A run in the beginning of its way falls as fast as at
///   first, and has ½; one that has arrived has more, one that gathers way less.
struct WayDown {
  let reversal: Double
  let kept: Double
  let fell: Double
  let early: Double

  /// A trace that moves by less than this share of its start stands still: that is what float32 leaves of no change.
  static let smallestChange = 1e-5

  /// - Parameter share: of all learning rates, after so many steps.
  /// - Returns: nil for fewer than three points, where one is not finite, and for a trace that stands still.
  init?(_ trace: [(step: Int, loss: Double)], share: (Int) -> Double) {
    guard trace.count > 2, trace.allSatisfy({ $0.loss.isFinite }) else { return nil }
    let w = trace.map(\.loss)
    let c = trace.map { share($0.step) }
    let (start, end) = (w[0], w[w.count - 1])
    let span = w.reduce(start, max) - w.reduce(start, min)
    guard span > abs(start) * WayDown.smallestChange else { return nil }
    let changes = zip(w, w.dropFirst()).map { $1 - $0 }
    let rises = changes.reduce(0) { $0 + max(0, $1) }
    let falls = changes.reduce(0) { $0 + max(0, -$1) }
    reversal = falls > 0 ? rises / falls : .infinity
    let deepest = w.reduce(start, min)
    kept = deepest < start ? (start - end) / (start - deepest) : 0
    fell = 1 - end / start
    func loss(at place: Double) -> Double {
      guard let i = c.indices.dropFirst().first(where: { c[$0] >= place }), c[i] > c[i - 1] else {
        return end
      }
      return w[i - 1] + (w[i] - w[i - 1]) * (place - c[i - 1]) / (c[i] - c[i - 1])
    }
    early = (start - loss(at: 0.5)) / (start - end)
  }
}

extension Run {
  /// Nats between the initial evaluation loss and the entropy from which on a gap is judged: nearer to it, the finite
  /// evaluation set is uncertain by as much.
  static let smallestGap = 0.05
  /// An evaluation above the initial one by less than this share of it is no rise.
  static let smallestRise = 1e-3

  /// How the run ended, from its own curve and evaluations.
  ///
  /// *diverged*: a value that is not finite; or the final evaluation loss above the initial one; or, ruined: less than
  /// half was learnt, and the trace rose again by a third of what it fell, or the gradient surged to four times its first
  /// norm within the first eighth, which throws a run out of its valley. *trained*: over half of the gap to the entropy
  /// where that of the data is known; elsewhere a trace that fell and levelled off. *slow*: a trace that falls smoothly,
  /// without such a surge or, where no entropy is known, as fast in its second half as in its first. What is none of these
  /// is *undecided*: a grid of rates, or a second run at half the rate, tells.
  ///
  /// The bounds are calibrated: `scripts/check-outcomes` prints how often they agree with whole columns of rates.
  package var verdict: Verdict {
    if case .diverged(let divergence) = ending { return Verdict(.diverged, divergence.text) }
    if losses.isEmpty { return Verdict(.notJudged, "no step was made") }
    if !isEvaluated { return Verdict(.notJudged, "the final evaluation was interrupted") }
    guard finalLoss.isFinite else { return Verdict(.diverged, "the final evaluation loss is not finite") }
    let start = lossBeforeResume ?? initialLoss
    let isAtFloor = floor.map { start - $0 < Run.smallestGap } ?? false
    if finalLoss > start + (isAtFloor ? Run.smallestGap : abs(start) * Run.smallestRise) {
      return Verdict(.diverged, "it ended above where it began")
    }
    if isAtFloor {
      return Verdict(
        .trained, "it began within \(shortest(Run.smallestGap)) of the entropy, and stayed there")
    }
    if let scaler, scaler.skipped.count == losses.count {
      return Verdict(
        .undecided,
        "every step was skipped: gradients overflow fp16 down to a loss scale of \(shortest(scaler.lastScale)), "
          + "and more steps would lower it further")
    }
    if standsStill { return Verdict(.slow, "its loss did not move: too low a rate, or too few steps") }
    let way = WayDown(trace) { settings.rateShare(after: $0, of: losses.count) }
    if let floor { return judged(start, floor: floor, way) }
    return judged(way)
  }

  /// Whether neither the trace nor the evaluations moved beyond rounding.
  private var standsStill: Bool {
    [trace.map(\.loss), [initialLoss, finalLoss]].allSatisfy { values in
      guard let low = values.min(), let high = values.max() else { return true }
      return high - low <= abs(high) * WayDown.smallestChange
    }
  }

  /// Beside a known entropy.
  private func judged(_ start: Double, floor: Double, _ way: WayDown?) -> Verdict {
    let recovered = (start - finalLoss) / (start - floor)
    if recovered > 0.5 { return Verdict(.trained) }
    let gap = "\(percent(recovered)) of the gap to the entropy recovered"
    let unknown = Verdict(.undecided, "not learnt: \(gap); \(Run.howToTell)")
    guard let way else { return unknown }
    if way.reversal >= 0.3 {
      return Verdict(.diverged, "ruined by too high a rate: \(gap), and its loss rose again on the way")
    }
    if surge >= 4, recovered < 1 / 3.0 {
      return Verdict(.diverged, "ruined by too high a rate: \(gap), and its gradient surged at the start")
    }
    if way.reversal < 0.1, surge <= 2.5 {
      return Verdict(.slow, "\(gap), and its loss falls smoothly: too low a rate, or too few steps")
    }
    return unknown
  }

  /// The largest gradient norm of the first eighth of the steps, at least three of them, over the first; 1 where there is
  /// none.
  private var surge: Double {
    let early = gradientNorms.prefix(max(3, losses.count / 8)).filter(\.isFinite)
    guard let first = early.first, first > 0, let largest = early.max() else { return 1 }
    return largest / first
  }

  /// Where nobody knows how low the loss can go.
  private func judged(_ way: WayDown?) -> Verdict {
    guard let way else { return Verdict(.undecided, Run.howToTell) }
    if way.reversal >= 0.3 {
      let isRuined = way.kept < 0.5 || way.reversal >= 0.55 && (way.kept < 0.7 || way.fell < 0.2)
      return isRuined
        ? Verdict(.diverged, "ruined by too high a rate: its loss rose again on the way")
        : Verdict(.undecided, Run.howToTell)
    }
    // Rises of this size are rounding, or the last digits of a run that has arrived.
    guard way.reversal < 0.005 else {
      return way.kept >= 0.8 && way.early > 0.45 ? Verdict(.trained) : Verdict(.undecided, Run.howToTell)
    }
    if way.early <= 0.58 {
      return Verdict(
        .slow, "its loss falls as fast in the second half as in the first: too low a rate, or too few steps")
    }
    return way.early >= 0.66
      ? Verdict(.trained)
      : Verdict(
        .undecided, "its loss still falls, and one run cannot tell how far it could go; more steps will")
  }

  /// What settles it.
  package static let howToTell =
    "one run cannot tell whether the rate is too high or too low; a run at half the rate will"

  private func percent(_ share: Double) -> String { "\(Int((100 * max(0, share)).rounded())) %" }
}
