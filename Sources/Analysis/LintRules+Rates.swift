// Rules about the learning rate.
import Text

extension LintRules {
  static let rates: [LintRule] = [rateRange, rateHigh, rateLow, rateDefault]

  private static let rateSource =
    "anchor 2e-4 at LoRA(r=16, alpha=32); best rates go as 1/(s·√r), measured on a small perceptron and a small Llama"

  /// The stated rate where it can be held against what modules ask of Adam; nil where it is unknown or out of range, or
  /// the optimiser is not Adam's kind.
  private static func adamRate(_ subject: LintSubject) -> Double? {
    guard let rate = subject.training.learningRate, rate > 0, rate.isFinite else { return nil }
    switch subject.training.optimizer {
    case .adam, nil: return rate
    case .sgd, .other: return nil
    }
  }

  /// The group that asks for the lowest rate: all modules are trained with one. nil where no multiplier is known.
  private static func hottest(_ subject: LintSubject) -> (group: LintGroup, rate: AdamRate)? {
    subject.groups.compactMap { group in group.rate.map { (group: group, rate: $0) } }
      .min { $0.rate.highest < $1.rate.highest }
  }

  /// "a multiplier of 2 at r=16 (q_proj)".
  private static func name(_ group: LintGroup, _ subject: LintSubject) -> String {
    "a multiplier of \(NumberFormat.threeFigures(group.multiplier)) at r=\(NumberFormat.asRate(group.rank))"
      + (subject.hasSeveralGroups ? " (\(group.name))" : "")
  }

  private static let rateRange = LintRule(
    "learning-rate-invalid", "a learning rate that is 0, negative or not finite", source: "arithmetic"
  ) { subject in
    guard let rate = subject.training.learningRate, !(rate > 0 && rate.isFinite) else { return [] }
    return [
      LintRule.Fault(
        .error, "the learning rate must be above 0; it is \(NumberFormat.asRate(rate))",
        why: rate == 0 ? "No step changes anything." : "Steps would go uphill or nowhere.",
        do: "Write learning_rate=2e-4.")
    ]
  }

  private static let rateHigh = LintRule(
    "learning-rate-high", "a learning rate far above what rank and multiplier ask for", source: rateSource
  ) { subject in
    guard let rate = adamRate(subject), let hot = hottest(subject), rate > hot.rate.highest else {
      return []
    }
    let asked = hot.rate
    // Weights that are trained whole beside the adapter, such as a new head, want rates of their own.
    let hasHead = !subject.savedModules.isEmpty
    return [
      LintRule.Fault(
        hasHead ? .note : .warning,
        "lr=\(NumberFormat.asRate(rate)) is about \(NumberFormat.threeFigures((rate / asked.usual).rounded())) times what "
          + "\(name(hot.group, subject)) asks for where \(AdamRate.anchorName) wants \(NumberFormat.asRate(AdamRate.anchor))",
        why:
          "Adam's step changes the output as lr·s·r at first and as lr·s later; 2e-4 is usual where the multiplier is 2 "
          + "at r=16." + (hasHead ? " The modules in modules_to_save are trained at the same rate." : ""),
        do:
          "Try \(asked.advice), or at least less than \(NumberFormat.threeFigures(asked.highest)) there; or take a smaller "
          + "\(hot.group.alphaKeys.isEmpty ? "lora_alpha" : "alpha"). This is an order of magnitude, for language models.",
        advisesRate: true, shownBy: .learningRate(asked.usual))
    ]
  }

  private static let rateLow = LintRule(
    "learning-rate-low", "a learning rate far below what rank and multiplier ask for", source: rateSource
  ) { subject in
    // Where one group is fast enough, the others are a matter of their multipliers.
    guard subject.training.objective != .preference, let rate = adamRate(subject),
      let hot = hottest(subject), rate < hot.rate.lowest
    else { return [] }
    let asked = hot.rate
    return [
      LintRule.Fault(
        .note,
        "lr=\(NumberFormat.asRate(rate)) is about \(NumberFormat.threeFigures((asked.usual / rate).rounded())) times less than "
          + "\(name(hot.group, subject)) allows where \(AdamRate.anchorName) wants \(NumberFormat.asRate(AdamRate.anchor))",
        why:
          "The rates of full fine-tuning are about ten times below those of LoRA; nothing breaks, it learns slowly.",
        do: "Try \(asked.advice). This is an order of magnitude, for language models.",
        advisesRate: true, shownBy: .learningRate(asked.usual))
    ]
  }

  private static let rateDefault = LintRule(
    "learning-rate-default", "a learning rate left at the trainer's default",
    source: "transformers TrainingArguments, default 5e-5; TRL SFTConfig, default 2e-5; LoRA Without Regret"
  ) { subject in
    guard let name = subject.training.rateDefaultOf, let rate = subject.training.learningRate,
      subject.training.objective != .preference
    else { return [] }
    let asked = hottest(subject)?.rate
    return [
      LintRule.Fault(
        .note, "the learning rate is left at \(name)'s default of \(NumberFormat.asRate(rate))",
        why: "That default is for full fine-tuning; LoRA's best rates are about ten times higher.",
        do:
          "Try \(asked?.advice ?? "the rate that is best for \(AdamRate.anchorName), often 2e-4, and from there 1/(s·√r)").",
        advisesRate: true, shownBy: asked.map { .learningRate($0.usual) })
    ]
  }
}
