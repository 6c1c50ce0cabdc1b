// Rules about alpha, rank and the multiplier that they give.
import Adapters
import Text

extension LintRules {
  static let scaling: [LintRule] = [
    rslora, alphaDefault, alphaFollowsRank, multiplierLarge, multiplierSmall, gaussian, loaders, unstated,
  ]

  /// What all multipliers are compared with: LoRA(r=16, alpha=32).
  private static let anchorMultiplier = AdamRate.anchorMultiplier
  private static let anchorRank = AdamRate.anchorRank
  private static let anchorName = AdamRate.anchorName
  private static let measured = "measured on a small perceptron and a small transformer"

  /// The size of B's first gradient against the anchor's: s·√r over its value there.
  private static func gradientRatio(_ group: LintGroup) -> Double {
    group.multiplier * group.rank.squareRoot() / (anchorMultiplier * anchorRank.squareRoot())
  }

  /// Whether rsLoRA's alpha was made from the rank: the theorem needs one that does not depend on it.
  private static func growsUnderRSLoRA(_ group: LintGroup, _ subject: LintSubject) -> Bool {
    guard group.rule == .rslora, group.alpha >= group.rank else { return false }
    return !group.alphaKeys.isEmpty || subject.alphaOrigin != .defaulted
  }

  private static let rslora = LintRule(
    "rslora-alpha-rank", "rsLoRA with an alpha that follows the rank",
    source: "Kalajdzievski 2023, arXiv 2312.03732, theorem 3.2; \(measured)"
  ) { subject in
    let fixed = 8.0
    return faults(subject) { group in
      // An alpha of 8 is the fixed one that is advised.
      guard growsUnderRSLoRA(group, subject), group.alpha != fixed, let rate = group.rate else { return nil }
      let (rank, alpha, s) = (group.rank, group.alpha, group.multiplier)
      let isHot = s > anchorMultiplier
      let habit = alpha == rank ? "equals r" : alpha == 2 * rank ? "is 2r" : "is above r"
      let sgd = s * s * rank / (anchorMultiplier * anchorMultiplier * anchorRank)
      let adam = s * rank / (anchorMultiplier * anchorRank)
      // One alpha for all ranks is what the theorem asks for, so `lora_alpha` may reach other modules too.
      let advice = group.text(alpha: fixed, keys: group.alphaKeys)
      return LintRule.Fault(
        isHot ? .warning : .note,
        "\(group.alphaText) \(habit) under rsLoRA: the multiplier is \(NumberFormat.threeFigures(s)), "
          + "\(NumberFormat.threeFigures(s / anchorMultiplier)) times that of \(anchorName)",
        why:
          "The theorem asks for an alpha that does not depend on r; alpha = r makes the multiplier √r, which grows. "
          + (isHot
            ? "Against \(anchorName), the edge of SGD's first steps, 1/(s²·r), is \(NumberFormat.threeFigures(sgd)) times lower, Adam's "
              + "1/(s·r) \(NumberFormat.threeFigures(adam)) times."
            : "At this rank it does no harm; the same habit at a higher one does."),
        do:
          "Fix alpha: \(advice) gives \(NumberFormat.threeFigures(fixed / rank.squareRoot())) at this rank and "
          + "\(NumberFormat.threeFigures(anchorMultiplier)) at r=16."
          + reach(fixed, keys: group.alphaKeys, from: group, subject)
          + " To keep \(NumberFormat.asRate(alpha)) with Adam, take \(rate.advice).",
        advisesRate: true, shownBy: .alpha(fixed, keys: group.alphaKeys))
    }
  }

  private static let alphaDefault = LintRule(
    "alpha-default", "an alpha left at its default while the rank was raised",
    source: "PEFT LoraConfig.lora_alpha, default 8; huggingface/lerobot#3573"
  ) { subject in
    let standard = subject.form == .unsloth ? 16.0 : 8
    return faults(subject) { group in
      let rule = group.rule
      guard group.alphaKeys.isEmpty, group.alpha == standard, group.rank > standard,
        rule == .lora || rule == .rslora, let rate = group.rate
      else { return nil }
      let severity: LintSeverity
      switch subject.alphaOrigin {
      case .stated: return nil
      // Under rsLoRA a fixed alpha of 8 is what a rank of 16 asks for.
      case .defaulted: severity = rule == .lora ? .warning : .note
      case .unknown:
        guard rule == .lora, group.rank >= 4 * standard else { return nil }
        severity = .note
      }
      let origin = subject.alphaOrigin == .defaulted ? "is left at its default" : "is the default"
      let alpha = rule.alpha(multiplier: anchorMultiplier, rank: group.rank)
      return LintRule.Fault(
        severity,
        "lora_alpha \(origin) \(NumberFormat.asRate(standard)) at r=\(NumberFormat.asRate(group.rank)): the multiplier is "
          + NumberFormat.threeFigures(group.multiplier),
        why: rule == .lora
          ? "alpha/r falls as the rank rises, and what the adapter adds is damped \(NumberFormat.threeFigures(group.rank / standard)) "
            + "times against the default rank. Nothing breaks; it learns slowly."
          : "Under rsLoRA a fixed alpha is right; it is better written down than left to a default.",
        do: rule == .lora
          ? "\(alternative(group, multiplier: 2)), \(alternative(group, multiplier: 1))"
            + "; or keep it and raise the learning rate: with Adam to \(rate.advice)."
            + reach(alpha, keys: group.ownKeys, from: group, subject)
          : "Write lora_alpha=\(NumberFormat.asRate(standard)).",
        advisesRate: rule == .lora,
        shownBy: rule == .lora ? .alpha(alpha, keys: group.ownKeys) : nil)
    }
  }

  private static let alphaFollowsRank = LintRule(
    "alpha-follows-rank", "alpha = 2r at a high rank: a multiplier that does not fall while r grows",
    source: "Kalajdzievski 2023, arXiv 2312.03732; \(measured)"
  ) { subject in
    let training = subject.training
    return faults(subject) { group in
      let (rank, s) = (group.rank, group.multiplier)
      guard group.rule == .lora, rank >= 64, group.alpha >= 2 * rank, let rate = group.rate else {
        return nil
      }
      let isSGD = training.optimizer == .sgd
      let fast = isSGD ? nil : training.learningRate.flatMap { $0 > rate.highest ? $0 : nil }
      let edge = s * s * rank / (anchorMultiplier * anchorMultiplier * anchorRank)
      var reason =
        (s == 2
          ? "With alpha = 2r the multiplier is 2 at every rank"
          : "With an alpha that grows with r the multiplier does not fall")
        + ": the gradient grows as √r, and the edge of SGD's first steps is "
        + "\(NumberFormat.threeFigures(edge)) times lower than at r=16 and alpha=32. A perceptron lost its runs there (edge r^-0.79), a small "
        + "transformer kept its edge; with a fixed alpha neither got less stable."
      if isSGD {
        if let warmup = training.warmup, warmup > 0 {
          reason += " A warm-up does not mend it (5 of 5 runs lost)."
        }
        if let clip = training.clip, clip > 0 {
          reason += " Clipping turns the NaN into a loss that stays flat and high."
        }
      } else {
        reason += " Under Adam the best rate falls as 1/√r."
      }
      let keep = group.text(alpha: 32, keys: group.ownKeys)
      return LintRule.Fault(
        isSGD || fast != nil ? .warning : .note,
        "\(group.alphaText) at r=\(NumberFormat.asRate(rank)) keeps the multiplier at \(NumberFormat.threeFigures(s))"
          + (isSGD ? ", with SGD" : fast.map { ", at lr=\(NumberFormat.asRate($0))" } ?? ""),
        why: reason,
        do: "Keep alpha at 32: \(keep) gives \(NumberFormat.threeFigures(32 / rank)); or "
          + (isSGD
            ? "divide the rate that is best for \(anchorName) by \(NumberFormat.threeFigures(edge)), or use AdamW."
            : "train with Adam at \(rate.advice).")
          + reach(32, keys: group.ownKeys, from: group, subject),
        advisesRate: true, shownBy: .alpha(32, keys: group.ownKeys))
    }
  }

  private static let multiplierLarge = LintRule(
    "multiplier-large", "a multiplier far above those that are in use",
    source: "the first gradient of B goes as s·√r; \(measured)"
  ) { subject in
    faults(subject) { group in
      let ratio = gradientRatio(group)
      guard ratio > 10, !growsUnderRSLoRA(group, subject), let rate = group.rate else { return nil }
      let alpha = group.rule.alpha(multiplier: anchorMultiplier, rank: group.rank)
      return LintRule.Fault(
        .warning,
        "the multiplier is \(NumberFormat.threeFigures(group.multiplier)) at r=\(NumberFormat.asRate(group.rank)): the first gradient of B "
          + "is \(NumberFormat.threeFigures(ratio)) times that of \(anchorName)",
        why: "Rates that are usual elsewhere are far too high here.",
        do: "\(alternative(group, multiplier: anchorMultiplier)); with this one, Adam wants \(rate.advice)."
          + reach(alpha, keys: group.ownKeys, from: group, subject),
        advisesRate: true, shownBy: .alpha(alpha, keys: group.ownKeys))
    }
  }

  private static let multiplierSmall = LintRule(
    "multiplier-small", "a multiplier so small that the adapter hardly learns",
    source: "the first gradient of B goes as s·√r; \(measured)"
  ) { subject in
    faults(subject) { group in
      let ratio = gradientRatio(group)
      guard ratio < 0.03, let rate = group.rate else { return nil }
      let alpha = group.rule.alpha(multiplier: anchorMultiplier, rank: group.rank)
      return LintRule.Fault(
        .note,
        "the multiplier is \(NumberFormat.threeFigures(group.multiplier)) at r=\(NumberFormat.asRate(group.rank)): the first gradient of B "
          + "is \(NumberFormat.threeFigures(1 / ratio)) times smaller than that of \(anchorName)",
        why: "Nothing breaks; the adapter learns slowly at the usual rates.",
        do: "\(alternative(group, multiplier: anchorMultiplier)); with this one, Adam wants \(rate.advice)."
          + reach(alpha, keys: group.ownKeys, from: group, subject),
        advisesRate: true, shownBy: .alpha(alpha, keys: group.ownKeys))
    }
  }

  private static let gaussian = LintRule(
    "gaussian-rslora", "gaussian initialisation with rsLoRA",
    source: "Kalajdzievski 2023, arXiv 2312.03732, theorem 3.2; PEFT init_lora_weights=\"gaussian\""
  ) { subject in
    guard subject.rule == .rslora, subject.initialization == .gaussian else { return [] }
    let ranks = Set(subject.scaledRows.compactMap(\.rank)).filter { $0 > 0 && $0.isFinite }.sorted()
    let size =
      switch ranks.count {
      case 0: ""
      case 1: " (\(NumberFormat.threeFigures(1 / ranks[0])) here)"
      default:
        " (\(NumberFormat.threeFigures(1 / ranks[0])) at r=\(NumberFormat.asRate(ranks[0])), "
          + "\(NumberFormat.threeFigures(1 / ranks[ranks.count - 1])) at r=\(NumberFormat.asRate(ranks[ranks.count - 1])))"
      }
    return [
      LintRule.Fault(
        .warning, "init_lora_weights=\"gaussian\" undoes rsLoRA's scaling",
        why:
          "PEFT draws A with a deviation of 1/r\(size), and the theorem needs a variance that does not depend on r: "
          + "E[AᵀA] shrinks as 1/r, and the gradient norm falls as 1/r in place of staying (measured exponent -1.01).",
        do:
          "Leave init_lora_weights at True, whose deviation depends on the inputs only; or drop use_rslora.",
        shownBy: .kaimingInitialization)
    ]
  }

  private static let unawareLoaders = AdapterLoader.allCases.filter { !$0.readsRSLoRA }

  private static let loaders = LintRule(
    "rslora-loaders", "use_rslora in a configuration that other loaders read",
    source: unawareLoaders.map(\.source).joined(separator: "; ") + "; NVIDIA/TensorRT-LLM#1668"
  ) { subject in
    let groups = subject.groups
    guard subject.form == .file, subject.rule == .rslora, let first = groups.first else { return [] }
    func pair(_ group: LintGroup) -> String {
      "by \(NumberFormat.threeFigures(group.alpha / group.rank)), not \(NumberFormat.threeFigures(group.multiplier))"
    }
    let isOne = !subject.hasSeveralGroups
    let shown = groups.prefix(3).map { "\($0.name) \(pair($0))" }.joined(separator: "; ")
    let roots = isOne ? "√r = \(NumberFormat.threeFigures(first.rank.squareRoot()))" : "√r"
    // alpha·√r under alpha/r gives the multiplier of alpha under alpha/√r.
    let base = groups.first { $0.ownKeys.isEmpty }.map {
      "lora_alpha=\(NumberFormat.typed($0.multiplier * $0.rank))"
    }
    let keyed = groups.flatMap { group in
      group.ownKeys.map { (key: $0, alpha: NumberFormat.typed(group.multiplier * group.rank)) }
    }
    let isOneEach = Set(keyed.map(\.key)).count == keyed.count && keyed.count <= 8
    let pattern =
      isOneEach
      ? "alpha_pattern={\(keyed.map { "\(quoted($0.key)): \($0.alpha)" }.joined(separator: ", "))}"
      : "an alpha_pattern with alpha·√r for each of these modules"
    let advice = [base, keyed.isEmpty ? nil : pattern].compactMap { $0 }.joined(separator: " and ")
    return [
      LintRule.Fault(
        .note,
        "\(AdapterLoader.names(unawareLoaders)) ignore use_rslora and would scale "
          + (isOne ? pair(first) : shown + (groups.count > 3 ? " and so on" : "")),
        why:
          "The multiplier is not stored but computed on loading; a loader that knows alpha/r alone is wrong by \(roots).",
        do: "For those, write use_rslora=false with \(advice): the same multiplier\(isOne ? "" : "s").")
    ]
  }

  private static let unstated = LintRule(
    "scaling-unstated", "a file that leaves the rule or alpha to the loader's defaults",
    source: "PEFT LoraConfig"
  ) { subject in
    guard subject.form == .file, !subject.lacksAdapterType else { return [] }
    var missing: [String] = []
    if subject.rankOrigin == .defaulted { missing.append("r") }
    if subject.alphaOrigin == .defaulted { missing.append("lora_alpha") }
    if subject.ruleOrigin == .defaulted { missing.append("use_rslora") }
    let multipliers = Set(subject.groups.map(\.multiplier)).sorted()
    guard !missing.isEmpty, let least = multipliers.first, let most = multipliers.last else { return [] }
    return [
      LintRule.Fault(
        .note,
        "the file does not state \(listed(missing)): "
          + (least == most
            ? "the multiplier is \(NumberFormat.threeFigures(least))"
            : "the multipliers are \(NumberFormat.threeFigures(least)) to \(NumberFormat.threeFigures(most))")
          + " by defaults",
        why:
          "A missing r or lora_alpha means 8, a missing use_rslora alpha/r, without any message on loading.",
        do: "State all three.")
    ]
  }
}
