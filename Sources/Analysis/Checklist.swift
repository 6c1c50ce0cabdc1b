// The article's checklist held against a setup, each item beside what is known of it.
package import Adapters
import Text

package struct ChecklistItem: Equatable, Sendable {
  package var item: String
  /// nil where the item is of another place than this one: a library's version, a GPU.
  package var isMet: Bool?
  package var remark: String
}

/// The items in the article's order. The rate is that of the setup; NaN where it is not known.
package func articleChecklist(_ configuration: LoRAConfiguration, rule: ScalingRule, learningRate: Double)
  -> [ChecklistItem]
{
  let rank = configuration.rank
  let alpha = configuration.alpha.value(rank: Double(rank))
  let s = configuration.multiplier(rule, rank: rank)
  // The article's two points, 2e-4 at rank 16 and 1e-4 at rank 64, on a power of the rank.
  let asked = 2e-4 * (16 / Double(rank)).squareRoot()
  return [
    ChecklistItem(
      item: "PEFT ≥ 0.7.0", isMet: nil,
      remark: "of the training machine; use_rslora came with 0.8.0, so 0.7 is too old"),
    ChecklistItem(
      item: "use_rslora=True", isMet: rule == .rslora,
      remark: rule == .rslora
        ? "s = alpha/√r = \(NumberFormat.threeFigures(s))"
        : "the rule is \(rule.formula), s = \(NumberFormat.threeFigures(s)); rsLoRA with alpha="
          + "\(NumberFormat.typed(ScalingRule.rslora.alpha(multiplier: s, rank: Double(rank)))) is the same adapter"
    ),
    ChecklistItem(
      item: "alpha = rank", isMet: alpha == Double(rank),
      remark: rule == .rslora
        ? "under rsLoRA this makes s = √r, which grows with the rank: the theorem asks for a fixed alpha"
        : "under \(rule.formula) this makes s = \(NumberFormat.threeFigures(rule.multiplier(alpha: Double(rank), rank: Double(rank))))"
    ),
    ChecklistItem(
      item: "lower learning rate at higher rank",
      isMet: learningRate > 0 ? learningRate <= asked * 1.01 : nil,
      remark: "the article's 2e-4 at r=16 and 1e-4 at r=64 give \(NumberFormat.threeFigures(asked)) here"
        + (s > 0
          ? "; 2e-4·(2/s)·√(16/r) is \(NumberFormat.threeFigures(AdamRate(multiplier: s, rank: Double(rank)).usual))"
          : "")
    ),
    ChecklistItem(
      item: "gradient checkpointing", isMet: nil, remark: "saves memory on the GPU; the numbers are the same"),
    ChecklistItem(item: "Unsloth for consumer GPUs", isMet: nil, remark: "there is no GPU here"),
  ]
}
