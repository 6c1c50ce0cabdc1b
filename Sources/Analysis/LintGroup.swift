// Modules that share a multiplier: what rules about scaling look at, one group after another.
import Adapters
import Text

/// All modules of one rank and one alpha.
struct LintGroup {
  /// What names them, as in the rows.
  var modules: [String]
  var rank: Double
  var alpha: Double
  /// s of s·B·A·x; finite.
  var multiplier: Double
  var rule: ScalingRule
  /// Whether alpha is a rule of the rank, `2*r`.
  var hasFormula: Bool
  /// The keys that give rank and alpha; empty where `r` and `lora_alpha` do.
  var rankKeys: [String]
  var alphaKeys: [String]

  /// The keys that an alpha of these modules alone is written under; empty for `lora_alpha`.
  var ownKeys: [String] { alphaKeys.isEmpty ? rankKeys : alphaKeys }

  /// `lora_alpha=64`, or `alpha=64` where a key or a rule gives it.
  var alphaText: String {
    (alphaKeys.isEmpty && !hasFormula ? "lora_alpha=" : "alpha=") + NumberFormat.asRate(alpha)
  }

  /// "q_proj, k_proj and 5 more".
  var name: String {
    guard modules.count > 4 else {
      guard let last = modules.last, modules.count > 1 else { return modules.first ?? "" }
      return modules.dropLast().joined(separator: ", ") + " and " + last
    }
    return modules.prefix(3).joined(separator: ", ") + " and \(modules.count - 3) more"
  }

  /// The rate that it asks of Adam; nil where the multiplier is not above 0.
  var rate: AdamRate? { multiplier > 0 ? AdamRate(multiplier: multiplier, rank: rank) : nil }

  /// The alpha that gives these modules the multiplier s, as PEFT's arguments write it.
  func text(alpha: Double, keys: [String]) -> String { LintRemedy.alpha(alpha, keys: keys).text }
}

extension LintSubject {
  /// The rows whose multiplier is known, those of one rank and alpha together, in the order of the first of each.
  var groups: [LintGroup] {
    guard let rule else { return [] }
    var groups: [LintGroup] = []
    for row in scaledRows {
      guard let rank = row.rank, rank > 0, rank.isFinite, let alpha = row.alpha, alpha.isFinite else {
        continue
      }
      let number = groups.firstIndex { group in
        group.rank == rank && group.alpha == alpha && group.alphaKeys.isEmpty == (row.alphaKey == nil)
          && group.rankKeys.isEmpty == (row.rankKey == nil)
      }
      var group =
        number.map { groups[$0] }
        ?? LintGroup(
          modules: [], rank: rank, alpha: alpha, multiplier: rule.multiplier(alpha: alpha, rank: rank),
          rule: rule, hasFormula: alphaFormula != nil, rankKeys: [], alphaKeys: [])
      guard group.multiplier.isFinite else { continue }
      group.modules.append(row.modules)
      if let key = row.rankKey, !group.rankKeys.contains(key) { group.rankKeys.append(key) }
      if let key = row.alphaKey, !group.alphaKeys.contains(key) { group.alphaKeys.append(key) }
      if let number { groups[number] = group } else { groups.append(group) }
    }
    return groups
  }

  /// Whether a sentence about a group must say which modules it means.
  var hasSeveralGroups: Bool {
    guard let first = scaledRows.first else { return false }
    return scaledRows.contains { $0.rank != first.rank || $0.alpha != first.alpha }
  }
}

extension LintRules {
  /// What a rule says of each group that has a fault; of many groups the first three stand for all.
  static func faults(_ subject: LintSubject, _ check: (LintGroup) -> LintRule.Fault?) -> [LintRule.Fault] {
    let found = subject.groups.compactMap { group in
      check(group).map { fault -> LintRule.Fault in
        var fault = fault
        if subject.hasSeveralGroups { fault.message = "\(group.name): \(fault.message)" }
        return fault
      }
    }
    guard found.count > 3 else { return found }
    var shown = Array(found.prefix(3))
    shown[2].reason += " \(found.count - 3) more groups of modules have the same fault."
    return shown
  }

  /// "lora_alpha=128 gives 2": the alpha for a multiplier, written where it reaches these modules.
  static func alternative(_ group: LintGroup, multiplier s: Double) -> String {
    let alpha = group.rule.alpha(multiplier: s, rank: group.rank)
    return "\(group.text(alpha: alpha, keys: group.ownKeys)) gives \(NumberFormat.threeFigures(s))"
  }

  /// What an alpha for one group does to others that share what it is written under; empty where it reaches no others.
  static func reach(
    _ alpha: Double, keys: [String], from group: LintGroup, _ subject: LintSubject
  ) -> String {
    let others = subject.groups.filter { other in
      other.rank != group.rank
        && (keys.isEmpty ? other.alphaKeys.isEmpty : other.alphaKeys.contains(where: keys.contains))
    }
    guard !others.isEmpty else { return "" }
    let parts = others.prefix(3).map { other in
      "\(other.name) (r=\(NumberFormat.asRate(other.rank))) to "
        + NumberFormat.threeFigures(other.rule.multiplier(alpha: alpha, rank: other.rank))
    }
    return " It also sets " + parts.joined(separator: ", ") + (others.count > 3 ? " and others." : ".")
  }
}
