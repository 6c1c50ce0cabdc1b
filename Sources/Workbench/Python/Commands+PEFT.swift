// What PEFT's own code calls: LoraConfig, get_peft_model, TaskType.
import Adapters
import Models

enum PEFTCommands {
  static let all: [Command] = [configuration, attach, causalTask]

  private static let configuration = Command(
    "LoraConfig", .python, LoraFields.parameters(targets: "q_proj and v_proj; all layers of an mlp"),
    result: "an adapter", "Describes a LoRA adapter in PEFT's words.",
    details:
      "It always states its scaling: alpha/r, or alpha/√r with use_rslora=True. The session's mode never "
      + "touches it. A field that changes nothing here says so in a note, once.",
    example: "LoraConfig(r=16, lora_alpha=32, target_modules=[\"q_proj\", \"v_proj\"], use_rslora=True)",
    source: "PEFT 0.21.2 LoraConfig"
  ) { arguments, session in
    .object(AdapterObject(try LoraFields.configuration(arguments, session)))
  }

  private static let attach = Command(
    "get_peft_model", .python,
    [
      Parameter("model", .object([.model]), .required, "a model; it stays as it is").replacing(.model),
      Parameter("peft_config", .object([.adapter]), .required, "LoraConfig(…) or lora(…)"),
    ]
      + Parameter.withoutEffect("adapter_name", because: "a model has one adapter")
      + Parameter.withoutEffect("mixed", because: "there is one kind of adapter")
      + Parameter.withoutEffect(
        "autocast_adapter_dtype", "low_cpu_mem_usage", "revision",
        because: "everything is in fp32 and in memory"),
    result: "a model", "A new model that shares the frozen weights and carries the adapter.",
    details: "A model that carries an adapter already gets the new one in its place.",
    example: "get_peft_model(transformer(), LoraConfig(r=16, lora_alpha=32))", source: "PEFT get_peft_model"
  ) { arguments, session in
    let adapter = try arguments.object("peft_config", as: AdapterObject.self)
    return .object(
      try attached(adapter, to: arguments.object("model", as: ModelObject.self).model, session))
  }

  /// The model with the adapter on its base.
  static func attached(_ adapter: AdapterObject, to model: Model, _ session: Session) throws -> ModelObject {
    var base = model
    if model.adapter != nil {
      base = try model.detached()
      session.emit(
        .note(
          "the model carried an adapter: the new one takes its place (PEFT would put it beside, Unsloth refuses)"
        ))
    }
    if let trained = adapter.trained {
      return ModelObject(try base.attached(trained, isInterrupted: session.environment.isInterrupted))
    }
    let adapted = try base.attached(
      adapter.configuration, memory: session.environment.memory,
      isInterrupted: session.environment.isInterrupted)
    ModelCommands.noteRanksAboveWidth(adapted, session)
    return ModelObject(adapted)
  }

  private static let causalTask = Command(
    constant: "TaskType.CAUSAL_LM", "CAUSAL_LM", "The task of a model that predicts the next token.",
    example: "LoraConfig(task_type=TaskType.CAUSAL_LM)", source: "PEFT TaskType")
}

extension Command {
  /// An entry that stands for a text where it is written, as a member of an enumeration of Python.
  init(constant name: String, _ text: String, _ meaning: String, example: String, source: String) {
    self.init(name, .python, [], result: "a text", meaning, example: example, source: source) { _, _ in
      .text(text)
    }
    constant = text
  }
}
