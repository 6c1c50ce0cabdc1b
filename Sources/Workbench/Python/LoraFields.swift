// The fields of PEFT's LoraConfig, which Unsloth's get_peft_model takes with other defaults.
import Adapters
import Language

enum LoraFields {
  private static let description = "saved files alone are described so"

  /// All fields of version 0.21.2. All but the rank must be named: PEFT's own order begins with task_type.
  static func parameters(defaultRank: Double = 8, defaultAlpha: Double = 8, targets: String) -> [Parameter] {
    [
      Parameter("r", .whole(NumberRange(1)), .number(defaultRank), "rank"),
      Parameter("lora_alpha", .number(.any), .number(defaultAlpha), "the multiplier is alpha/r").named,
      Parameter(
        "target_modules", .either([.list(.module), .module]), .absent(targets),
        "ends of module paths, a regular expression for whole paths, or \"all-linear\""
      ).named,
      Parameter(
        "lora_dropout", .number(NumberRange(0, 1, excludesUpper: true)), .number(0),
        "on the input of A, while training"
      ).named,
      Parameter("use_rslora", .bool, .bool(false), "the multiplier is alpha/√r").named,
      Parameter("init_lora_weights", .either([.bool, .text]), .bool(true), "True or \"gaussian\"").named,
      Parameter(
        "rank_pattern", .moduleDictionary(.whole(NumberRange(1))), .absent("none"),
        "ranks of modules by pattern"
      ).named,
      Parameter(
        "alpha_pattern", .moduleDictionary(.number(.any)), .absent("none"), "alphas of modules by pattern"
      ).named,
      Parameter("bias", .choice(biases), .text("none"), "which biases of the base are trained").named,
      Parameter("task_type", .choice(tasks), .absent("no task"), "what the model is for").named,
      Parameter("peft_type", .choice([Choice("LORA", "low-rank adaptation")]), .text("LORA"), "the method")
        .named,
    ]
      + Parameter.refused(
        "exclude_modules", "layers_to_transform", "layers_pattern", because: "other modules would be adapted")
      + Parameter.refused(
        "modules_to_save", "trainable_token_indices", "target_parameters", "layer_replication",
        because: "other weights would be trained")
      + Parameter.refused(
        "use_dora", "lora_bias", "use_qalora", "use_bdlora", "velora_config", "monteclora_config",
        "arrow_config", "kasa_config", "alora_invocation_tokens",
        because: "the adapter would compute something else")
      + Parameter.withoutEffect(
        "loftq_config", "eva_config", "corda_config", "lora_ga_config",
        because: "it belongs to an init_lora_weights that is not here yet")
      + Parameter.withoutEffect("qalora_group_size", because: "it belongs to use_qalora")
      + Parameter.withoutEffect(
        "inference_mode", because: "an adapter can be trained at any time")
      + Parameter.withoutEffect("fan_in_fan_out", because: "weights are stored as [out, in]")
      + Parameter.withoutEffect(
        "megatron_config", "megatron_core", "runtime_config", because: "everything runs in one process")
      + Parameter.withoutEffect("ensure_weight_tying", because: "no weights are tied")
      + Parameter.withoutEffect(
        "auto_mapping", "peft_version", "base_model_name_or_path", "revision", because: description)
  }

  private static let biases = [
    Choice("none", "no bias is trained"), Choice("all", "every bias"),
    Choice("lora_only", "those of adapted modules"),
  ]

  private static let tasks = [
    Choice("CAUSAL_LM", "predicts the next token, as all training here"),
    Choice("SEQ_CLS", "classifies sequences"), Choice("SEQ_2_SEQ_LM", "answers sequences"),
    Choice("TOKEN_CLS", "classifies tokens"), Choice("QUESTION_ANS", "finds answers"),
    Choice("FEATURE_EXTRACTION", "gives the last layer"),
  ]

  /// The configuration that the arguments describe; it always states its scaling.
  ///
  /// - Throws: `Failure` for an initialisation that is not here.
  static func configuration(_ arguments: Arguments, _ session: Session) throws -> LoRAConfiguration {
    var configuration = LoRAConfiguration(
      rank: arguments.whole("r"), alpha: .fixed(arguments.number("lora_alpha")),
      targets: targets(arguments.value("target_modules")),
      scaling: .own(arguments.bool("use_rslora") ? .rslora : .lora),
      dropout: arguments.number("lora_dropout"),
      initialization: try initialization(arguments.value("init_lora_weights")))
    configuration.rankPattern = arguments.dictionary("rank_pattern").compactMap { key, value in
      if case .number(let rank) = value { (key, Int(rank)) } else { nil }
    }
    configuration.alphaPattern = arguments.dictionary("alpha_pattern").compactMap { key, value in
      if case .number(let alpha) = value { (key, alpha) } else { nil }
    }
    note(arguments, session)
    return configuration
  }

  private static func note(_ arguments: Arguments, _ session: Session) {
    if arguments.bool("use_rslora") {
      session.warnOnce(
        "use_rslora", "`use_rslora` needs PEFT 0.8.0 or newer; 0.7.0, which is often named, does not know it")
    }
    if arguments.choice("bias") != "none" {
      session.warnOnce("effect of bias", "`bias` has no effect here: the models have no biases")
    }
    if let task = arguments.optionalText("task_type"), task != "CAUSAL_LM" {
      session.warnOnce(
        "effect of task_type", "`task_type` has no effect here: models are trained to predict the next token")
    }
  }

  static func targets(_ value: Value) -> LoRAConfiguration.Targets {
    switch value {
    case .text("all-linear"): .allLinear
    case .text(let pattern): .pattern(pattern)
    case .list(let items):
      .names(items.compactMap { if case .text(let name) = $0 { name } else { nil } })
    default: .standard
    }
  }

  private static func initialization(_ value: Value) throws -> LoRAConfiguration.Initialization {
    switch value {
    case .bool(true), .text("kaiming"): return .kaiming
    case .text("gaussian"): return .gaussian
    default:
      throw Failure(
        argument: "init_lora_weights", "init_lora_weights=\(value.code) is not here yet",
        label: "True and \"gaussian\" are",
        body: "It is refused because the adapter would begin at another place.")
    }
  }
}
