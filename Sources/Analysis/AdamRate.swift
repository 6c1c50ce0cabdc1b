// The learning rate that a rank and a multiplier ask of Adam.
import Text

/// The rate as three numbers, because two edges of stability differ and the better one depends on the task.
///
/// The anchor is LoRA(r=16, alpha=32) at 2e-4, the common setting for language models of some billion
/// parameters. From there the edge of a first step goes as 1/(s·r), that of a trained adapter as 1/s. The
/// rates that trained best on small CPU models stand between, at 1/(s·√r), the inverse of B's first gradient:
/// one constant hits the best rate within a factor of 2 for all 8 settings of a perceptron (r = 16 to 64,
/// s = 0.5 to 16, grid of 5e-5 to 1e-3), and within 2.5 for all 16 of a small Llama (r = 4 to 128). "LoRA
/// Without Regret" finds the best rate almost free of the rank under alpha/r, which is 1/(s·r).
package struct AdamRate: Equatable, Sendable {
  package static let anchor = 2e-4
  static let anchorRank = 16.0
  static let anchorMultiplier = 2.0
  package static let anchorName = "LoRA(r=16, alpha=32)"
  /// What is said wherever a rate is advised.
  package static let caveat =
    "Rates of the bench or of a paper do not carry over to a large model; ratios and slopes do."
  /// How far from both estimates a rate is called far.
  static let tolerance = 5.0

  /// By 1/(s·√r).
  package var usual: Double
  /// By 1/(s·r).
  package var byFirstStep: Double

  /// Both arguments must be positive.
  package init(multiplier: Double, rank: Double) {
    let ratio = AdamRate.anchorRank / rank
    let base = AdamRate.anchor * AdamRate.anchorMultiplier / multiplier
    usual = base * ratio.squareRoot()
    byFirstStep = base * ratio
  }

  /// The rate over that of the anchor: what carries over to another model.
  package var ratio: Double { usual / AdamRate.anchor }

  /// "about 0.125 times the rate that is best for LoRA(r=16, alpha=32): 2.5e-5 where that is 2e-4".
  var advice: String {
    let best = "the rate that is best for \(AdamRate.anchorName)"
    let anchor = NumberFormat.asRate(AdamRate.anchor)
    return (ratio - 1).magnitude < 0.005
      ? "\(best), often \(anchor)"
      : "about \(NumberFormat.threeFigures(ratio)) times \(best): \(NumberFormat.threeFigures(usual)) where that is \(anchor)"
  }

  /// The rate that is far too high by both estimates.
  package var highest: Double { AdamRate.tolerance * max(usual, byFirstStep) }
  /// The rate that is slow by both.
  package var lowest: Double { min(usual, byFirstStep) / AdamRate.tolerance }
}
