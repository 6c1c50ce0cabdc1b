// What loads models in Python: transformers' from_pretrained and Unsloth's FastLanguageModel.
import Adapters
import Fields
import Interpreter
import Laboratory
import Models
import Training

enum LoadingCommands {
  static let all: [Command] =
    [model, tokenizer, fastModel, fastAdapter, brainSupport]
    + ["float16", "bfloat16", "float32"].map { name in
      Command(
        constant: "torch.\(name)", name, "A number format, as `dtype` takes it.",
        example: "AutoTokenizer.from_pretrained(\"gpt2\", dtype=torch.\(name))", source: "PyTorch torch.dtype"
      )
    }

  private static let formats =
    ["dtype", "torch_dtype"].map { name in
      Parameter(
        name, .any, .absent("as the trainer's fp16 and bf16 say"),
        "format of the base: in 16 bits a trainer's fp16 or bf16 rounds the base, too (precision_style=pure)"
      ).named
    }

  private static let places = Parameter.withoutEffect(
    "device_map", "max_memory", "low_cpu_mem_usage", "offload_folder", "attn_implementation",
    "use_safetensors",
    because: "everything runs on this CPU")

  private static let hub = Parameter.withoutEffect(
    "token", "revision", "trust_remote_code", "cache_dir", "force_download", "local_files_only",
    "use_auth_token", because: "nothing is fetched")

  /// Where in the folder or repository the files are.
  static let subfolder = Parameter(
    "subfolder", .text, .absent("the folder itself"), "a folder within it, where the files are"
  ).named

  /// The path of the call, with the sub-folder of a folder that is here.
  static func place(_ name: String, _ arguments: Arguments, _ session: Session) -> String {
    guard let part = arguments.optionalText("subfolder"), !part.isEmpty, ModelFiles.isFolder(name, session)
    else { return name }
    return name + "/" + part
  }

  /// Of Unsloth's calls; the last one that states it holds.
  private static let checkpointing = Parameter(
    "use_gradient_checkpointing",
    .either([
      .choice([Choice("unsloth", "the inputs of layers are kept apart, as Unsloth offloads them")]), .bool,
    ]), .text("unsloth"),
    "what its trainers keep for the gradients: \"unsloth\", True (inputs of layers, not apart) or False (all)"
  ).named

  private static let model = Command(
    "AutoModelForCausalLM.from_pretrained", .python,
    [Parameter("pretrained_model_name_or_path", .path, .required, "a folder, or a name on the hub")]
      + QuantizationArguments.parameters() + formats + places + hub + [subfolder]
      + Parameter.withoutEffect("use_cache", because: "training keeps no cache of keys"),
    result: "a model", "The model of a folder, or a small one that stands in for one of the hub.",
    details:
      "A folder that is here is loaded, as by `load`. Nothing is fetched. The stand-in is transformer(layers=2, width=128, heads=4, context=32, vocab=64, "
      + "seed=0), pretrained on language(1): \(StandIns.recipe). The weights are kept "
      + "in the user's cache folder.",
    example: "AutoModelForCausalLM.from_pretrained(\"meta-llama/Llama-2-7b-hf\")",
    source: "transformers AutoModelForCausalLM"
  ) { arguments, session in
    let name = place(arguments.text("pretrained_model_name_or_path"), arguments, session)
    let model = try QuantizationArguments.applied(
      arguments, to: StandIns.model(for: name, session).model, session)
    model.request?.loading = arguments.pythonArguments(except: ["pretrained_model_name_or_path"])
    return .object(ModelObject(model))
  }

  /// What scripts choose between fp16 and bf16 with.
  private static let brainSupport = Command(
    "is_bfloat16_supported", .python, [], result: "True",
    "Whether bfloat16 is at hand: here always, by emulation.",
    details: "On a T4 or V100 it is False, and scripts that ask take fp16.",
    example: "is_bfloat16_supported()", source: "Unsloth is_bfloat16_supported"
  ) { _, session in
    session.warnOnce(
      "bfloat16",
      "`is_bfloat16_supported()` is True here, as on a GPU from 2020 on; on a T4 it is False: fp16=True shows that"
    )
    return .bool(true)
  }

  private static let tokenizer = Command(
    "AutoTokenizer.from_pretrained", .python,
    [Parameter("pretrained_model_name_or_path", .path, .required, "a folder, or a name on the hub")]
      + Parameter.withoutEffect(
        "use_fast", "padding_side", "model_max_length", "add_eos_token", "add_bos_token", "legacy", "dtype",
        because: "data cuts and ends its sequences itself")
      + hub + [subfolder],
    result: "a tokenizer", "The tokenizer of a folder, or what stands in for one of the hub.",
    details: "A folder that is here is read, as by `load_tokenizer`. Nothing is fetched.",
    example: "AutoTokenizer.from_pretrained(\"meta-llama/Llama-2-7b-hf\")",
    source: "transformers AutoTokenizer"
  ) { arguments, session in
    let name = place(arguments.text("pretrained_model_name_or_path"), arguments, session)
    let tokenizer = try StandIns.tokenizer(for: name, session)
    if tokenizer is StandInTokenizer {
      session.warnOnce(
        "hub tokenizer \(name)",
        "the tokenizer of `\(name)` is not fetched: data here is made of tokens already")
    }
    return .object(tokenizer)
  }

  private static let fastModel = Command(
    "FastLanguageModel.from_pretrained", .python,
    [
      Parameter(
        "model_name", .path, .text("unsloth/Llama-3.2-1B-Instruct"), "a folder, or a name on the hub"),
      Parameter(
        "max_seq_length", .whole(NumberRange(1, 1e9)), .absent("the model's own, at most 1024"),
        unit: "tokens", "longest sequence of a folder's model; the stand-in has a context of 32"
      ).named,
    ]
      + QuantizationArguments.parameters(isUnsloth: true) + formats
      + [checkpointing]
      + Parameter.notYet("full_finetuning", until: "adapters are trained, and `pretrain` trains all weights")
      + Parameter.withoutEffect(
        "load_in_16bit", "fix_tokenizer", "use_exact_model_name", "offload_embedding", "random_state",
        "max_lora_rank", "qat_scheme", because: "weights and tokenizer are taken as they are")
      + Parameter.refused(
        "rope_scaling", "resize_model_vocab", because: "the model would compute something else")
      + Parameter.withoutEffect(
        "fast_inference", "gpu_memory_utilization", "float8_kv_cache", "disable_log_stats",
        because: "they are for generating on a GPU")
      + places + hub + [subfolder],
    result: "a model and a tokenizer",
    "The model of a folder, or a small one that stands in for one of the hub, and its tokenizer.",
    details:
      "As AutoModelForCausalLM.from_pretrained and AutoTokenizer.from_pretrained; Unsloth loads in 4 bits where it is not told otherwise.",
    example: "model, tokenizer = FastLanguageModel.from_pretrained(\"unsloth/llama-2-7b\"); model",
    source: "Unsloth FastLanguageModel"
  ) { arguments, session in
    let name = place(arguments.text("model_name"), arguments, session)
    let length = arguments.optionalWhole("max_seq_length")
    let model = ModelObject(
      try QuantizationArguments.applied(
        arguments, to: StandIns.model(for: name, context: length, session).model, isUnsloth: true, session))
    model.model.request?.isUnsloth = true
    model.model.request?.checkpointing = arguments.checkpointing
    model.model.request?.loading = arguments.pythonArguments(except: ["model_name"])
    if let source = model.model.source {
      let tokenizer = try model.field("tokenizer", in: session) ?? .none
      if case .none = tokenizer { session.emit(.note("`\(source.folder)` has no tokenizer.json")) }
      return .list([.object(model), tokenizer])
    }
    if length != nil {
      session.warnOnce(
        "effect of max_seq_length",
        "`max_seq_length` has no effect here: the stand-in has a context of 32 tokens")
    }
    return .list([.object(model), .object(StandInTokenizer(name))])
  }

  /// All linear layers of a block: what Unsloth adapts where no targets are given.
  private static let allSeven = [
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
  ]

  private static let fastAdapter = Command(
    "FastLanguageModel.get_peft_model", .python,
    [
      Parameter("model", .object([.model]), .required, "a model; it stays as it is").replacing(
        .model { bare, arguments, session in
          _ = try PEFTCommands.fitted(adapter(for: bare, arguments, session), on: bare, session)
        })
    ]
      + LoraFields.parameters(isUnsloth: true)
      + [checkpointing]
      + Parameter.withoutEffect("random_state", because: "A is drawn from the seed of the run")
      + Parameter.withoutEffect("max_seq_length", because: "a sequence is as long as the model's context")
      + Parameter.refused("finetune_last_n_layers", because: "other modules would be adapted")
      + Parameter.withoutEffect(
        "temporary_location", "qat_scheme", because: "nothing is offloaded or quantised"),
    result: "a model", "A new model with a LoRA adapter, its fields written in the call.",
    details:
      "Unsloth's defaults: r=16, lora_alpha=16, all seven linear layers, no dropout. The scaling is always its "
      + "own: alpha/r, or alpha/√r with use_rslora=True.",
    example: "FastLanguageModel.get_peft_model(transformer(), r=32, lora_alpha=32, use_rslora=True)",
    source: "Unsloth FastLanguageModel; PEFT LoraConfig"
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    let adapted = try PEFTCommands.attached(adapter(for: model, arguments, session), to: model, session)
    var request = adapted.model.request ?? ModelRequest()
    let fields = Set(LoraFields.parameters().map(\.name) + ["model"])
    request.adapting = arguments.pythonArguments(except: fields)
    if request.checkpointing == nil || arguments.isGiven("use_gradient_checkpointing") {
      request.checkpointing = arguments.checkpointing
    }
    adapted.model.request = request
    return .object(adapted)
  }

  /// What the fields of a call describe, with Unsloth's targets where it gives none.
  private static func adapter(
    for model: Model, _ arguments: Arguments, _ session: Session
  ) throws -> AdapterObject {
    var configuration = try LoraFields.configuration(arguments, session)
    if configuration.targets == .standard {
      let names = distinctNames(model.base.linearModules)
      configuration.targets = allSeven.allSatisfy(names.contains) ? .names(allSeven) : .allLinear
    }
    return AdapterObject(configuration)
  }
}

extension Arguments {
  /// What an argument `use_gradient_checkpointing` says.
  fileprivate var checkpointing: Checkpointing {
    value("use_gradient_checkpointing").literal.flatMap(Checkpointing.init(literal:)) ?? .off
  }
}
