// The table of an adapter's fields: those of PEFT's LoraConfig, with what each does here.
import Fields
import Text

extension LoRAConfiguration {
  /// All fields of PEFT 0.21.2.
  package static let fields = properties + others

  /// Of PEFT's name; nil where PEFT has no such field.
  package static func field(_ name: String) -> AdapterField? { fields.first { $0.name == name } }

  /// The properties of an adapter whose topics are among some, in the order of these.
  package static func properties(about topics: [AdapterField.Topic]) -> [AdapterField] {
    topics.flatMap { topic in properties.filter { $0.topic == topic } }
  }

  private static let standardTargets = "q_proj and v_proj; all layers of an mlp"
  private static let rank = NumberRange(1)

  /// The fields that are properties of an adapter, in the order of the arguments of `lora`.
  package static let properties: [AdapterField] = [
    AdapterField(
      "r", .size, .whole(rank), .number(8), "rank", synonyms: ["rank", "lora_r", "lora_rank"],
      ofUnsloth: (.number(16), ""), reading: ("r", "rank"), storedName: "r", isInEveryFile: true, .always,
      at: \.rank
    ) { "r=\($0.rank)" },
    AdapterField(
      "lora_alpha", .size, .number(.any), .number(8), "the multiplier is alpha/r",
      own: AdapterField.Own(
        "alpha", .either([.number(.any), .text]), meaning: "lora_alpha, or a rule of r such as \"2*r\""),
      synonyms: ["scale_alpha"], ofUnsloth: (.number(16), ""),
      reading: ("alpha", "lora_alpha; of the rank where it is a rule"), storedName: nil, .always,
      at: \.numberOfAlpha, text: { "alpha=\($0.alpha.text)" }
    ) { "alpha=\($0.alpha.formula)" },
    AdapterField(
      "target_modules", .targets, .modules, .absent, absence: standardTargets,
      "ends of module paths, a regular expression for whole paths, or \"all-linear\"",
      own: AdapterField.Own(
        "targets", meaning: "names or path ends, a regular expression for whole paths, or \"all-linear\""),
      synonyms: ["target", "modules", "target_module", "lora_target_modules"],
      ofUnsloth: (.absent, "all seven linear layers of a Llama block; else all linear layers"),
      reading: ("target_modules", "names, or a pattern as a text; None for the model's standard ones"),
      storedName: "targets", isInEveryFile: true, at: \.targets
    ) { $0.targets.words.map { "on \($0)" } },
    AdapterField(
      "lora_dropout", .dropout, .number(.share), .number(0), "on the input of A, while training",
      own: AdapterField.Own("dropout"),
      reading: ("dropout", "lora_dropout"), storedName: "dropout", isInEveryFile: true, .always, at: \.dropout
    ) { $0.dropout > 0 ? "dropout=\(shortest($0.dropout))" : nil },
    AdapterField(
      "init_lora_weights", .beginning, .either([.bool, .text]), .bool(true),
      Initialization.listed("or").replacing("False", with: "False (B is random too)"),
      own: AdapterField.Own(
        "init",
        .either([
          .choice(Initialization.allCases.map { Choice($0.rawValue, $0.meaning) }), .bool,
        ]), standard: .text("kaiming"), meaning: "how A and B begin"),
      synonyms: ["init_weights"],
      reading: ("init_lora_weights", "how A and B begin: True, False, or a name"),
      storedName: "initialization", isInEveryFile: true, .always, at: \.initialization,
      ownValue: { .text($0.initialization.rawValue) }
    ) { $0.initialization == .kaiming ? nil : "init=\($0.initialization.rawValue)" },
    AdapterField(
      "use_rslora", .rule, .bool, .bool(false), "the multiplier is alpha/√r",
      own: AdapterField.Own(
        "use_rslora", standard: .absent, absence: "follows the session's mode",
        meaning: "PEFT's way to say scaling=rslora"),
      synonyms: ["rslora", "use_rs_lora", "rs_lora"], related: ["scaling"],
      reading: ("use_rslora", "whether its own rule is alpha/√r; None where it follows the session's mode"),
      storedName: nil, at: \.usesRSLoRA,
      text: { if case .own(let rule) = $0.scaling { "scaling=\(rule.name)" } else { nil } }
    ) { if case .own(let rule) = $0.scaling { rule.name } else { nil } },
    AdapterField(
      "use_dora", .kind, .bool, .bool(false), "DoRA: the rows of W + s·B·A are brought to trained magnitudes",
      own: AdapterField.Own("dora"),
      reading: ("use_dora", "whether the rows are brought to trained magnitudes"), storedName: "dora",
      at: \.usesDoRA
    ) { $0.usesDoRA ? "dora" : nil },
    AdapterField(
      "rank_pattern", .patterns, .byModule(.whole(rank)), .dictionary([]), absence: "none",
      "ranks of modules by pattern", reading: ("rank_pattern", "ranks of modules by pattern"),
      storedName: "rank_pattern", isInEveryFile: true, at: \.ranksByModule
    ) { $0.rankPattern.isEmpty ? nil : "rank_pattern=\($0.ranksByModule.literal.code)" },
    AdapterField(
      "alpha_pattern", .patterns, .byModule(.number(.any)), .dictionary([]), absence: "none",
      "alphas of modules by pattern", reading: ("alpha_pattern", "alphas of modules by pattern"),
      storedName: "alpha_pattern", isInEveryFile: true, at: \.alphasByModule
    ) { $0.alphaPattern.isEmpty ? nil : "alpha_pattern=\($0.alphasByModule.literal.code)" },
    AdapterField(
      "bias", .biases,
      .choice([
        Choice("none", "biases stay frozen"), Choice("all", "every bias is trained"),
        Choice("lora_only", "the biases of adapted modules are trained"),
      ]), .text("none"), "which biases of the base are trained",
      reading: ("bias", "which biases of the base are trained"), storedName: "bias", .alwaysInPython,
      at: \.bias
    ) { $0.bias == .none ? nil : "bias=\($0.bias.rawValue)" },
    AdapterField(
      "modules_to_save", .whole, .moduleNames, .absent, absence: "none",
      "ends of the paths of modules that are trained whole",
      reading: ("modules_to_save", "ends of the paths of modules that are trained whole"),
      storedName: "saved_modules", at: \.namesOfSavedModules
    ) { $0.savedModules.isEmpty ? nil : "saves \($0.savedModules.joined(separator: ", "))" },
    AdapterField(
      "exclude_modules", .selection, .modules, .absent, absence: "none",
      "modules that get no adapter though a target names them; written as targets are",
      reading: ("exclude_modules", "modules that get no adapter though a target names them, or None"),
      storedName: "excluded", at: \.excludedModules
    ) { $0.excluded.map { "but \($0.literal.code)" } },
    AdapterField(
      "layers_to_transform", .selection, .wholes(.notNegative), .absent, absence: "all",
      "numbers of the layers that get adapters",
      reading: ("layers_to_transform", "numbers of the layers that get adapters; None for all"),
      storedName: "layers", at: \.layerNumbers
    ) { $0.layers.map { "layers \($0.map(String.init).joined(separator: ", "))" } },
  ]

  private static let tasks = [
    Choice("CAUSAL_LM", "predicts the next token, as all training here"),
    Choice("SEQ_CLS", "classifies sequences"), Choice("SEQ_2_SEQ_LM", "answers sequences"),
    Choice("TOKEN_CLS", "classifies tokens"), Choice("QUESTION_ANS", "finds answers"),
    Choice("FEATURE_EXTRACTION", "gives the last layer"),
  ]

  private static let otherWeights = AdapterField.Effect.refused("other weights would be trained")
  private static let otherResult = AdapterField.Effect.refused("the adapter would compute something else")
  private static let ofABeginning =
    AdapterField.Effect.none("it belongs to an init_lora_weights that is not here yet")
  private static let oneProcess = AdapterField.Effect.none("everything runs in one process")
  private static let ofAFile = AdapterField.Effect.none("saved files alone are described so")

  /// The fields that are no property of an adapter here.
  private static let others: [AdapterField] = [
    AdapterField(
      "task_type", .choice(tasks), .absent, absence: "no task", meaning: "what the model is for", .full,
      inFiles: .apart),
    AdapterField(
      "peft_type", .choice([Choice("LORA", "low-rank adaptation")]), .text("LORA"), meaning: "the method",
      .full,
      inFiles: .silent(written: .text("LORA"))),
    AdapterField("layers_pattern", .refused("a model here has one list of layers, which needs no name")),
    AdapterField("trainable_token_indices", otherWeights),
    AdapterField("target_parameters", otherWeights, isJudged: true),
    AdapterField("layer_replication", otherWeights),
    AdapterField(
      "ensure_weight_tying", .any, .bool(false),
      .refused("a tied weight that is trained whole gets a copy for each of its modules")),
    AdapterField("lora_bias", .bool, .bool(false), otherResult, isJudged: true),
    AdapterField("use_qalora", .any, .bool(false), otherResult),
    AdapterField("use_bdlora", otherResult), AdapterField("velora_config", otherResult),
    AdapterField("monteclora_config", otherResult), AdapterField("arrow_config", otherResult),
    AdapterField("kasa_config", otherResult), AdapterField("alora_invocation_tokens", otherResult),
    AdapterField("loftq_config", .any, .dictionary([]), ofABeginning),
    AdapterField("eva_config", ofABeginning), AdapterField("corda_config", ofABeginning),
    AdapterField("lora_ga_config", ofABeginning),
    AdapterField(
      "qalora_group_size", .any, .number(16), .none("it belongs to use_qalora"),
      inFiles: .silent(written: .number(16))),
    // PEFT writes True into every file.
    AdapterField(
      "inference_mode", .bool, .bool(false), .none("an adapter can be trained at any time"),
      inFiles: .silent(written: .bool(true)), isJudged: true),
    AdapterField(
      "fan_in_fan_out", .bool, .bool(false),
      .none("A and B do not depend on how the base stores its weights"),
      inFiles: .apart),
    AdapterField("megatron_config", oneProcess),
    AdapterField(
      "megatron_core", .any, .text("megatron.core"), oneProcess,
      inFiles: .silent(written: .text("megatron.core"))),
    AdapterField("runtime_config", oneProcess, inFiles: .silent(written: nil)),
    AdapterField("auto_mapping", ofAFile, inFiles: .silent(written: .absent)),
    AdapterField("peft_version", ofAFile, inFiles: .silent(written: .text("0.21.2"))),
    AdapterField("base_model_name_or_path", ofAFile, inFiles: .apart),
    AdapterField("revision", ofAFile, inFiles: .silent(written: .absent)),
  ]
}

extension LoRAConfiguration.Targets {
  /// For captions: `q_proj, v_proj`; nil where nothing was given.
  fileprivate var words: String? {
    switch self {
    case .standard: nil
    case .names(let names): names.joined(separator: ", ")
    case .pattern(let pattern): pattern
    case .allLinear: "all-linear"
    }
  }
}
