// The fields of PEFT's LoraConfig, which Unsloth's get_peft_model takes with other defaults.
import Adapters
import Interpreter
import Laboratory
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
      Parameter(
        "use_dora", .bool, .bool(false), "DoRA: the rows of W + s·B·A are brought to trained magnitudes"
      ).named,
      Parameter(
        "init_lora_weights", .either([.bool, .text]), .bool(true),
        "True, False (B is random too), \"gaussian\", \"pissa\" or \"olora\""
      ).named,
    ] + Parameter.adapterFields.map(\.named)
      + [
        Parameter("task_type", .choice(tasks), .absent("no task"), "what the model is for").named,
        Parameter("peft_type", .choice([Choice("LORA", "low-rank adaptation")]), .text("LORA"), "the method")
          .named,
      ]
      + Parameter.refused(
        "layers_pattern", because: "a model here has one list of layers, which needs no name")
      + Parameter.refused(
        "trainable_token_indices", "target_parameters", "layer_replication",
        because: "other weights would be trained")
      + Parameter.refused(
        "ensure_weight_tying",
        because: "a tied weight that is trained whole gets a copy for each of its modules")
      + Parameter.refused(
        "lora_bias", "use_qalora", "use_bdlora", "velora_config", "monteclora_config",
        "arrow_config", "kasa_config", "alora_invocation_tokens",
        because: "the adapter would compute something else")
      + Parameter.withoutEffect(
        "loftq_config", "eva_config", "corda_config", "lora_ga_config",
        because: "it belongs to an init_lora_weights that is not here yet")
      + Parameter.withoutEffect("qalora_group_size", because: "it belongs to use_qalora")
      + Parameter.withoutEffect(
        "inference_mode", because: "an adapter can be trained at any time")
      + Parameter.withoutEffect(
        "fan_in_fan_out", because: "A and B do not depend on how the base stores its weights")
      + Parameter.withoutEffect(
        "megatron_config", "megatron_core", "runtime_config", because: "everything runs in one process")
      + Parameter.withoutEffect(
        "auto_mapping", "peft_version", "base_model_name_or_path", "revision", because: description)
  }

  private static let tasks = [
    Choice("CAUSAL_LM", "predicts the next token, as all training here"),
    Choice("SEQ_CLS", "classifies sequences"), Choice("SEQ_2_SEQ_LM", "answers sequences"),
    Choice("TOKEN_CLS", "classifies tokens"), Choice("QUESTION_ANS", "finds answers"),
    Choice("FEATURE_EXTRACTION", "gives the last layer"),
  ]

  /// The configuration that the arguments describe; it always states its scaling.
  ///
  /// - Throws: `Failure` for an initialisation that is not here, and for what PEFT refuses.
  static func configuration(_ arguments: Arguments, _ session: Session) throws -> LoRAConfiguration {
    var configuration = LoRAConfiguration(
      rank: arguments.whole("r"), alpha: .fixed(arguments.number("lora_alpha")),
      targets: arguments.targets("target_modules") ?? .standard,
      scaling: .own(arguments.bool("use_rslora") ? .rslora : .lora),
      dropout: arguments.number("lora_dropout"),
      initialization: try initialization(arguments.value("init_lora_weights")))
    configuration.usesDoRA = arguments.bool("use_dora")
    arguments.setAdapterFields(&configuration)
    if configuration.layers != nil, case .text = arguments.value("target_modules") {
      throw Failure(
        argument: "layers_to_transform", "`layers_to_transform` needs a list of targets",
        label: "target_modules is a text",
        body:
          "PEFT raises a ValueError. `lora(targets=…, layers_to_transform=…)` takes both, and saves the modules by name.",
        fix: "target_modules=[\"q_proj\", \"v_proj\"]")
    }
    note(arguments, session)
    return configuration
  }

  private static func note(_ arguments: Arguments, _ session: Session) {
    if arguments.bool("use_rslora") {
      session.warnOnce(
        "use_rslora", "`use_rslora` needs PEFT 0.8.0 or newer; 0.7.0, which is often named, does not know it")
    }
    if let task = arguments.optionalText("task_type"), task != "CAUSAL_LM" {
      session.warnOnce(
        "effect of task_type", "`task_type` has no effect here: models are trained to predict the next token")
    }
  }

  /// Names that PEFT takes, and that begin an adapter in a way that is not here.
  private static let otherBeginnings = ["eva", "corda", "loftq", "orthogonal", "lora_ga", "mica"]

  private static func initialization(_ value: Value) throws -> LoRAConfiguration.Initialization {
    let supported = ["gaussian", "pissa", "olora"]
    switch value {
    case .bool(true), .text("kaiming"): return .kaiming
    case .bool(false): return .random
    case .text("gaussian"): return .gaussian
    case .text("pissa"): return .pissa
    case .text("olora"): return .olora
    case .text(let name) where name.hasPrefix("pissa_niter_"):
      throw Failure(
        argument: "init_lora_weights", "the approximate decomposition of `\(name)` is not here",
        label: "\"pissa\" makes the exact one", fix: "init_lora_weights=\"pissa\"")
    case .text(let name) where otherBeginnings.contains(name):
      throw Failure(
        argument: "init_lora_weights", "init_lora_weights=\(value.code) is not here yet",
        label: "True, False, \"gaussian\", \"pissa\" and \"olora\" are",
        body: "It is refused because the adapter would begin at another place.")
    default:
      let near = Suggestion.closest(to: value.code.filter { $0.isLetter }, among: supported)
      throw Failure(
        argument: "init_lora_weights", "init_lora_weights=\(value.code) is not known",
        label: near.map { "did you mean \"\($0)\"?" }
          ?? "True, False, \"gaussian\", \"pissa\" and \"olora\" are",
        body: "PEFT has, beside those: \(otherBeginnings.joined(separator: ", ")).")
    }
  }
}
