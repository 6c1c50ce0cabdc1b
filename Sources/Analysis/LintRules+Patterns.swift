// Rules about rank_pattern and alpha_pattern.
import Adapters
import Text

extension LintRules {
  static let patterns: [LintRule] = [
    patternInvalid, patternAnchored, patternUnmatched, patternLoose, patternAlpha,
  ]

  private static let source = "PEFT LoraConfig.rank_pattern and alpha_pattern; huggingface/peft#3582"

  /// Every key with the field in which it stands.
  private static func keys(_ subject: LintSubject) -> [(field: String, key: String)] {
    subject.rankPattern.map { ("rank_pattern", $0.key) }
      + subject.alphaPattern.map { ("alpha_pattern", $0.key) }
  }

  /// A key that begins with the start of the whole path and names one module: it matches nothing nested.
  static func isAnchored(_ key: String) -> Bool {
    key.hasPrefix("^") && !key.contains(".") && !key.contains("|")
  }

  private static let patternInvalid = LintRule(
    "pattern-invalid", "a pattern that is no regular expression", source: source
  ) { subject in
    keys(subject).compactMap { field, key in
      guard let flaw = PathPattern.flaw(key) else { return nil }
      return LintRule.Fault(
        .error, "the key \"\(key)\" of `\(field)` is no regular expression", why: "\(flaw).",
        do:
          "Keys are regular expressions for the end of a path, from a dot on: \"q_proj\", \"layers\\.0\\..*q_proj\"."
      )
    }
  }

  private static let patternAnchored = LintRule(
    "pattern-anchored", "a pattern whose ^ keeps it from matching", source: "\(source); huggingface/peft#2419"
  ) { subject in
    keys(subject).filter { isAnchored($0.key) }.map { field, key in
      LintRule.Fault(
        .warning, "the key \"\(key)\" of `\(field)` matches no nested module",
        why:
          "PEFT puts (.*\\.)? before the key, so ^ means the beginning of the whole path. It is silent about keys that "
          + "match nothing.",
        do: "Write \"\(key.dropFirst())\".")
    }
  }

  private static let patternUnmatched = LintRule(
    "pattern-unmatched", "a pattern that matches no adapted module", source: source
  ) { subject in
    keys(subject).filter { !isAnchored($0.key) && PathPattern.flaw($0.key) == nil }.compactMap { field, key in
      let adapted: [String]
      if let modules = subject.targetedModules {
        guard let pattern = PathPattern(key: key), !modules.contains(where: { pattern.matches($0.path) })
        else { return nil }
        adapted = distinctNames(modules)
      } else {
        guard case .names(let names)? = subject.targets, !names.isEmpty, !canMatch(key, names) else {
          return nil
        }
        adapted = names
      }
      return LintRule.Fault(
        .warning, "the key \"\(key)\" of `\(field)` matches no adapted module",
        why:
          "A key must match the end of a path from a dot on: \"proj\" does not match q_proj. PEFT is silent about it.",
        do: "Adapted are: \(adapted.prefix(12).joined(separator: ", ")).")
    }
  }

  /// Whether a key can match a path that ends in one of the targets, without knowing the model: false only where it
  /// cannot for certain.
  static func canMatch(_ key: String, _ targets: [String]) -> Bool {
    let letters: (Character) -> Bool = { $0.isLetter || $0.isNumber || $0 == "_" }
    let tail = String(key.reversed().prefix(while: letters).reversed())
    let lasts = targets.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
    if tail.count == key.count { return lasts.contains(key) }
    // A key such as `.*(q|v)` ends in no name: it is left alone.
    guard !tail.isEmpty, !key.contains("|"), !key.contains("\\w"), !key.contains("(?") else { return true }
    return lasts.contains { $0.hasSuffix(tail) || tail.hasSuffix($0) }
  }

  private static let patternLoose = LintRule(
    "pattern-loose", "a pattern for one layer that matches others too",
    source: "\(source), regular expressions"
  ) { subject in
    keys(subject).compactMap { field, key in
      // No number of a layer begins with 0 but 0 itself.
      guard let match = key.firstMatch(of: /layers\\?\.([1-9]\d*)\.\*/) else { return nil }
      let layer = match.1
      return LintRule.Fault(
        .note, "the key \"\(key)\" of `\(field)` also matches layers \(layer)0 to \(layer)9",
        why: ".* takes any characters, further digits too.",
        do: "Write \"\(key.replacing(match.0, with: "layers\\.\(layer)\\..*"))\".")
    }
  }

  private static let patternAlpha = LintRule(
    "rank-pattern-alpha", "ranks by pattern that share one alpha",
    source: "PEFT LoraConfig.rank_pattern and alpha_pattern"
  ) { subject in
    guard subject.rule == .lora, let base = subject.rank, base > 0, let alpha = subject.alpha, alpha > 0
    else {
      return []
    }
    // What r and lora_alpha give where no key changes the rank.
    let wanted = alpha / base
    let others = subject.groups.first { $0.rankKeys.isEmpty && $0.alphaKeys.isEmpty }
    return faults(subject) { group in
      guard !group.rankKeys.isEmpty, group.alphaKeys.isEmpty, group.alpha > 0 else { return nil }
      let ratio = wanted / group.multiplier
      guard ratio >= 4 || ratio <= 0.25 else { return nil }
      return LintRule.Fault(
        .note,
        "rank_pattern gives the multiplier \(NumberFormat.threeFigures(group.multiplier)) at r=\(NumberFormat.asRate(group.rank))"
          + (others.map { ", the others have \(NumberFormat.threeFigures($0.multiplier))" } ?? ""),
        why:
          "rank_pattern and alpha_pattern are looked up independently, and alpha/r follows each module's own rank.",
        do:
          "For the multiplier of \(NumberFormat.threeFigures(wanted)) that lora_alpha gives at r=\(NumberFormat.asRate(base)), write "
          + "\(group.text(alpha: wanted * group.rank, keys: group.rankKeys)).")
    }
  }
}
