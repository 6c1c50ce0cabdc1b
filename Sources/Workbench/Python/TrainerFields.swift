// The fields of TrainingArguments and SFTConfig: which work, and why the others do not.
import Adapters
import Fields
import Interpreter
import Text
import Training

enum TrainerFields {
  private static let intervals = [
    Choice("no", "never"), Choice("steps", "every so many steps"),
    Choice("epoch", "at the end of each epoch"),
  ]

  private static let schedules = [
    Choice("linear", "falls linearly to 0"), Choice("cosine", "falls to 0 along half a cosine"),
    Choice("constant", "the same rate at every step"),
    Choice("constant_with_warmup", "the same rate after the warm-up"),
    Choice("polynomial", "falls as what remains of the steps to a power"),
    Choice("inverse_sqrt", "falls as 1/√t"),
  ]

  /// A field that is an option of `train` under another name.
  private static func renamed(_ field: TrainerField, _ standard: TrainerArguments) -> Parameter {
    Parameter(
      field.name, ParameterKind(field.kind),
      Parameter.Default(field.value(in: standard.chosen), absence: field.absence),
      unit: field.unit, field.meaning)
  }

  /// All fields that are options of `train` under another name.
  private static let renamings = TrainingSettings.options.flatMap(\.trainerFields)

  /// The fields that work, with the defaults of `standard`.
  private static func working(_ standard: TrainerArguments) -> [Parameter] {
    var logSteps = 500.0
    if case .steps(let count) = standard.logging { logSteps = count }
    let steps: [Parameter] = [
      Parameter("num_train_epochs", .number(.positive), .number(standard.epochs), "epochs of 1600 sequences"),
      Parameter(
        "max_steps", .whole(NumberRange(-1, 1e9)), .number(-1), unit: "steps",
        "number of steps; -1 takes num_train_epochs"),
      Parameter(
        "per_device_train_batch_size", .whole(NumberRange(1, 1e6)), .number(Double(standard.batch)),
        unit: "sequences", "sequences at once"),
    ]
    // What is no option, and beside which it stands.
    let special: [String: [Parameter]] = [
      "learning_rate": [
        Parameter(
          "lr_scheduler_type", .either([.choice(schedules), .text]), .text("linear"),
          "how the rate changes over the steps"),
        Parameter(
          "lr_scheduler_kwargs", .dictionary(.number(.any)), .absent("as usual"),
          "a dictionary: power and lr_end of polynomial, timescale of inverse_sqrt"),
      ],
      "warmup_steps": [
        Parameter(
          "warmup_ratio", .number(.share), .absent("as warmup_steps says"),
          "share of the steps with rising rate; transformers 5 calls it warmup_steps"),
        Parameter("optim", .text, .text("adamw_torch_fused"), "AdamW, by any of its names, or sgd"),
      ],
      "activation_checkpointing": [
        Parameter(
          "gradient_checkpointing", .bool, .absent("as activation_checkpointing"),
          "the name before transformers 5; TRL's own default is True, and it changes no bit")
      ],
    ]
    // As transformers lists them; what is not among them follows.
    let first = ["gradient_accumulation_steps", "learning_rate", "warmup_steps", "weight_decay"]
    let order =
      first.compactMap { name in renamings.first { $0.name == name } }
      + renamings.filter { !first.contains($0.name) }
    let rate = order.flatMap { [renamed($0, standard)] + (special[$0.name] ?? []) }
    let watching: [Parameter] = [
      Parameter("logging_strategy", .choice(intervals), .text("steps"), "when the loss is printed"),
      Parameter(
        "logging_steps", .number(.positive), .number(logSteps), unit: "steps",
        "steps between two lines of the log, or below 1 their share of all"),
      Parameter("logging_first_step", .bool, .bool(false), "whether the first step is logged"),
      Parameter(
        "eval_strategy", aliases: ["evaluation_strategy"], .choice(intervals), .text("no"),
        "when the evaluation loss is taken, beside before and after"),
      Parameter(
        "eval_steps", .number(.positive), .absent("as logging_steps"), unit: "steps",
        "steps between two evaluations"),
    ]
    let saving: [Parameter] = [
      Parameter(
        "save_strategy", .choice(intervals + [Choice("best", "where the evaluation is the lowest so far")]),
        .text("steps"), "when a checkpoint is written into output_dir"),
      Parameter(
        "save_steps", .number(.positive), .number(500), unit: "steps",
        "steps between two checkpoints, or below 1 their share of all; the last step has one, too"),
      Parameter(
        "save_total_limit", .whole(NumberRange(1, 1e9)), .absent("keeps all"),
        "checkpoints of a run that stay, the last and the best always among them"),
      Parameter(
        "load_best_model_at_end", .bool, .bool(false),
        "whether the run leaves the parameters of its lowest evaluation"),
      Parameter("metric_for_best_model", .text, .absent("loss"), "loss: the evaluation's"),
      Parameter("greater_is_better", .bool, .absent("False"), "a lower loss is better"),
    ]
    return [
      Parameter("output_dir", .path, .absent("keeps no checkpoints"), "the folder for checkpoints")
    ]
      + (steps + rate + watching + saving).map(\.named)
  }

  private static var idle: [Parameter] {
    Parameter.withoutEffect(
      "save_only_model", "save_on_each_node", "save_safetensors", "overwrite_output_dir",
      "enable_jit_checkpoint", "ignore_data_skip", "restore_callback_states_from_checkpoint",
      because: "a checkpoint has all that its run goes on from, each file as safetensors or JSON")
      + Parameter.withoutEffect(
        "resume_from_checkpoint",
        because: "`trainer.train(resume_from_checkpoint=…)` takes it, as in transformers")
      + Parameter.notYet(
        "tf32", "fp16_full_eval", "bf16_full_eval", until: "evaluations are in the precision of the run")
      + Parameter.withoutEffect(
        "gradient_checkpointing_kwargs", "activation_checkpointing_kwargs",
        because: "every layer but the last is computed again, in the one way there is here")
      + Parameter.refused(
        "label_smoothing_factor", because: "the loss would be another one")
      + Parameter.refused(
        "optim_args", "optim_target_modules", because: "the steps would be others")
      + Parameter.withoutEffect(
        "logging_nan_inf_filter", because: "a run ends at the first value that is not finite, and says where")
      + Parameter.withoutEffect(
        "report_to", "run_name", "project", "logging_dir", "log_level", "log_level_replica",
        "log_on_each_node",
        "disable_tqdm", "include_num_input_tokens_seen", "trackio_space_id", "trackio_bucket_id",
        "trackio_static_space_id", "debug", "skip_memory_metrics",
        because: "the run keeps its figures, and `plot run` draws them")
      + Parameter.withoutEffect(
        "push_to_hub", "hub_token", "hub_private_repo", "hub_model_id", "hub_strategy", "hub_always_push",
        "hub_revision", because: "nothing is uploaded")
      + Parameter.withoutEffect(
        "per_device_eval_batch_size", "eval_delay", "eval_on_start", "eval_accumulation_steps",
        "prediction_loss_only", "eval_do_concat_batches", "eval_use_gather_object", "include_for_metrics",
        "batch_eval_metrics", "do_train", "do_eval", "do_predict",
        because: "data evaluates on a fixed set of its own, before and after each run")
      + Parameter.withoutEffect(
        "data_seed", "dataloader_drop_last", "dataloader_num_workers", "dataloader_pin_memory",
        "dataloader_persistent_workers", "dataloader_prefetch_factor", "dataloader_multiprocessing_context",
        "dataloader_in_order", "remove_unused_columns", "label_names", "train_sampling_strategy",
        "length_column_name", "group_by_length", because: "batches are drawn in memory, from `seed`")
      + Parameter.withoutEffect(
        "use_cpu", "no_cuda", "local_rank", "ddp_find_unused_parameters", "ddp_bucket_cap_mb",
        "ddp_broadcast_buffers", "ddp_static_graph", "ddp_backend", "ddp_timeout", "fsdp", "fsdp_config",
        "deepspeed", "accelerator_config", "parallelism_config", "average_tokens_across_devices",
        "auto_find_batch_size", "torch_empty_cache_steps", "torch_compile", "torch_compile_backend",
        "torch_compile_mode", "use_liger_kernel", "liger_kernel_config", "use_cache",
        because: "there is one process here, on the CPU")
      + Parameter.withoutEffect("full_determinism", because: "a run gives the same bits each time")
  }

  static let training: [Parameter] = working(.standard) + idle

  static let fineTuning: [Parameter] =
    working(.fineTuning) + idle
    + text
    + Parameter.withoutEffect(
      "model_init_kwargs", because: "the model of a name is always the same stand-in")
    + Parameter.notYet(
      "activation_offloading",
      until: "checkpointing=unsloth alone keeps values apart, those of layers' inputs")
    + Parameter.withoutEffect(
      "max_seq_length",
      because: "a sequence is as long as the model's context; today's "
        + "TRL calls it max_length and refuses this name")

  /// What SFTConfig says of text; old versions of SFTTrainer take some of it, too.
  static let text: [Parameter] =
    Parameter.withoutEffect(
      "max_length", "packing", "packing_strategy", "eval_packing", "padding_free", "pad_to_multiple_of",
      "truncation_mode", because: "a sequence is as long as the model's context")
    + Parameter.withoutEffect(
      "dataset_text_field", "dataset_kwargs", "dataset_num_proc", "dataset_batch_size", "shuffle_dataset",
      "chat_template_path", "eos_token", "pad_token", because: "data here is made of tokens already")
    + [
      Parameter(
        "completion_only_loss", .bool, .absent("as the rows are"),
        "False is refused: of a prompt with a completion the completion is learnt, as TRL does unless told otherwise"
      ).named,
      Parameter(
        "assistant_only_loss", .bool, .absent("as True"),
        "of a conversation the assistant's turns are learnt, which TRL does with True alone"
      ).named,
      Parameter(
        "loss_type", .text, .absent("nll"),
        "nll, the mean over the tokens that are learnt; others are refused"
      ).named,
    ]

  /// Whether TRL would learn all turns of a conversation with these arguments of SFTConfig or SFTTrainer.
  static func learnsAllTurns(_ arguments: Arguments) -> Bool {
    arguments.command.parameters.contains { $0.name == "assistant_only_loss" }
      && arguments.optionalBool("assistant_only_loss") != true
  }

  /// Sees to it that the loss is the one that is computed here.
  ///
  /// - Throws: `Failure` for a loss over other tokens, or another loss.
  static func checkLoss(_ arguments: Arguments) throws {
    guard arguments.command.parameters.contains(where: { $0.name == "loss_type" }) else { return }
    if arguments.optionalBool("completion_only_loss") == false {
      throw Failure(
        argument: "completion_only_loss", "`completion_only_loss=False` is not here",
        label: "leave it out",
        body: "It is refused because prompts would be learnt too. Rows {\"text\": …} are learnt whole.")
    }
    if let name = arguments.optionalText("loss_type"), !["nll", "chunked_nll"].contains(name) {
      throw Failure(
        argument: "loss_type", "the loss `\(name)` is not here", label: "nll is",
        body: "It is refused because the loss would be another one.", fix: "loss_type=\"nll\"")
    }
  }
}

extension TrainerArguments {
  /// Reads the fields that work out of a call.
  ///
  /// - Throws: `Failure` for an optimiser or a schedule that is not here.
  init(_ arguments: Arguments, _ session: Session) throws {
    try TrainerFields.checkLoss(arguments)
    learnsAllTurns = TrainerFields.learnsAllTurns(arguments)
    given = arguments.pythonArguments()
    outputFolder = arguments.optionalText("output_dir")
    epochs = arguments.number("num_train_epochs")
    let most = arguments.whole("max_steps")
    maxSteps = most > 0 ? most : nil
    batch = arguments.whole("per_device_train_batch_size")
    chosen.optimizer.kind =
      try OptimizerName.treatment(of: arguments.text("optim"), session) == .sgd ? .sgd : .adamw
    chosen.schedule = try TrainerArguments.schedule(arguments.text("lr_scheduler_type"))
    try setScheduleParts(arguments.value("lr_scheduler_kwargs"))
    for option in TrainingSettings.options where option.value(in: chosen) != nil {
      for field in option.trainerFields { take(field, of: option, arguments) }
    }
    if arguments.bool("fp16"), arguments.bool("bf16") {
      throw Failure(
        argument: "bf16", "fp16 and bf16 are both asked for", label: "the trainer takes one of them",
        body: "fp16=True is for a T4 or V100, bf16=True for newer cards.", fix: "bf16=False")
    }
    // The plain constant schedule of transformers knows no warm-up.
    if arguments.text("lr_scheduler_type") == "constant" {
      chosen.warmup = 0
      shares["warmup"] = nil
    }
    logging = TrainerArguments.interval(
      arguments.choice("logging_strategy"), arguments.number("logging_steps"))
    logsFirstStep = arguments.bool("logging_first_step")
    evaluation = TrainerArguments.interval(
      arguments.choice("eval_strategy"),
      arguments.optionalNumber("eval_steps") ?? arguments.number("logging_steps"))
    saving = TrainerArguments.saving(arguments)
    saveLimit = arguments.optionalNumber("save_total_limit").map { Int($0) }
    chosen.loadBest = arguments.bool("load_best_model_at_end")
    try checkBest(arguments)
    note(arguments, session)
  }

  /// Sets what only the chosen schedule has.
  ///
  /// - Throws: `Failure` for a key of another schedule, or a value out of range.
  private mutating func setScheduleParts(_ value: Value) throws {
    guard case .dictionary(let members) = value else { return }
    let name = "lr_scheduler_kwargs"
    let schedule = chosen.schedule.kind
    let options = TrainingSettings.options.filter { $0.owner == .schedule(schedule) }
    for (key, value) in members {
      guard let option = options.first(where: { $0.name == key }) else {
        let names = options.map(\.name).joined(separator: " and ")
        throw Failure(
          argument: name, "the \(schedule.rawValue) schedule has no `\(key)`",
          label: names.isEmpty ? "it has no parameters" : "it has \(names)")
      }
      guard case .number(let number) = value, option.kind.holds(.number(number)) else {
        throw Failure(
          argument: name, "`\(key)` is \(value.code)", label: "it takes a \(ParameterKind(option.kind).takes)"
        )
      }
      option.set(.number(number), in: &chosen)
    }
  }

  private static func saving(_ arguments: Arguments) -> Interval? {
    let strategy = arguments.choice("save_strategy")
    return strategy == "best" ? nil : interval(strategy, arguments.number("save_steps"))
  }

  /// As transformers checks what goes together.
  ///
  /// - Throws: `Failure` for another metric, and where the best evaluation is asked for without evaluations that are saved.
  private func checkBest(_ arguments: Arguments) throws {
    if let metric = arguments.optionalText("metric_for_best_model"), !["loss", "eval_loss"].contains(metric) {
      throw Failure(
        argument: "metric_for_best_model", "the metric `\(metric)` is not here", label: "eval_loss is",
        body: "It is refused because another step would be the best.",
        fix: "metric_for_best_model=\"eval_loss\"")
    }
    if arguments.optionalBool("greater_is_better") == true {
      throw Failure(
        argument: "greater_is_better", "of losses the lower one is better", label: "leave it out")
    }
    guard chosen.loadBest || saving == nil else { return }
    let name = chosen.loadBest ? "load_best_model_at_end" : "save_strategy"
    guard evaluation != .never else {
      throw Failure(
        argument: name, "`\(name)` needs evaluations during the run", label: "eval_strategy is \"no\"",
        fix: "eval_strategy=\"steps\"")
    }
    guard chosen.loadBest, let saving else { return }
    if saving == .never || (saving == .epochs) != (evaluation == .epochs) {
      throw Failure(
        argument: name, "`load_best_model_at_end` needs checkpoints when there are evaluations",
        label: "save_strategy and eval_strategy must be the same")
    }
    if case .steps(let save) = saving, case .steps(let evaluate) = evaluation, save >= 1, evaluate >= 1,
      save.truncatingRemainder(dividingBy: evaluate) != 0
    {
      throw Failure(
        argument: name, "`save_steps` must be a multiple of `eval_steps` to keep the best",
        label: "\(shortest(save)) is no multiple of \(shortest(evaluate))")
    }
  }

  /// Sets an option as one of its fields says, by the name of an older version where that is given.
  private mutating func take(_ field: TrainerField, of option: TrainingOption, _ arguments: Arguments) {
    let older = field.olderNames.first { name in
      if case .none = arguments.value(name) { false } else { true }
    }
    switch arguments.value(older ?? field.name) {
    case .number(let number) where field.isShare && number < 1:
      shares[option.name] = number > 0 ? number : nil
      field.set(.number(0), in: &chosen)
    case .number(let number): field.set(.number(field.isShare ? number.rounded(.down) : number), in: &chosen)
    case .bool(let value): field.set(.bool(value), in: &chosen)
    case .text(let word): field.set(.text(word), in: &chosen)
    case .none, .list, .dictionary, .function, .object: break
    }
  }

  private func note(_ arguments: Arguments, _ session: Session) {
    if arguments.isGiven("warmup_ratio") {
      session.warnOnce(
        "warmup_ratio", "`warmup_ratio` is gone from transformers 5: warmup_steps below 1 says the same")
    }
    if arguments.text("lr_scheduler_type") == "constant", arguments.number("warmup_steps") > 0 {
      session.warnOnce(
        "constant without warm-up",
        "`warmup_steps` has no effect with lr_scheduler_type=\"constant\": constant_with_warmup has a warm-up"
      )
    }
  }

  private static func interval(_ strategy: String, _ steps: Double) -> Interval {
    switch strategy {
    case "no": .never
    case "epoch": .epochs
    default: .steps(steps)
    }
  }

  private static func schedule(_ name: String) throws -> Schedule {
    guard let schedule = Schedule(trainerName: name) else {
      throw Failure(
        argument: "lr_scheduler_type", "the schedule `\(name)` is not here yet",
        label: "linear, cosine, constant, constant_with_warmup, polynomial and inverse_sqrt are",
        body: "It is refused because the steps would be others.", fix: "lr_scheduler_type=\"cosine\"")
    }
    return schedule
  }
}
