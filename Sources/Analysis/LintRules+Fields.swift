// Rules about single fields: their kind, their range, their names.
import Adapters
import Text

extension LintRules {
  static let fields: [LintRule] = [
    fieldKind, adapterType, unknownField, rankRange, alphaRange, dropoutRange, dropoutLarge, dropoutUnsloth,
    biasName, biasTrained, loraBias, inference,
  ]

  private static let fieldKind = LintRule(
    "field-kind", "a field whose value has the wrong kind", source: "PEFT LoraConfig"
  ) { subject in
    subject.mistyped.map { item in
      LintRule.Fault(
        .error, "`\(item.field)` must be \(item.needed); it is \(item.found)",
        why:
          "PEFT does not convert fields: the value fails where it is first computed with, or counts as true.",
        do: "Write \(item.needed).")
    }
  }

  private static let adapterType = LintRule(
    "peft-type", "a file that is no LoRA configuration", source: "PEFT PeftConfig.peft_type"
  ) { subject in
    if subject.lacksAdapterType {
      return [
        LintRule.Fault(
          .error, "`peft_type` is missing", why: "PEFT's loader needs it to know the kind of the adapter.",
          do: "Add \"peft_type\": \"LORA\".")
      ]
    }
    guard let type = subject.adapterType, type != "LORA" else { return [] }
    return [
      LintRule.Fault(
        .error, "the adapter is `\(type)`, not LORA",
        why: "Only LoRA configurations are known here; the other findings may not apply.",
        do: "Check the configuration of a LoRA adapter.")
    ]
  }

  private static let unknownField = LintRule(
    "field-unknown", "a field that PEFT does not have", source: "PEFT LoraConfig, version 0.21.2"
  ) { subject in
    subject.unknownFields.map { name in
      let near = FieldNames.closest(to: name, subject.form)
      let severity: LintSeverity
      let reason: String
      switch subject.form {
      case .peft:
        severity = .error
        reason = "LoraConfig raises a TypeError for an argument that it does not have."
      case .unsloth:
        severity = near == nil ? .note : .error
        reason =
          near == nil
          ? "It may be an argument of a newer Unsloth; otherwise it goes on to LoraConfig, which raises a TypeError."
          : "Unsloth hands what it does not know on to PEFT's LoraConfig, which raises a TypeError."
      default:
        severity = near == nil ? .note : .warning
        reason =
          "PEFT drops unknown keys of a file with a warning"
          + (near == nil ? "." : ", and takes the default of the field that was meant.")
      }
      return LintRule.Fault(
        severity, "PEFT has no field `\(name)`" + (near.map { "; did you mean `\($0)`?" } ?? ""), why: reason,
        do: near.map { "Write `\($0)`." } ?? "Remove it, or see whether a newer PEFT has it.")
    }
  }

  private static let rankRange = LintRule(
    "rank-invalid", "a rank that is 0, negative or not whole", source: "PEFT LoraConfig.r"
  ) { subject in
    let ranks =
      (subject.rank.map { [("r", $0)] } ?? [])
      + subject.rankPattern.map { ("rank_pattern[\"\($0.key)\"]", $0.value) }
    return ranks.filter { !($0.1 >= 1 && $0.1 == $0.1.rounded() && $0.1.isFinite) }.map { name, rank in
      LintRule.Fault(
        .error, "`\(name)` must be a whole number of at least 1; it is \(NumberFormat.asRate(rank))",
        why: "A is [r, in] and B is [out, r]; PEFT raises a ValueError where r is not positive.",
        do: "Write r=8 or r=16; to leave a module out, name it in exclude_modules.")
    }
  }

  private static let alphaRange = LintRule(
    "alpha-invalid", "an alpha that is 0, negative or not finite", source: "Hu et al. 2021, section 4.1"
  ) { subject in
    let alphas: [(name: String, alpha: Double, key: String?)] =
      (subject.alpha.map { [("lora_alpha", $0, nil)] } ?? [])
      + subject.alphaPattern.map { ("alpha_pattern[\"\($0.key)\"]", $0.value, $0.key) }
    return alphas.filter { !($0.alpha > 0 && $0.alpha.isFinite) }.map { name, alpha, key in
      let row = subject.scaledRows.first { $0.alphaKey == key }
      let rank = max(1, row?.rank ?? subject.rank ?? 16)
      let rule = subject.rule ?? .lora
      let sound = LintRemedy.alpha(rule.alpha(multiplier: 2, rank: rank), keys: key.map { [$0] } ?? [])
      return LintRule.Fault(
        .error, "`\(name)` must be above 0; it is \(NumberFormat.asRate(alpha))",
        why: alpha == 0
          ? "The multiplier is 0: the adapter adds nothing and gets no gradient."
          : "The multiplier is not a positive number, and every estimate of a learning rate fails.",
        do:
          "Write \(sound.text) for a multiplier of 2 under \(rule.formula) at r=\(NumberFormat.asRate(rank))."
      )
    }
  }

  private static let dropoutRange = LintRule(
    "dropout-range", "a dropout outside [0, 1)", source: "PEFT LoraConfig.lora_dropout"
  ) { subject in
    guard let dropout = subject.dropout, !(dropout >= 0 && dropout < 1) else { return [] }
    return [
      LintRule.Fault(
        .error, "`lora_dropout` must be at least 0 and below 1; it is \(NumberFormat.asRate(dropout))",
        why: "It is the share of A's inputs that a step sets to 0; what is left is divided by 1 - dropout.",
        do: dropout > 1 && dropout <= 100
          ? "If percent was meant, write lora_dropout=\(NumberFormat.threeFigures(dropout / 100))."
          : "Write lora_dropout=0.05.")
    ]
  }

  private static let dropoutLarge = LintRule(
    "dropout-large", "a dropout above one half",
    source: "PEFT LoraConfig.lora_dropout; Dettmers et al. 2023 use 0 to 0.1"
  ) { subject in
    guard let dropout = subject.dropout, dropout > 0.5, dropout < 1 else { return [] }
    let factor = NumberFormat.threeFigures((1 / (1 - dropout)))
    return [
      LintRule.Fault(
        .warning, "lora_dropout=\(NumberFormat.asRate(dropout)) removes most of what A sees",
        why:
          "The inputs that stay are multiplied by \(factor), so steps are noisy and small adapters learn little.",
        do: "Write 0 to 0.1.")
    ]
  }

  private static let dropoutUnsloth = LintRule(
    "dropout-unsloth", "a dropout that turns Unsloth's fast path off", source: "Unsloth get_peft_model"
  ) { subject in
    guard subject.form == .unsloth, let dropout = subject.dropout, dropout > 0, dropout < 1 else { return [] }
    return [
      LintRule.Fault(
        .note, "Unsloth is slower with lora_dropout=\(NumberFormat.asRate(dropout))",
        why: "Its fast kernels for LoRA exist for dropout 0; it says so when the model is made.",
        do: "Write lora_dropout=0 if speed matters more.")
    ]
  }

  private static let biasName = LintRule(
    "bias-unknown", "a bias mode that does not exist", source: "PEFT LoraConfig.bias"
  ) { subject in
    guard let bias = subject.bias, !["none", "all", "lora_only"].contains(bias) else { return [] }
    return [
      LintRule.Fault(
        .error, "`bias` has no choice \"\(bias)\"", why: "The choices are none, all and lora_only.",
        do: "Write bias=\"none\".")
    ]
  }

  private static let biasTrained = LintRule(
    "bias-trained", "biases of the base model that are trained", source: "PEFT LoraConfig.bias"
  ) { subject in
    guard let bias = subject.bias, ["all", "lora_only"].contains(bias) else { return [] }
    return [
      LintRule.Fault(
        .note, "bias=\"\(bias)\" trains biases of the base model",
        why:
          "Turning the adapter off does not give the base back, and the biases are saved with the adapter.",
        do: "Write bias=\"none\" unless this is meant.")
    ]
  }

  private static let loraBias = LintRule(
    "lora-bias-conflict", "lora_bias together with what excludes it", source: "PEFT LoraConfig.lora_bias"
  ) { subject in
    guard subject.adaptsBias == true else { return [] }
    var others: [String] = []
    if subject.usesDoRA == true { others.append("use_dora") }
    switch subject.initialization {
    case .kaiming, .random, nil: break
    case .gaussian: others.append("init_lora_weights=\"gaussian\"")
    case .named(let name): others.append("init_lora_weights=\"\(name)\"")
    }
    if others.isEmpty { return [] }
    return [
      LintRule.Fault(
        .error, "`lora_bias` cannot be used with \(listed(others))",
        why: "A bias on B exists for init_lora_weights=True or False only, and not with DoRA.",
        do: "Write lora_bias=False.")
    ]
  }

  private static let inference = LintRule(
    "inference-mode", "a configuration for training that freezes its adapter",
    source: "PEFT PeftConfig.inference_mode"
  ) { subject in
    guard subject.form == .peft || subject.form == .unsloth, subject.isForInference == true else { return [] }
    return [
      LintRule.Fault(
        .warning, "inference_mode=True freezes the adapter",
        why: "No parameter of it requires a gradient: training raises an error or changes nothing. "
          + "PEFT writes True into saved files by itself.",
        do: "Leave inference_mode out.")
    ]
  }
}
