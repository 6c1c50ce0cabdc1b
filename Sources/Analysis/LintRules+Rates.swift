// Rules about the learning rate.

extension LintRules {
  static let rates: [LintRule] = [rateRange, rateHigh, rateLow, rateDefault]

  private static let rateSource =
    "anchor 2e-4 at LoRA(r=16, alpha=32); best rates go as 1/(s·√r), measured on a small perceptron and a small Llama"

  /// The stated rate and what the adapter asks for; nil where a part is unknown, or the optimiser is not Adam's kind.
  private static func comparison(_ subject: LintSubject) -> (
    rate: Double, asked: AdamRate, s: Double, rank: Double
  )? {
    guard let rate = subject.training.learningRate, rate > 0, rate.isFinite, let s = subject.multiplier,
      s > 0,
      let rank = subject.rank
    else { return nil }
    switch subject.training.optimizer {
    case .adam, nil: return (rate, AdamRate(multiplier: s, rank: rank), s, rank)
    case .sgd, .other: return nil
    }
  }

  private static let rateRange = LintRule(
    "learning-rate-invalid", "a learning rate that is 0, negative or not finite", source: "arithmetic"
  ) { subject in
    guard let rate = subject.training.learningRate, !(rate > 0 && rate.isFinite) else { return [] }
    return [
      LintRule.Fault(
        .error, "the learning rate must be above 0; it is \(Figures.exact(rate))",
        why: rate == 0 ? "No step changes anything." : "Steps would go uphill or nowhere.",
        do: "Write learning_rate=2e-4.")
    ]
  }

  private static let rateHigh = LintRule(
    "learning-rate-high", "a learning rate far above what rank and multiplier ask for", source: rateSource
  ) { subject in
    guard let (rate, asked, s, rank) = comparison(subject), rate > asked.highest else { return [] }
    // Weights that are trained whole beside the adapter, such as a new head, want rates of their own.
    let hasHead = !subject.savedModules.isEmpty
    return [
      LintRule.Fault(
        hasHead ? .note : .warning,
        "lr=\(Figures.exact(rate)) is about \(Figures.text((rate / asked.usual).rounded())) times what a multiplier of "
          + "\(Figures.text(s)) at r=\(Figures.exact(rank)) asks for",
        why:
          "Adam's step changes the output as lr·s·r at first and as lr·s later; 2e-4 is usual where the multiplier is 2 "
          + "at r=16." + (hasHead ? " The modules in modules_to_save are trained at the same rate." : ""),
        do:
          "Try \(Figures.text(asked.usual)), or at least less than \(Figures.text(asked.highest)); or take a smaller "
          + "lora_alpha. This is an order of magnitude, for language models.",
        shownBy: .learningRate(asked.usual))
    ]
  }

  private static let rateLow = LintRule(
    "learning-rate-low", "a learning rate far below what rank and multiplier ask for", source: rateSource
  ) { subject in
    guard subject.training.objective != .preference, let (rate, asked, s, rank) = comparison(subject),
      rate < asked.lowest
    else { return [] }
    return [
      LintRule.Fault(
        .note,
        "lr=\(Figures.exact(rate)) is about \(Figures.text((asked.usual / rate).rounded())) times less than a multiplier of "
          + "\(Figures.text(s)) at r=\(Figures.exact(rank)) allows",
        why:
          "The rates of full fine-tuning are about ten times below those of LoRA; nothing breaks, it learns slowly.",
        do: "Try \(Figures.text(asked.usual)). This is an order of magnitude, for language models.",
        shownBy: .learningRate(asked.usual))
    ]
  }

  private static let rateDefault = LintRule(
    "learning-rate-default", "a learning rate left at the trainer's default",
    source: "transformers TrainingArguments, default 5e-5; TRL SFTConfig, default 2e-5; LoRA Without Regret"
  ) { subject in
    guard let name = subject.training.rateDefaultOf, let rate = subject.training.learningRate,
      subject.training.objective != .preference
    else { return [] }
    let usual = subject.multiplier.flatMap { s in
      subject.rank.map { AdamRate(multiplier: s, rank: $0).usual }
    }
    return [
      LintRule.Fault(
        .note, "the learning rate is left at \(name)'s default of \(Figures.exact(rate))",
        why: "That default is for full fine-tuning; LoRA's best rates are about ten times higher.",
        do: "Try learning_rate=\(usual.map(Figures.text) ?? "2e-4").",
        shownBy: usual.map { .learningRate($0) })
    ]
  }
}
