// The script's training arguments: those of the run, and the user's own beside them.
import Adapters
import Fields
import Kernels
import Models
import Text
import Training

extension TrainingExport {
  /// What settles a run: taken from its settings, never from the text that was given.
  private static let settled: Set<String> = TrainingSettings.options.flatMap(\.trainerFields).reduce(
    into: [
      "max_steps", "num_train_epochs", "per_device_train_batch_size", "lr_scheduler_type",
      "lr_scheduler_kwargs",
    ]
  ) { $0.formUnion([$1.name] + $1.olderNames) }
  /// What is gone from transformers 5 and TRL 1.
  private static let gone: Set<String> = [
    "logging_dir", "save_safetensors", "overwrite_output_dir", "no_cuda", "group_by_length",
    "dataset_batch_size", "formatting_func", "dataset_kwargs",
  ]
  /// What needs data to evaluate on, which the script does not have.
  private static let evaluation: Set<String> = [
    "eval_strategy", "evaluation_strategy", "eval_steps", "eval_delay", "eval_on_start",
    "load_best_model_at_end", "metric_for_best_model", "greater_is_better", "do_eval", "do_predict",
    "resume_from_checkpoint",
  ]
  /// What says how texts become rows: the batches of a run are tokens already.
  private static let ofText: Set<String> = [
    "max_length", "max_seq_length", "packing", "packing_strategy", "eval_packing", "padding_free",
    "pad_to_multiple_of", "truncation_mode", "dataset_text_field", "dataset_num_proc", "shuffle_dataset",
    "chat_template_path", "eos_token", "pad_token", "completion_only_loss", "assistant_only_loss",
    "loss_type",
    "train_sampling_strategy", "length_column_name",
  ]

  /// The user's own arguments that the script carries, under today's names.
  var givenArguments: [PythonArgument] {
    var given: [PythonArgument] = []
    for argument in request?.arguments ?? [] where !TrainingExport.settled.contains(argument.name) {
      if TrainingExport.gone.contains(argument.name) || TrainingExport.evaluation.contains(argument.name) {
        continue
      }
      if data != nil, TrainingExport.ofText.contains(argument.name) { continue }
      var argument = argument
      if argument.name == "max_seq_length" { argument.name = "max_length" }
      given.append(argument)
    }
    if data == nil, let length = givenLength, length != "None",
      !given.contains(where: { $0.name == "max_length" })
    {
      given.append(PythonArgument(name: "max_length", text: length))
    }
    return given
  }

  /// The arguments that are not carried, as a comment; empty for none.
  private var leftOut: String {
    let all = request?.arguments ?? []
    func listed(_ names: Set<String>) -> String {
      all.filter { names.contains($0.name) && !["None", "False", "\"no\""].contains($0.text) }.map {
        pythonComment("\($0.name)=\($0.text)")
      }.joined(separator: ", ")
    }
    let reasons = [
      (listed(TrainingExport.gone), "gone from transformers 5 and TRL 1"),
      (listed(TrainingExport.evaluation), "needs data to evaluate on, or an earlier run"),
      (data == nil ? "" : listed(TrainingExport.ofText), "the rows are tokens already"),
    ]
    return reasons.filter { !$0.0.isEmpty }.map { "# Given, and left out: \($0.0) (\($0.1)).\n" }.joined()
  }

  var arguments: String {
    let given = givenArguments
    func isGiven(_ names: String...) -> Bool { given.contains { names.contains($0.name) } }
    var lines: [String] = []
    if !isGiven("output_dir") {
      lines.append("output_dir=str(HERE / \(pythonText(stem + "_output"))),")
    }
    lines += steps
    lines += [
      "per_device_train_batch_size=\(settings.batch),",
      "gradient_accumulation_steps=\(settings.accumulation),",
    ]
    let rate: [TrainingOption.Topic] = [.rate, .optimizer]
    for topic in rate + TrainingOption.Topic.allCases.filter({ !rate.contains($0) }) {
      for option in TrainingSettings.options where option.topic == topic {
        if option.name == "optimizer", isGiven("optim") { continue }
        lines += fields(of: option)
      }
    }
    if data != nil {
      lines += [
        "train_sampling_strategy=\"sequential\",  # the rows in the order of the file",
        "max_length=None,  # the rows are cut already", "packing=False,", "loss_type=\"nll\",",
      ]
    }
    if settings.precision.rounds || !(isNamed && form == .trl) { lines += precision }
    lines += checkpointing
    if form == .trl, !isGiven("use_cpu") {
      lines.append("use_cpu=not torch.\(isNamed ? "accelerator" : "cuda").is_available(),")
    }
    if !isGiven("logging_steps", "logging_strategy") { lines.append("logging_steps=\(isNamed ? 10 : 1),") }
    if !isGiven("logging_nan_inf_filter") {
      lines.append("logging_nan_inf_filter=False,  # a loss that is not finite is shown")
    }
    if !isGiven("report_to") { lines.append("report_to=\"none\",") }
    if !isNamed, !given.contains(where: { $0.name.hasPrefix("save_") }) {
      lines.append("save_strategy=\"no\",")
    }
    lines += given.map { "\($0.name)=\($0.text),  # as given\(remark($0))" }
    return """
      \(leftOut)args = SFTConfig(
      \(lines.map { "    \($0)" }.joined(separator: "\n"))
      )

      """
  }

  /// What ran here where it is not what was given.
  private func remark(_ argument: PythonArgument) -> String {
    guard argument.name == "optim", !isNamed else { return "" }
    switch settings.optimizer {
    case .adamw:
      return argument.text.contains("adamw_torch") ? "" : "; here AdamW ran, with its moments in fp32"
    case .sgd: return ""
    }
  }

  private var steps: [String] {
    let epochs = request?.epochs.map(pythonFloat)
    if isNamed, let epochs { return ["num_train_epochs=\(epochs),"] }
    return ["max_steps=\(settings.steps),\(epochs.map { "  # num_train_epochs=\($0) was given" } ?? "")"]
  }

  /// An option as transformers states it; nothing for what the optimiser does not have, and for what stands elsewhere: steps,
  /// batch, accumulation and checkpointing.
  private func fields(of option: TrainingOption) -> [String] {
    guard option.value(in: settings) != nil else { return [] }
    switch option.name {
    case "optimizer": return ["optim=\"\(settings.optimizer.isAdaptive ? "adamw_torch" : "sgd")\","]
    case "momentum": return ["optim_args=\"momentum=\(pythonFloat(settings.optimizer.momentum))\","]
    // They stand together.
    case "precision", "precision_style": return []
    case "schedule": return ["lr_scheduler_type=\"\(settings.trainerSchedule)\","] + scheduleParts
    case "accumulate", "checkpointing": return []
    // What is absent is transformers' default.
    default:
      return option.trainerFields.filter { $0.value(in: settings) != .absent }.map { line($0, of: option) }
    }
  }

  /// What only this schedule has, by transformers' names, which are those of the options.
  private var scheduleParts: [String] {
    let parts = TrainingSettings.options.filter { $0.owner == .schedule(settings.schedule.kind) }.compactMap {
      option in
      option.stated(in: settings).map { "\(pythonText(option.name)): \(python($0, option.kind))" }
    }
    return parts.isEmpty ? [] : ["lr_scheduler_kwargs={\(parts.joined(separator: ", "))},"]
  }

  private func line(_ field: TrainerField, of option: TrainingOption) -> String {
    // A share of the steps holds for another number of them.
    if isNamed, let share = request?.shares[option.name] { return "\(field.name)=\(pythonFloat(share))," }
    let value = field.value(in: settings)
    let remark = value == .number(0) && !field.remarkOnZero.isEmpty ? "  # \(field.remarkOnZero)" : ""
    return "\(field.name)=\(python(value, option.kind)),\(remark)"
  }

  private func python(_ value: Literal, _ kind: FieldKind) -> String {
    switch value {
    case .number(let number): if case .whole = kind { shortest(number) } else { pythonFloat(number) }
    case .text(let word): pythonText(word)
    case .list(let items): "[\(items.map { python($0, .number(.any)) }.joined(separator: ", "))]"
    case .absent, .bool, .dictionary: value.python
    }
  }

  /// In Unsloth's script the call that makes the adapter says it.
  private var checkpointing: [String] {
    guard form == .trl else { return [] }
    let name = "activation_checkpointing"
    if settings.checkpointing != .off {
      return ["\(name)=True,\(recomputesActivations.map { "  # \($0.name)=\($0.text) as given" } ?? "")"]
    }
    let isGiven = request?.arguments.contains { [name, "gradient_checkpointing"].contains($0.name) } ?? false
    if isNamed { return isGiven ? ["\(name)=False,"] : [] }
    return ["\(name)=False,  # True computes activations again, in less memory, with the same result"]
  }

  private var precision: [String] {
    switch settings.precision.format {
    case .bf16: return ["bf16=True,"]
    case .fp16: return ["bf16=False,", "fp16=True,"]
    case .fp32: break
    }
    return form == .trl
      ? ["bf16=False,  # TRL's default is True; it needs a GPU that has it"]
      : ["bf16=torch.cuda.is_bf16_supported(),", "fp16=not torch.cuda.is_bf16_supported(),"]
  }
}
