// Rules about alpha, rank and the multiplier that they give.
import Adapters

extension LintRules {
  static let scaling: [LintRule] = [
    rslora, alphaDefault, alphaFollowsRank, multiplierLarge, multiplierSmall, gaussian, loaders, unstated,
  ]

  /// What all multipliers are compared with: LoRA(r=16, alpha=32).
  private static let anchorMultiplier = 2.0
  private static let anchorRank = 16.0
  private static let anchorName = "LoRA(r=16, alpha=32)"
  private static let measured = "measured on a small perceptron and a small transformer"

  /// The size of B's first gradient against the anchor's: s·√r over its value there.
  private static func gradientRatio(_ s: Double, _ rank: Double) -> Double {
    s * rank.squareRoot() / (anchorMultiplier * anchorRank.squareRoot())
  }

  /// "alpha=16 gives 2".
  private static func alternative(_ rule: ScalingRule, rank: Double, multiplier s: Double) -> String {
    "lora_alpha=\(Figures.typed(rule.alpha(multiplier: s, rank: rank))) gives \(Figures.text(s))"
  }

  /// Whether rsLoRA's alpha was made from the rank: the theorem needs one that does not depend on it.
  static func growsUnderRSLoRA(_ subject: LintSubject) -> Bool {
    guard subject.rule == .rslora, let rank = subject.rank, let alpha = subject.alpha else { return false }
    return rank > 0 && alpha >= rank && alpha.isFinite && subject.alphaOrigin != .defaulted
  }

  private static let rslora = LintRule(
    "rslora-alpha-rank", "rsLoRA with an alpha that follows the rank",
    source: "Kalajdzievski 2023, arXiv 2312.03732, theorem 3.2; \(measured)"
  ) { subject in
    guard growsUnderRSLoRA(subject), let rank = subject.rank, let alpha = subject.alpha,
      let s = subject.multiplier
    else { return [] }
    let isHot = s > anchorMultiplier
    let habit =
      alpha == rank ? "equals r" : alpha == 2 * rank ? "is 2r" : "is above r"
    let rate = AdamRate(multiplier: s, rank: rank)
    let sgd = s * s * rank / (anchorMultiplier * anchorMultiplier * anchorRank)
    let adam = s * rank / (anchorMultiplier * anchorRank)
    let fixed = 8.0
    let fixedMultiplier = fixed / rank.squareRoot()
    return [
      LintRule.Fault(
        isHot ? .warning : .note,
        "lora_alpha=\(Figures.exact(alpha)) \(habit) under rsLoRA: the multiplier is \(Figures.text(s)), "
          + "\(Figures.text(s / anchorMultiplier)) times that of \(anchorName)",
        why:
          "The theorem asks for an alpha that does not depend on r; alpha = r makes the multiplier √r, which grows. "
          + (isHot
            ? "Against \(anchorName), the edge of SGD's first steps, 1/(s²·r), is \(Figures.text(sgd)) times lower, Adam's "
              + "1/(s·r) \(Figures.text(adam)) times."
            : "At this rank it does no harm; the same habit at a higher one does."),
        do: "Fix alpha: lora_alpha=8 gives \(Figures.text(fixedMultiplier)) at this rank and "
          + "\(Figures.text(anchorMultiplier)) at r=16. To keep \(Figures.exact(alpha)), a rate of about "
          + "\(Figures.text(rate.usual)) takes the place of \(Figures.exact(AdamRate.anchor)) with Adam.",
        shownBy: .alpha(fixed))
    ]
  }

  private static let alphaDefault = LintRule(
    "alpha-default", "an alpha left at its default while the rank was raised",
    source: "PEFT LoraConfig.lora_alpha, default 8; huggingface/lerobot#3573"
  ) { subject in
    let standard = subject.form == .unsloth ? 16.0 : 8
    guard let rank = subject.rank, rank > standard, subject.alpha == standard, let rule = subject.rule,
      rule == .lora || rule == .rslora, let s = subject.multiplier
    else { return [] }
    let severity: LintSeverity
    switch subject.alphaOrigin {
    case .stated: return []
    // Under rsLoRA a fixed alpha of 8 is what a rank of 16 asks for.
    case .defaulted: severity = rule == .lora ? .warning : .note
    case .unknown:
      guard rule == .lora, rank >= 4 * standard else { return [] }
      severity = .note
    }
    let origin = subject.alphaOrigin == .defaulted ? "is left at its default" : "is the default"
    return [
      LintRule.Fault(
        severity,
        "lora_alpha \(origin) \(Figures.exact(standard)) at r=\(Figures.exact(rank)): the multiplier is \(Figures.text(s))",
        why: rule == .lora
          ? "alpha/r falls as the rank rises, and what the adapter adds is damped \(Figures.text(rank / standard)) "
            + "times against the default rank. Nothing breaks; it learns slowly."
          : "Under rsLoRA a fixed alpha is right; it is better written down than left to a default.",
        do: rule == .lora
          ? "\(alternative(.lora, rank: rank, multiplier: 2)), \(alternative(.lora, rank: rank, multiplier: 1)); "
            + "or keep it and raise the learning rate to about "
            + "\(Figures.text(AdamRate(multiplier: s, rank: rank).usual)) with Adam."
          : "Write lora_alpha=\(Figures.exact(standard)).",
        shownBy: rule == .lora ? .alpha(rule.alpha(multiplier: anchorMultiplier, rank: rank)) : nil)
    ]
  }

  private static let alphaFollowsRank = LintRule(
    "alpha-follows-rank", "alpha = 2r at a high rank: a multiplier that does not fall while r grows",
    source: "Kalajdzievski 2023, arXiv 2312.03732; \(measured)"
  ) { subject in
    guard subject.rule == .lora, let rank = subject.rank, let alpha = subject.alpha,
      let s = subject.multiplier,
      rank >= 64, alpha >= 2 * rank
    else { return [] }
    let rate = AdamRate(multiplier: s, rank: rank)
    let training = subject.training
    let isFast =
      if let stated = training.learningRate, training.optimizer != .sgd { stated > rate.highest } else {
        false
      }
    let isRisky = training.optimizer == .sgd || isFast
    let edge = s * s * rank / (anchorMultiplier * anchorMultiplier * anchorRank)
    var reason =
      "With alpha = 2r the multiplier is 2 at every rank: the gradient grows as √r, and the edge of SGD's first steps is "
      + "\(Figures.text(edge)) times lower than at r=16. A perceptron lost its runs there (edge r^-0.79), a small transformer kept "
      + "its edge; with a fixed alpha neither got less stable."
    if training.optimizer != .sgd {
      reason += " Under Adam the best rate falls as 1/√r."
    } else {
      if let warmup = training.warmup, warmup > 0 {
        reason += " A warm-up does not mend it (5 of 5 runs lost)."
      }
      if let clip = training.clip, clip > 0 {
        reason += " Clipping turns the NaN into a loss that stays flat and high."
      }
    }
    return [
      LintRule.Fault(
        isRisky ? .warning : .note,
        "lora_alpha=\(Figures.exact(alpha)) at r=\(Figures.exact(rank)) keeps the multiplier at \(Figures.text(s))"
          + (isRisky
            ? (training.optimizer == .sgd
              ? ", with SGD" : ", at lr=\(Figures.exact(training.learningRate ?? 0))") : ""),
        why: reason,
        do: training.optimizer == .sgd
          ? "Keep alpha at 32 (multiplier \(Figures.text(32 / rank))), or divide the rate of r=16 by "
            + "\(Figures.text(edge)), or use AdamW."
          : "Keep alpha at 32 (multiplier \(Figures.text(32 / rank))), or train with Adam at about "
            + "\(Figures.text(rate.usual)).",
        shownBy: .alpha(32))
    ]
  }

  private static let multiplierLarge = LintRule(
    "multiplier-large", "a multiplier far above those that are in use",
    source: "the first gradient of B goes as s·√r; \(measured)"
  ) { subject in
    guard let s = subject.multiplier, let rank = subject.rank, s > 0, !growsUnderRSLoRA(subject) else {
      return []
    }
    let ratio = gradientRatio(s, rank)
    guard ratio > 10, let rule = subject.rule else { return [] }
    return [
      LintRule.Fault(
        .warning,
        "the multiplier is \(Figures.text(s)) at r=\(Figures.exact(rank)): the first gradient of B is "
          + "\(Figures.text(ratio)) times that of \(anchorName)",
        why: "Rates that are usual elsewhere are far too high here.",
        do: "\(alternative(rule, rank: rank, multiplier: anchorMultiplier)); with this one, Adam wants about "
          + "\(Figures.text(AdamRate(multiplier: s, rank: rank).usual)).",
        shownBy: .alpha(rule.alpha(multiplier: anchorMultiplier, rank: rank)))
    ]
  }

  private static let multiplierSmall = LintRule(
    "multiplier-small", "a multiplier so small that the adapter hardly learns",
    source: "the first gradient of B goes as s·√r; \(measured)"
  ) { subject in
    guard let s = subject.multiplier, let rank = subject.rank, s > 0, let rule = subject.rule else {
      return []
    }
    let ratio = gradientRatio(s, rank)
    guard ratio < 0.03 else { return [] }
    return [
      LintRule.Fault(
        .note,
        "the multiplier is \(Figures.text(s)) at r=\(Figures.exact(rank)): the first gradient of B is "
          + "\(Figures.text(1 / ratio)) times smaller than that of \(anchorName)",
        why: "Nothing breaks; the adapter learns slowly at the usual rates.",
        do: "\(alternative(rule, rank: rank, multiplier: anchorMultiplier)); with this one, Adam wants about "
          + "\(Figures.text(AdamRate(multiplier: s, rank: rank).usual)).",
        shownBy: .alpha(rule.alpha(multiplier: anchorMultiplier, rank: rank)))
    ]
  }

  private static let gaussian = LintRule(
    "gaussian-rslora", "gaussian initialisation with rsLoRA",
    source: "Kalajdzievski 2023, arXiv 2312.03732, theorem 3.2; PEFT init_lora_weights=\"gaussian\""
  ) { subject in
    guard subject.rule == .rslora, subject.initialization == .gaussian else { return [] }
    let size = subject.rank.map { $0 > 0 ? " (\(Figures.text(1 / $0)) here)" : "" } ?? ""
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
    guard subject.form == .file, subject.rule == .rslora, let rank = subject.rank, rank > 0,
      let alpha = subject.alpha, let s = subject.multiplier
    else { return [] }
    return [
      LintRule.Fault(
        .note,
        "\(AdapterLoader.names(unawareLoaders)) ignore use_rslora and would scale by "
          + "\(Figures.text(alpha / rank)), not \(Figures.text(s))",
        why:
          "The multiplier is not stored but computed on loading; a loader that knows alpha/r alone is wrong by √r = "
          + "\(Figures.text(rank.squareRoot())).",
        do: subject.rankPattern.isEmpty
          ? "For those, write use_rslora=false with lora_alpha=\(Figures.typed(s * rank)): the same multiplier."
          : "For those, write use_rslora=false, lora_alpha=\(Figures.typed(s * rank)) and an alpha_pattern with "
            + "alpha·√r for each rank of rank_pattern.")
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
    guard !missing.isEmpty, let s = subject.multiplier else { return [] }
    return [
      LintRule.Fault(
        .note,
        "the file does not state \(Figures.listed(missing)): the multiplier is \(Figures.text(s)) by defaults",
        why:
          "A missing r or lora_alpha means 8, a missing use_rslora alpha/r, without any message on loading.",
        do: "State all three.")
    ]
  }
}
