// What PEFT's own code calls: LoraConfig, get_peft_model, TaskType.
import Adapters
import Interchange
import Interpreter
import Laboratory
import Models

enum PEFTCommands {
  static let all: [Command] = [configuration, attach, load, causalTask]

  private static let configuration = Command(
    "LoraConfig", .python, LoraFields.parameters(),
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
      Parameter("model", .object([.model]), .required, "a model; it stays as it is").replacing(
        .model { bare, arguments, session in
          _ = try fitted(arguments.object("peft_config", as: AdapterObject.self), on: bare, session)
        }),
      Parameter("peft_config", .object([.adapter]), .required, "LoraConfig(…) or lora(…)"),
      Parameter("adapter_name", .text, .absent("default"), "name of the adapter, beside others"),
    ]
      + Parameter.withoutEffect("mixed", because: "there is one kind of adapter")
      + Parameter.withoutEffect(
        "autocast_adapter_dtype", "low_cpu_mem_usage", "revision",
        because: "everything is in fp32 and in memory"),
    result: "a model", "A new model that shares the frozen weights and carries the adapter.",
    details:
      "A model that carries an adapter already gets the new one in its place; beside it where the call names it "
      + "otherwise. The model that it gives has PEFT's methods: `m.set_adapter(\"b\")`, `m.merge_and_unload()`.",
    example: "get_peft_model(transformer(), LoraConfig(r=16, lora_alpha=32))", source: "PEFT get_peft_model"
  ) { arguments, session in
    let adapter = try arguments.object("peft_config", as: AdapterObject.self)
    return .object(
      try attached(
        adapter, to: arguments.object("model", as: ModelObject.self).model,
        name: arguments.optionalText("adapter_name"), session))
  }

  private static let load = Command(
    "PeftModel.from_pretrained", .python,
    [
      Parameter("model", .object([.model]), .required, "the model that the adapter is for; it stays as it is")
        .replacing(
          .model { bare, arguments, session in
            let folder = LoadingCommands.place(arguments.text("model_id"), arguments, session)
            let path = try TextFile.place(folder, in: session.environment.workingFolder)
            _ = try AdapterFolder(folder, at: path).attached(
              to: bare, memory: session.environment.memory, stop: session.environment.stop)
          }),
      Parameter(
        "model_id", .path, .required, "a folder with adapter_config.json and adapter_model.safetensors"),
      Parameter("adapter_name", .text, .absent("default"), "name of the adapter"),
    ]
      + Parameter.withoutEffect("is_trainable", because: "an adapter can be trained at any time")
      + Parameter.refused("config", because: "the adapter is what its own adapter_config.json says")
      + Parameter.withoutEffect(
        "autocast_adapter_dtype", "low_cpu_mem_usage", "ephemeral_gpu_offload", "torch_device",
        because: "everything is in fp32 and in memory")
      + Parameter.withoutEffect("revision", "token", "cache_dir", because: "nothing is fetched")
      + [LoadingCommands.subfolder],
    result: "a model", "A new model that carries the adapter of a folder, as `load_adapter`.",
    details: "A folder alone: adapters of the hub are not fetched.",
    example: "get_peft_model(transformer(), LoraConfig(r=4)).save_pretrained(\"adapter\"); "
      + "PeftModel.from_pretrained(transformer(), \"adapter\")",
    source: "PEFT PeftModel.from_pretrained"
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    let files = try session.workshop.read(
      LoadingCommands.place(arguments.text("model_id"), arguments, session))
    return .object(
      ModelObject(
        try session.workshop.added(
          to: model, name: arguments.optionalText("adapter_name")
        ) {
          try files.attached(
            to: $0, memory: session.environment.memory, stop: session.environment.stop)
        }))
  }

  /// The model with the adapter on its base, or beside those it has where it gets another name.
  static func attached(
    _ adapter: AdapterObject, to model: Model, name: String? = nil, _ session: Session
  ) throws -> ModelObject {
    var base = model
    let isBeside = try name.map { name in try AdapterSet(model).map { $0[name] == nil } ?? false } ?? false
    if model.adapter != nil, !isBeside {
      base = try model.detached()
      session.emit(
        .note(
          "the model carried an adapter: the new one takes its place (PEFT would put it beside, Unsloth refuses)"
        ))
    }
    let adapted = try session.workshop.added(to: base, name: name) { try fitted(adapter, on: $0, session) }
    if adapter.trained == nil { session.workshop.noteOddities(adapted) }
    return ModelObject(adapted)
  }

  /// A model with the adapter on its base.
  static func fitted(_ adapter: AdapterObject, on base: Model, _ session: Session) throws -> Model {
    let (mode, stop) = (session.lab.mode, session.environment.stop)
    if let trained = adapter.trained { return try base.attached(trained, mode: mode, stop: stop) }
    return try base.attached(
      adapter.configuration, mode: mode, memory: session.environment.memory, stop: stop)
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
