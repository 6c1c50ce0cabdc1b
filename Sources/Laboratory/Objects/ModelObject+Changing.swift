// The methods that change a model, as in PEFT: the variable stands for the changed one afterwards.
import Adapters
import Fields
import Interchange
import Interpreter
import Models

extension ModelObject {
  private static let two =
    "m = get_peft_model(transformer(), LoraConfig(r=8)); m.add_adapter(\"b\", LoraConfig(r=4)); "

  private static let name = Parameter("adapter_name", .text, .required, "the name that it gets")
  private static let places = Parameter.withoutEffect(
    "low_cpu_mem_usage", "autocast_adapter_dtype", "torch_device", "ephemeral_gpu_offload",
    because: "everything is in fp32 and in memory")
  private static let trainability = Parameter.withoutEffect(
    "is_trainable", "inference_mode", because: "an adapter can be trained at any time")

  static let changing = [setAdapter, addAdapter, loadAdapter, deleteAdapter, addWeightedAdapter]

  private static let setAdapter = Command(
    "set_adapter", .python,
    [
      Parameter(
        "adapter_name", .either([.text, .list(.text)]), .required,
        "one of `m.adapters`, or several, which add up")
    ] + trainability,
    result: "nothing", "Makes one or several of its adapters active. It changes the model.",
    details: "Of several the last is trained, and the others are merged in as they stand; PEFT trains all. "
      + "`activate(m, names)` gives a new model in place of changing this one.",
    example: two + "m.set_adapter(\"b\")", source: "PEFT set_adapter"
  ) { arguments, session in
    let object = arguments.receiver(as: ModelObject.self)
    object.become(
      try session.workshop.activated(object.model, arguments.texts("adapter_name")))
    if let active = object.model.adapterSet?.active, active.count > 1, let last = active.last {
      session.warnOnce(
        "several active",
        "of the active adapters `\(last)` is trained, the others are merged in as they stand; PEFT trains all"
      )
    }
    return .none
  }

  private static let addAdapter = Command(
    "add_adapter", .python,
    [name, Parameter("peft_config", .object([.adapter]), .required, "LoraConfig(…) or lora(…)")] + places,
    result: "nothing", "Gives it one more adapter, which is not active yet. It changes the model.",
    example: two + "m.adapters", source: "PEFT add_adapter"
  ) { arguments, session in
    let adapter = try arguments.object("peft_config", as: AdapterObject.self)
    try arguments.receiver(as: ModelObject.self).add(arguments.text("adapter_name"), session) { base in
      if let trained = adapter.trained { return try base.attached(trained, mode: session.lab.mode) }
      let fresh = try base.attached(
        adapter.configuration, mode: session.lab.mode, memory: session.environment.memory)
      session.workshop.noteOddities(fresh)
      return fresh
    }
    return .none
  }

  private static let loadAdapter = Command(
    "load_adapter", .python,
    [Parameter("model_id", .path, .required, "a folder with adapter_config.json"), name]
      + trainability + places,
    result: "nothing", "Reads one more adapter from a folder, not active yet. It changes the model.",
    details: "`load_adapter(base, folder)` gives a new model with the adapter active.",
    example: two + "m.save_pretrained(\"adapters\"); "
      + "m.load_adapter(\"adapters/b\", adapter_name=\"c\")",
    source: "PEFT load_adapter"
  ) { arguments, session in
    let files = try session.workshop.read(arguments.text("model_id"))
    try arguments.receiver(as: ModelObject.self).add(arguments.text("adapter_name"), session) {
      try files.attached(to: $0, memory: session.environment.memory)
    }
    return .none
  }

  private static let deleteAdapter = Command(
    "delete_adapter", .python, [Parameter("adapter_name", .text, .required, "one of `m.adapters`")],
    result: "nothing", "Takes one of several adapters away. It changes the model.",
    details: "Where it alone was active, the first of the others is.",
    example: two + "m.delete_adapter(\"b\")",
    source: "PEFT delete_adapter"
  ) { arguments, session in
    let object = arguments.receiver(as: ModelObject.self)
    guard let set = try AdapterSet(object.model) else { throw AdapterError.notAdapted }
    let name = arguments.text("adapter_name")
    guard set.names != [name] else {
      throw Failure(
        argument: "adapter_name", "`\(name)` is the only adapter", label: "`.unload()` gives the base")
    }
    let rest = try set.removing(name)
    object.become(try rest.model(active: rest.active, mode: session.lab.mode))
    return .none
  }

  private static let addWeightedAdapter = Command(
    "add_weighted_adapter", .python,
    [
      Parameter("adapters", .list(.text), .required, "names of its adapters"),
      Parameter("weights", .list(.number(.any)), .required, "what each is multiplied with"), name,
      Parameter(
        "combination_type",
        .choice([
          Choice("svd", "the best approximation of the sum at one rank"),
          Choice("cat", "the exact sum: the rank is the sum of theirs"),
        ]), .text("svd"), "how they are added up"),
      Parameter("svd_rank", .whole(NumberRange(1)), .absent("the highest of theirs"), "rank of the result"),
    ]
      + Parameter.refused(
        "density", "majority_sign_method", because: "it belongs to combinations that drop values")
      + Parameter.withoutEffect(
        "svd_clamp", "svd_full_matrices", "svd_driver", because: "the decomposition is exact"),
    result: "nothing", "Adds the weighted sum of adapters as one more, not active yet. It changes the model.",
    details:
      "PEFT multiplies the sum of rsLoRA adapters with √r of the new rank (peft#3449); here it is the sum. "
      + "`combine` gives the sum as a value.",
    example: two
      + "m.add_weighted_adapter([\"default\", \"b\"], weights=[0.5, 0.5], adapter_name=\"sum\", "
      + "combination_type=\"cat\")",
    source: "PEFT add_weighted_adapter"
  ) { arguments, session in
    let object = arguments.receiver(as: ModelObject.self)
    guard let set = try AdapterSet(object.model) else { throw AdapterError.notAdapted }
    let names = arguments.texts("adapters")
    let weights = arguments.numbers("weights")
    guard !names.isEmpty, names.count == weights.count else {
      throw Failure(
        argument: "weights", "there must be a weight for each adapter",
        label: "\(weights.count) for \(names.count)")
    }
    let mode = session.lab.mode
    let parts = try names.map { name in
      guard let adapter = set[name] else { throw AdapterError.unknownName(name: name, names: set.names) }
      try Workshop.requirePlain(adapter)
      let rule = adapter.layout.configuration.rule(mode: mode)
      return (adapter: adapter.snapshot(base: set.base, rule: rule), rule: rule)
    }
    let highest = parts.flatMap(\.adapter.layout.sites).map(\.rank).max() ?? 1
    let rank =
      arguments.choice("combination_type") == "cat" ? nil : arguments.optionalWhole("svd_rank") ?? highest
    let (sum, errors) = try session.workshop.combined(parts, weights: weights, rank: rank)
    if rank != nil { session.emit(.table(Workshop.lossTable(errors))) }
    try object.add(arguments.text("adapter_name"), session) { try $0.attached(sum, mode: mode) }
    return .none
  }

  /// Puts what `make` gives of the base beside its adapters.
  private func add(_ name: String, _ session: Session, _ make: (Model) throws -> Model) throws {
    guard model.adapter != nil else { throw AdapterError.notAdapted }
    become(
      try session.workshop.added(
        to: model, name: name, isActive: false, make))
  }
}
