// The article's decision matrix beside what a comparison on the given model and data shows.
package import Adapters
import Glibc
import Training

/// The four adapters at one rank: as the article writes them, and with alpha fixed so that both rules agree at rank 16.
package struct AdviceRank: Sendable {
  package var rank: Int
  /// LoRA with alpha = 2r, the article's habit; rsLoRA with alpha = r, its advice.
  package var habit: ComparisonArm
  package var advised: ComparisonArm
  /// LoRA with alpha = 32 and rsLoRA with alpha = 8: the multiplier 2 at rank 16.
  package var fixed: ComparisonArm
  package var matched: ComparisonArm
}

/// A line of the matrix.
package struct AdviceLine: Sendable {
  package enum Verdict: String, Sendable {
    case holds
    case doesNotHold = "does not hold"
    case notShown = "not shown"
    case notMeasured = "not measured"
  }

  package var scenario: String
  package var recommendation: String
  package var measured: String
  package var verdict: Verdict
}

package struct Advice: Sendable {
  /// Ranks of the matrix: up to 8, 16 to 32, above 32.
  package static let ranks = [8, 32, 64]

  package var ranks: [AdviceRank]
  package var comparison: Comparison

  /// The adapters that `init(comparison:)` expects, in its order.
  package static func configurations(targets: LoRAConfiguration.Targets) -> [LoRAConfiguration] {
    ranks.flatMap { rank -> [LoRAConfiguration] in
      func adapter(_ alpha: Alpha, _ rule: ScalingRule) -> LoRAConfiguration {
        LoRAConfiguration(rank: rank, alpha: alpha, targets: targets, scaling: .own(rule))
      }
      return [
        adapter(.ofRank(text: "2*r") { 2 * $0 }, .lora), adapter(.ofRank(text: "r") { $0 }, .rslora),
        adapter(.fixed(32), .lora), adapter(.fixed(8), .rslora),
      ]
    }
  }

  /// - Precondition: the comparison has the arms of `configurations`, at one learning rate.
  package init(comparison: Comparison) {
    precondition(comparison.arms.count == 4 * Advice.ranks.count, "the comparison has other arms")
    self.comparison = comparison
    ranks = Advice.ranks.enumerated().map { i, rank in
      let arms = comparison.arms[4 * i..<4 * i + 4]
      return AdviceRank(
        rank: rank, habit: arms[4 * i], advised: arms[4 * i + 1], fixed: arms[4 * i + 2],
        matched: arms[4 * i + 3])
    }
  }

  package var lines: [AdviceLine] {
    [low, middle, high, consumer, production]
  }

  private var low: AdviceLine {
    let rank = ranks[0]
    let arms = [rank.habit, rank.advised, rank.fixed, rank.matched]
    let share = wilsonInterval(
      arms.reduce(0) { $0 + $1.divergedCount }, of: arms.reduce(0) { $0 + $1.finished.count })
    // Stable is taken as: fewer than one run in five is lost, whichever adapter it is.
    let verdict: AdviceLine.Verdict =
      share.high < 0.2 ? .holds : arms.contains { $0.divergedShare.low > 0.05 } ? .doesNotHold : .notShown
    return AdviceLine(
      scenario: "rank ≤ 8", recommendation: "standard LoRA is fine, stable either way",
      measured: "r=8, \(counts(rank))", verdict: isComplete(arms) ? verdict : .notShown)
  }

  private var middle: AdviceLine {
    AdviceLine(
      scenario: "rank 16 to 32", recommendation: "rsLoRA: noticeably more stable",
      measured: "r=32, \(counts(ranks[1]))", verdict: isMoreStable(ranks[1]))
  }

  private var high: AdviceLine {
    let rank = ranks[2]
    // "Often" is taken as: the interval of the share that standard LoRA loses lies above a quarter.
    let fails = rank.habit.divergedShare.low > 0.25 || rank.fixed.divergedShare.low > 0.25
    let stable = isMoreStable(rank)
    return AdviceLine(
      scenario: "rank > 32", recommendation: "rsLoRA strongly: standard LoRA often fails",
      measured: "r=64, \(counts(rank))",
      verdict: stable == .holds && fails ? .holds : stable == .holds ? .doesNotHold : stable)
  }

  private var consumer: AdviceLine {
    AdviceLine(
      scenario: "consumer GPU", recommendation: "rsLoRA for memory and stability",
      measured: "no GPU here; both rules train the same number of parameters, so memory is the same",
      verdict: .notMeasured)
  }

  private var production: AdviceLine {
    let rank = ranks[2]
    let (habit, advised) = (relativeSpread(rank.habit), relativeSpread(rank.advised))
    let isAnyLost = rank.habit.divergedCount + rank.advised.divergedCount > 0
    let verdict = isAnyLost ? isMoreStable(rank) : isSmallerSpread(advised, habit)
    return AdviceLine(
      scenario: "production", recommendation: "rsLoRA: predictable, reproducible",
      measured: "r=64, spread of the final loss over seeds: LoRA alpha=2r \(percent(habit)), "
        + "rsLoRA alpha=r \(percent(advised))", verdict: verdict)
  }

  /// Whether rsLoRA with alpha = r loses a smaller share than LoRA with alpha = 2r: it holds where the intervals do not
  /// touch. It does not where they do not touch the other way round, where LoRA loses fewer than one run in five, so
  /// that there is little to improve, or where rsLoRA loses three in four and more. Else the runs do not show it.
  private func isMoreStable(_ rank: AdviceRank) -> AdviceLine.Verdict {
    guard isComplete([rank.habit, rank.advised]) else { return .notShown }
    let (habit, advised) = (rank.habit.divergedShare, rank.advised.divergedShare)
    if advised.high < habit.low { return .holds }
    return habit.high < advised.low || habit.high < 0.2 || advised.low > 0.75 ? .doesNotHold : .notShown
  }

  /// By the interval of the ratio of two deviations, whose logarithm has the variance 1/(n − 1) for n values each.
  private func isSmallerSpread(_ advised: Double, _ habit: Double) -> AdviceLine.Verdict {
    let n = Double(comparison.seeds.count)
    guard advised > 0, habit > 0, n > 2 else { return .notShown }
    let difference = log(advised / habit)
    let half = 1.96 / (n - 1).squareRoot()
    return difference + half < 0 ? .holds : difference - half > 0 ? .doesNotHold : .notShown
  }

  private func isComplete(_ arms: [ComparisonArm]) -> Bool {
    arms.allSatisfy { $0.finished.count == comparison.seeds.count }
  }

  /// `diverged: LoRA alpha=2r 0 of 5, …`, and the same of those that are slow or undecided where there are any: a rate too
  /// low is no instability.
  private func counts(_ rank: AdviceRank) -> String {
    let arms = [
      ("LoRA alpha=2r", rank.habit), ("rsLoRA alpha=r", rank.advised), ("LoRA alpha=32", rank.fixed),
      ("rsLoRA alpha=8", rank.matched),
    ]
    func text(_ outcome: Outcome) -> String {
      let counts = arms.map { "\($0.0) \($0.1.count(outcome)) of \($0.1.finished.count)" }
      return "\(outcome.rawValue): \(counts.joined(separator: ", "))"
    }
    let others = [Outcome.slow, .undecided].filter { outcome in arms.contains { $0.1.count(outcome) > 0 } }
    return ([text(.diverged)] + others.map(text)).joined(separator: "; ")
  }

  /// Standard deviation of the final losses over their mean; NaN for fewer than two.
  private func relativeSpread(_ arm: ComparisonArm) -> Double { arm.deviationOfFinalLoss / arm.meanFinalLoss }

  private func percent(_ x: Double) -> String { x.isFinite ? "\(Int((100 * x).rounded())) %" : "—" }
}
