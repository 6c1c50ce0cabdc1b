// What trains in Python: TrainingArguments, SFTConfig, Trainer and SFTTrainer.
import Adapters
import Fields
import Interpreter
import Laboratory
import Models
import Training

enum TrainerCommands {
  static let all: [Command] = [arguments, fineTuningArguments, earlyStopping, trainer, fineTuner]

  private static let epochs =
    "An epoch is the rows of `jsonl`, and 1600 sequences of data that has no end; a run that states no max_steps ends "
    + "after at most 500 steps. A field that changes nothing here says so in a note, once."

  private static let arguments = Command(
    "TrainingArguments", .python, TrainerFields.training, result: "training arguments",
    "Says how a trainer trains, in the words and with the defaults of transformers.", details: epochs,
    example: "TrainingArguments(output_dir=\"out\", learning_rate=2e-4, max_steps=100)",
    source: "transformers 5.23 TrainingArguments"
  ) { arguments, session in
    .object(
      TrainingArgumentsObject("TrainingArguments", try TrainerArguments(arguments, session)))
  }

  private static let fineTuningArguments = Command(
    "SFTConfig", .python, TrainerFields.fineTuning, result: "training arguments",
    "TrainingArguments with the defaults of TRL and its fields of text.", details: epochs,
    example: "SFTConfig(output_dir=\"out\", max_steps=100, logging_steps=20)", source: "TRL SFTConfig"
  ) { arguments, session in
    .object(TrainingArgumentsObject("SFTConfig", try TrainerArguments(arguments, session)))
  }

  private static let earlyStopping = Command(
    "EarlyStoppingCallback", .python,
    [
      Parameter(
        "early_stopping_patience", .whole(NumberRange(1, 1e9)), .number(1), unit: "evaluations",
        "evaluations in a row without a fall after which the run ends"),
      Parameter(
        "early_stopping_threshold", .number(.notNegative), .number(0),
        "how far below the lowest an evaluation must be to count as a fall"),
    ], result: "a callback", "Ends a trainer's run once its evaluations fall no more.",
    details: "It goes into a trainer's `callbacks`; `train` takes the same as patience and threshold.",
    example: "EarlyStoppingCallback(early_stopping_patience=3)",
    source: "transformers 5.23 EarlyStoppingCallback"
  ) { arguments, _ in
    .object(
      CallbackObject(
        patience: arguments.whole("early_stopping_patience"),
        threshold: arguments.number("early_stopping_threshold")))
  }

  /// Arguments of both trainers.
  private static let common: [Parameter] =
    [
      Parameter(
        "model", .either([.object([.model]), .text]), .required,
        "an adapted model, or a folder or name as in from_pretrained"),
      Parameter(
        "args", .object([.trainingArguments]), .absent("its defaults"), "TrainingArguments(…) or SFTConfig(…)"
      ),
      Parameter("train_dataset", .object([.data]), .required, "language, text or teacher").named.replacing(
        .data),
      evaluationData,
      Parameter(
        "callbacks", .list(.object([.callback])), .absent("none"), "[EarlyStoppingCallback(…)]"
      ).named,
    ]
    + Parameter.withoutEffect(
      "tokenizer",
      because: "data here is made of tokens already; today's library calls it processing_class and refuses "
        + "`tokenizer`, which Unsloth still takes")
    + Parameter.withoutEffect(
      "processing_class", "data_collator", because: "data here is made of tokens already")
    + Parameter.withoutEffect(
      "compute_metrics", "preprocess_logits_for_metrics",
      because: "no functions are called during a run")
    + Parameter.refused(
      "optimizers", "optimizer_cls_and_kwargs", "compute_loss_func", "model_init",
      because: "the steps would be others")

  private static let evaluationData = {
    var parameter = Parameter(
      "eval_dataset", .object([.data]), .absent("none"),
      "no effect here: data evaluates on a fixed set of its own, before and after each run"
    ).named.replacing(.data)
    parameter.effect = .none("data evaluates on a fixed set of its own, before and after each run")
    return parameter
  }()

  private static let trainer = Command(
    "Trainer", .python, common, result: "a trainer",
    "Holds a model, data and arguments; its method train() makes the run.",
    example: "m = get_peft_model(transformer(layers=1, width=32, heads=2), LoraConfig(r=4))\n"
      + "Trainer(model=m, args=TrainingArguments(max_steps=5), train_dataset=language(1)).train()",
    source: "transformers Trainer"
  ) { arguments, session in
    try trainer(arguments, session, .init("TrainingArguments", .standard))
  }

  private static let fineTuner = Command(
    "SFTTrainer", .python,
    common
      + [
        Parameter(
          "peft_config", .object([.adapter]), .absent("the model carries its adapter"),
          "an adapter that the model is given"
        ).named
      ]
      + TrainerFields.text
      + Parameter.withoutEffect(
        "max_seq_length",
        because: "a sequence is as long as the model's context; today's TRL calls it "
          + "max_length and takes it in SFTConfig alone")
      + Parameter.withoutEffect("formatting_func", because: "data here is made of tokens already"),
    result: "a trainer", "A trainer with the defaults of TRL.",
    details: "A text in place of a model is taken as AutoModelForCausalLM.from_pretrained takes it.",
    example: "t = SFTTrainer(model=transformer(layers=1, width=32, heads=2), args=SFTConfig(max_steps=5), "
      + "train_dataset=language(1), peft_config=LoraConfig(r=4))\nt.train()",
    source: "TRL SFTTrainer"
  ) { arguments, session in
    try trainer(
      arguments, session, .init("SFTConfig", .fineTuning),
      adapter: try arguments.optionalObject("peft_config", as: AdapterObject.self))
  }

  private static func trainer(
    _ arguments: Arguments, _ session: Session, _ standard: TrainingArgumentsObject,
    adapter: AdapterObject? = nil
  ) throws -> Value {
    let data = try arguments.object("train_dataset", as: DataObject.self)
    func check(_ model: Model) throws {
      guard model.adapter != nil else {
        throw Failure(
          argument: "model", "the model has no adapter to train", label: "attach one first",
          body: "A trainer trains adapters here; `pretrain` trains all weights of a model.",
          fix: "get_peft_model(\(Failure.asWritten), LoraConfig(r=8))")
      }
      try TrainerFields.checkLoss(arguments)
      try data.data.check(model.architecture)
    }
    var object: ModelObject
    if case .text(let name) = arguments.value("model") {
      object = try StandIns.model(for: name, session) { bare in
        try check(adapter.map { try PEFTCommands.fitted($0, on: bare, session) } ?? bare)
      }
    } else {
      object = try arguments.object("model", as: ModelObject.self)
    }
    if let adapter { object = try PEFTCommands.attached(adapter, to: object.model, session) }
    try check(object.model)
    let given = try watched(
      try arguments.optionalObject("args", as: TrainingArgumentsObject.self) ?? standard, arguments)
    _ = data.used(with: object.model, session)
    if given.values.learnsAllTurns, (data.data as? RowCorpus)?.hasTurns == true {
      session.warnOnce(
        "assistant_only_loss",
        "the loss is on the assistant's turns alone, as with assistant_only_loss=True; without it TRL learns every turn"
      )
    }
    let own: Set<String> = [
      "model", "args", "train_dataset", "eval_dataset", "peft_config", "tokenizer", "processing_class",
      "callbacks",
    ]
    var base: ModelObject?
    if case .object(let given as ModelObject) = arguments.value("model") { base = given }
    return .object(
      TrainerObject(
        name: arguments.command.name, base: base, model: object, data: data,
        arguments: given.withRows((data.data as? RowCorpus)?.trainingCount)
          .withCheckpointing(object.model.request?.checkpointing).adding(
            arguments.pythonArguments(except: own))))
  }

  /// The arguments with what the callbacks watch.
  ///
  /// - Throws: `Failure` where there are no evaluations to watch.
  private static func watched(_ given: TrainingArgumentsObject, _ arguments: Arguments) throws
    -> TrainingArgumentsObject
  {
    guard case .list = arguments.value("callbacks"),
      let callback = try arguments.objects("callbacks", as: CallbackObject.self).last
    else { return given }
    guard given.values.evaluation != .never else {
      throw Failure(
        argument: "callbacks", "`EarlyStoppingCallback` needs evaluations during the run",
        label: "eval_strategy is \"no\"",
        body: "TrainingArguments(eval_strategy=\"steps\", eval_steps=…) makes them.")
    }
    return given.watching(callback)
  }
}
