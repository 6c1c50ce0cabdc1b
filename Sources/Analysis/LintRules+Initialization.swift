// Rules about how A and B begin.
import Adapters
import Text

extension LintRules {
  static let initialization: [LintRule] = [
    initializationName, randomB, orthogonalRank, loftQMultiplier, quantizedBase, changesBase,
  ]

  /// PEFT's names; `pissa_niter_16` stands for all numbers.
  private static let names: Set<String> = splitting.union(["eva", "loftq", "orthogonal", "mica"])
  /// Those that take their part out of the base: the ones that are made here, and two that are not.
  private static let splitting = Set(partsOfBase.keys).union(["corda", "lora_ga"])
  private static let partsOfBase: [String: any PartOfBaseStart] = Dictionary(
    uniqueKeysWithValues: LoRAConfiguration.Initialization.allCases.compactMap {
      if case .partOfBase(let start) = $0.start { ($0.rawValue, start) } else { nil }
    })

  /// The name without its number of iterations; nil for the plain kinds.
  private static func name(_ subject: LintSubject) -> String? {
    guard case .named(let name)? = subject.initialization else { return nil }
    let prefix = "pissa_niter_"
    return name.hasPrefix(prefix) && Int(name.dropFirst(prefix.count)) != nil ? "pissa" : name
  }

  private static let initializationName = LintRule(
    "init-unknown", "an initialisation that PEFT does not have", source: "PEFT LoraConfig.init_lora_weights"
  ) { subject in
    guard let name = name(subject), !names.contains(name) else { return [] }
    return [
      LintRule.Fault(
        .error, "`init_lora_weights` has no choice \"\(name)\"",
        why: "PEFT raises a ValueError when the adapter is made.",
        do: "The choices are True, False, gaussian, pissa, pissa_niter_16, "
          + names.subtracting(["pissa"]).sorted().joined(separator: ", ") + ".")
    ]
  }

  private static let randomB = LintRule(
    "init-random", "an adapter that changes the model before it is trained",
    source: "PEFT init_lora_weights=False"
  ) { subject in
    guard subject.initialization == .random, subject.form != .file else { return [] }
    return [
      LintRule.Fault(
        .warning, "init_lora_weights=False draws B at random, so the untrained adapter changes the model",
        why: "It is meant for tests of PEFT. With B = 0 training begins at the base model.",
        do: "Leave init_lora_weights at True.")
    ]
  }

  private static let orthogonalRank = LintRule(
    "init-orthogonal-rank", "orthogonal initialisation at an odd rank",
    source: "PEFT init_lora_weights=\"orthogonal\""
  ) { subject in
    guard name(subject) == "orthogonal" else { return [] }
    let odd = subject.scaledRows.filter { row in
      row.rank.map { $0 > 0 && $0.truncatingRemainder(dividingBy: 2) == 1 } ?? false
    }
    guard let first = odd.first, let rank = first.rank else { return [] }
    let isOne = !subject.scaledRows.contains { $0.rank != rank }
    let even = NumberFormat.asRate(rank + 1)
    return [
      LintRule.Fault(
        .error,
        "orthogonal initialisation needs an even rank; r is \(NumberFormat.asRate(rank))"
          + (isOne ? "" : " for \(first.modules)"),
        why: "Half of the orthogonal vectors go to A and half to B.",
        do: first.rankKey.map { "Write rank_pattern={\"\($0)\": \(even)}." } ?? "Write r=\(even).")
    ]
  }

  private static let loftQMultiplier = LintRule(
    "init-loftq-multiplier", "LoftQ with a multiplier other than 1",
    source: "PEFT init_lora_weights=\"loftq\""
  ) { subject in
    guard name(subject) == "loftq" else { return [] }
    return faults(subject) { group in
      guard group.multiplier != 1 else { return nil }
      let alpha = group.rule.alpha(multiplier: 1, rank: group.rank)
      return LintRule.Fault(
        .warning, "LoftQ's correction is scaled by \(NumberFormat.threeFigures(group.multiplier))",
        why:
          "A and B are made so that B·A is the error of quantisation; PEFT does not divide by the multiplier, as it does "
          + "for PiSSA, so another multiplier than 1 mends the wrong amount.",
        do: "Write \(group.text(alpha: alpha, keys: group.ownKeys)) for a multiplier of 1."
          + reach(alpha, keys: group.ownKeys, from: group, subject))
    }
  }

  private static let quantizedBase = LintRule(
    "init-quantized", "an initialisation that needs the base unquantised", source: "PEFT init_lora_weights"
  ) { subject in
    guard subject.hasQuantizedBase == true, let name = name(subject),
      name == "loftq" || partsOfBase[name]?.needsFullWeights == true
    else { return [] }
    return [
      LintRule.Fault(
        .error, "init_lora_weights=\"\(name)\" needs the base unquantised, and it is loaded in 4 or 8 bits",
        why: name == "loftq"
          ? "LoftQ quantises the base itself and needs to know the error that this makes."
          : "The singular vectors are taken of full weights; PEFT raises a TypeError for others.",
        do: "Load the base in bf16, make the adapter, then quantise.")
    ]
  }

  private static let changesBase = LintRule(
    "init-base-changed", "an initialisation that takes its part out of the base",
    source: "PEFT init_lora_weights; PiSSA, OLoRA, CorDA, LoRA-GA"
  ) { subject in
    guard let name = name(subject), splitting.contains(name) else { return [] }
    let patterns = !subject.rankPattern.isEmpty || !subject.alphaPattern.isEmpty
    return [
      LintRule.Fault(
        .note, "init_lora_weights=\"\(name)\" subtracts the adapter's beginning from the base",
        why:
          "The adapter fits the changed base alone: loaded as a plain LoRA on the original one it is wrong.",
        do: subject.rule == .rslora && patterns
          ? "PEFT refuses to convert it with rsLoRA and patterns: load it with the same init_lora_weights."
          : "Load it with the same init_lora_weights, or convert it on saving (path_initial_model_for_weight_conversion): "
            + "the rank doubles and alpha is multiplied by \(subject.rule == .rslora ? "√2" : "2").")
    ]
  }
}
