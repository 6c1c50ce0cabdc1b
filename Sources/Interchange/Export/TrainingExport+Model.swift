// The script's base, adapter and tokenizer.
import Adapters
import Fields
import Kernels
import Models
import Training

extension TrainingExport {
  /// Arguments of the user's calls that loaded the model and adapted it.
  private var asked: ModelRequest { model.request ?? ModelRequest() }

  private func asked(_ name: String) -> String? { asked.loading.first { $0.name == name }?.text }

  /// 4 or 8 where the base is loaded quantised; nil where it is not.
  var bits: Int? {
    for bits in [4, 8] {
      if let given = asked("load_in_\(bits)bit") {
        if given == "True" { return bits }
        if bits == 4 { continue }
      }
    }
    // Unsloth's call does so unless it is told otherwise.
    let isTold = asked("load_in_4bit") != nil || asked("load_in_8bit") == "True"
    return asked.isUnsloth && isNamed && !isTold ? 4 : nil
  }

  /// Whether an argument of the user's stands in the script that a run here did not need.
  var hasGiven: Bool { !carried.isEmpty || bits != nil || !givenArguments.isEmpty }

  /// What transformers' from_pretrained takes.
  private static let hubArguments: Set<String> = [
    "device_map", "max_memory", "low_cpu_mem_usage", "offload_folder", "attn_implementation",
    "use_safetensors",
    "token", "revision", "trust_remote_code", "cache_dir", "force_download", "local_files_only", "subfolder",
    "use_cache",
  ]

  /// Arguments of loading that are neither a number format nor a length.
  private var carried: [PythonArgument] {
    let settled: Set<String> = ["load_in_4bit", "load_in_8bit", "dtype", "torch_dtype", "max_seq_length"]
    return asked.loading.filter { argument in
      !settled.contains(argument.name)
        && (TrainingExport.hubArguments.contains(argument.name) || (form == .unsloth && asked.isUnsloth))
    }
  }

  /// Arguments of loading that this form has no place for, as a comment; empty for none.
  private var leftOut: String {
    let known = Set(
      carried.map(\.name) + ["load_in_4bit", "load_in_8bit", "dtype", "torch_dtype", "max_seq_length"])
    let rest = asked.loading.filter { !known.contains($0.name) }
    if rest.isEmpty { return "" }
    return "# Given, and not taken by this call: "
      + rest.map { pythonComment("\($0.name)=\($0.text)") }.joined(separator: ", ") + "\n"
  }

  private var carriedLines: [String] { carried.map { "\($0.name)=\($0.text),  # as given" } }

  private func indented(_ lines: [String]) -> String { lines.map { "    \($0)" }.joined(separator: "\n") }

  // MARK: TRL

  var trlModel: String {
    var lines = ["BASE,"]
    if let format = asked("dtype") ?? asked("torch_dtype"), format != "None" {
      lines.append("dtype=\(format),  # as given")
    } else {
      lines.append(isNamed ? "dtype=\"auto\"," : "dtype=\(baseFormat),")
    }
    switch bits {
    case 4:
      lines += [
        "quantization_config=BitsAndBytesConfig(  # load_in_4bit=True\(asked("load_in_4bit") == nil ? ", Unsloth's default" : " as given")",
        "    load_in_4bit=True,", "    bnb_4bit_quant_type=\"nf4\",", "    bnb_4bit_use_double_quant=True,",
        "    bnb_4bit_compute_dtype=torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16,",
        "),",
      ]
    case 8: lines.append("quantization_config=BitsAndBytesConfig(load_in_8bit=True),  # as given")
    default: break
    }
    lines += carriedLines
    if !isNamed {
      lines += HubForm.of(shape.form).dropouts.map { "\($0)=0.0,  # the run had no dropout in the base" }
    }
    let comment =
      isNamed
      ? "# The base."
      : isBaseHalf
        ? "# The base, in 16 bits as in the run."
        : "# The base. float32 as in the run; torch.bfloat16 halves its memory on a GPU."
    return """
      \(comment)
      \(leftOut)model = AutoModelForCausalLM.from_pretrained(
      \(indented(lines))
      )

      \(isNamed ? newAdapter : startingAdapter)

      \(tokenizer)
      """
  }

  /// Whether the run rounded the base to 16 bits.
  private var isBaseHalf: Bool { settings.precision.rounds && settings.precision.style == .pure }

  private var baseFormat: String {
    isBaseHalf ? settings.precision.format == .bf16 ? "torch.bfloat16" : "torch.float16" : "torch.float32"
  }

  /// The adapter for a base that is not here.
  private var newAdapter: String {
    """
    # The adapter; SFTTrainer puts it on.
    config = LoraConfig(
    \(indented(fields(PEFTConfiguration.unresolved(layout, rule: rule))))
    )
    """
  }

  private var startingAdapter: String {
    """
    # The adapter as it was before the first step. One drawn anew instead:
    #   from peft import LoraConfig, get_peft_model
    #   model = get_peft_model(model, LoraConfig(
    \(fields(stated).map { "#       \($0)" }.joined(separator: "\n"))
    #   ))
    model = PeftModel.from_pretrained(model, str(HERE / \(pythonText(stem + "_adapter"))), is_trainable=True)
    model.print_trainable_parameters()
    """
  }

  private var tokenizer: String {
    guard hasTokenizer else {
      return """
        # The rows are tokens already: a tokenizer is here for its padding token alone.
        tokenizer = PreTrainedTokenizerFast(
            tokenizer_object=Tokenizer(models.WordLevel({"<pad>": 0}, unk_token="<pad>")), pad_token="<pad>"
        )

        """
    }
    let load = form == .trl ? "tokenizer = AutoTokenizer.from_pretrained(BASE)\n" : ""
    return """
      # Rows of a batch are filled up with the padding token; no loss is on it.
      \(load)tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token or tokenizer.convert_ids_to_tokens(0)

      """
  }

  // MARK: Unsloth

  var unslothModel: String {
    let unpassed: Set<String> = ["fan_in_fan_out", "task_type"]
    let settled = (isNamed ? PEFTConfiguration.unresolved(layout, rule: rule, namesStandard: true) : stated)
      .filter { !unpassed.contains($0.0) && !($0.1 == .absent) && !($0.1 == .dictionary([])) }
    let length = asked("max_seq_length").map { "\($0),  # as given" } ?? rowLength.map { "\($0)," } ?? "2048,"
    let format = asked("dtype") ?? asked("torch_dtype")
    let origin = asked("load_in_4bit") != nil ? "  # as given" : bits == 4 ? "  # Unsloth's default" : ""
    var lines = [
      "model_name=BASE,", "max_seq_length=\(length)",
      format.map { "dtype=\($0),  # as given" }
        ?? (isBaseHalf
          ? "dtype=\(baseFormat),"
          : "dtype=None,  # bfloat16 where the GPU has it, else float16"),
      "load_in_4bit=\(bits == 4 ? "True" : "False"),\(origin)",
    ]
    if bits == 8 { lines.append("load_in_8bit=True,  # as given") }
    lines += carriedLines
    var adapting = asked.adapting.map { "\($0.name)=\($0.text),  # as given" }
    func add(_ name: String, _ text: String) {
      if !asked.adapting.contains(where: { $0.name == name }) { adapting.append("\(name)=\(text),") }
    }
    add("use_gradient_checkpointing", settings.checkpointing == .full ? "True" : "\"unsloth\"")
    add("random_state", "\(settings.seed)")
    let start =
      isNamed
      ? ""
      : """

      # The adapter as it was before the first step of the run; without this line A is drawn anew.
      set_peft_model_state_dict(model, load_peft_weights(str(HERE / \(pythonText(stem + "_adapter")))))
      """
    return """
      # The base. load_in_4bit=True is QLoRA, with a quarter of its memory and other losses.
      \(leftOut)model, tokenizer = FastLanguageModel.from_pretrained(
      \(indented(lines))
      )

      model = FastLanguageModel.get_peft_model(
          model,
      \(indented(fields(settled) + adapting))
      )\(start)

      \(tokenizer)
      """
  }

  // MARK: Fields

  private var stated: [(String, Literal)] {
    PEFTConfiguration.stated(layout, rule: rule, architecture: model.architecture).map { name, value in
      // Unsloth goes through the targets as a list.
      guard form == .unsloth, name == "target_modules", case .text = value else { return (name, value) }
      return (name, .list(layout.sites.map { .text($0.module.path) }))
    }
  }

  private func fields(_ fields: [(String, Literal)]) -> [String] {
    fields.map { "\($0.0)=\($0.1.python)," }
  }

  /// Whether the user's call of Unsloth asked for activations to be computed again.
  var recomputesActivations: PythonArgument? {
    (asked.adapting + asked.loading).first {
      $0.name == "use_gradient_checkpointing" && !["False", "None"].contains($0.text)
    }
  }

  /// The longest row that the user's call of Unsloth named.
  var givenLength: String? { asked("max_seq_length") }
}
