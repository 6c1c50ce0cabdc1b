// Commands for trained adapters: folders of PEFT, several on one model, sums, other ranks, and a check of folders.
import Adapters
import Display
import Fields
import Interchange
import Interpreter
import Laboratory
import Models

enum AdapterCommands {
  static let all: [Command] = [loadAdapter, activate, combine, resize, doctor]

  private static let adapted = Parameter("model", .object([.model]), .required, "an adapted model")

  // MARK: load_adapter

  private static let loadAdapter = Command(
    "load_adapter", .adapters,
    [
      Parameter(
        "model", .object([.model]), .required, "the model that the adapter is for; it stays as it is"),
      Parameter(
        "folder", .text, .required, "a folder with adapter_config.json and adapter_model.safetensors"),
      Parameter(
        "name", aliases: ["adapter_name"], .text, .absent("default"),
        "name of the adapter, where the model has another one"),
    ],
    result: "a model", "A new model that carries the adapter of a folder that PEFT, or `save`, wrote.",
    details:
      "The scaling is what the file states: alpha/r where `use_rslora` is missing. A field that would change what "
      + "the adapter computes and is not known here is refused by name.",
    example: "save(attach(transformer(), lora()), \"adapter\"); "
      + "load_adapter(transformer(), \"adapter\")",
    source: "PEFT PeftModel.from_pretrained"
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    let files = try session.workshop.read(arguments.text("folder"))
    return .object(
      ModelObject(
        try session.workshop.added(
          to: model, name: arguments.optionalText("name")
        ) {
          try files.attached(
            to: $0, memory: session.environment.memory, stop: session.environment.stop)
        }))
  }

  // MARK: activate

  private static let activate = Command(
    "activate", .adapters,
    [
      adapted,
      Parameter(
        "names", .either([.text, .list(.text)]), .required, "one of `m.adapters`, or several, which add up"),
    ],
    result: "a model", "A new model with these of its adapters active.",
    details:
      "The adapters are shared, not copied. Of several the last is trained; the others are merged into the base as "
      + "they stand now.",
    example:
      "m = attach(attach(mlp([8, 8]), lora()), lora(r=4), name=\"b\"); activate(m, [\"default\", \"b\"])",
    source: "PEFT set_adapter"
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    return .object(ModelObject(try session.workshop.activated(model, arguments.texts("names"))))
  }

  // MARK: combine and resize

  private static let combine = Command(
    "combine", .adapters,
    [
      Parameter(
        "adapters", .list(.object([.adapter, .model])), .required, "trained adapters, or adapted models"),
      Parameter("weights", .list(.number(.any)), .absent("1 for each"), "what each is multiplied with"),
      Parameter(
        "r", .whole(NumberRange(1)), .absent("the sum of their ranks, which is exact"),
        "rank of the result: the best approximation by singular values"),
    ],
    result: "an adapter",
    "The weighted sum of trained adapters, each with the multipliers of its own ranks and rule.",
    details:
      "The result has alpha = r under alpha/r, so that its multiplier is 1. With `r` it says what each module loses.",
    example: "m = attach(mlp([8, 8]), lora(r=2)); combine([m, m], weights=[0.5, 0.5])",
    source: "PEFT add_weighted_adapter, which is off by √r for rsLoRA (peft#3449)"
  ) { arguments, session in
    let adapters = try arguments.list("adapters").map { try plainAdapter($0, session) }
    guard !adapters.isEmpty else {
      throw Failure(argument: "adapters", "there is nothing to combine", label: "the list is empty")
    }
    let weights =
      arguments.isGiven("weights") ? arguments.numbers("weights") : adapters.map { _ in 1.0 }
    guard weights.count == adapters.count else {
      throw Failure(
        argument: "weights", "there must be a weight for each adapter",
        label: "\(weights.count) for \(adapters.count)")
    }
    let rank = arguments.optionalWhole("r")
    let (adapter, errors) = try session.workshop.combined(adapters, weights: weights, rank: rank)
    if rank != nil { session.emit(.table(Workshop.lossTable(errors))) }
    return .object(AdapterObject(trained: adapter))
  }

  private static let resize = Command(
    "resize", .adapters,
    [
      Parameter("adapter", .object([.adapter, .model]), .required, "a trained adapter, or an adapted model"),
      Parameter("r", .whole(NumberRange(1)), .required, "the new rank, of every module"),
    ],
    result: "an adapter", "The same update at another rank: the best approximation by singular values.",
    details:
      "Shows what each module loses, ‖Δ − Δ′‖/‖Δ‖. Rule and alpha stay; B takes up the change of the multiplier.",
    example: "resize(attach(mlp([8, 8]), lora(r=4)), r=2)", source: "Eckart and Young 1936"
  ) { arguments, session in
    let (old, rule) = try plainAdapter(arguments.value("adapter"), session)
    let rank = arguments.whole("r")
    let script = (old.madeBy ?? Provenance()) + [.resize(rank: rank)]
    let (adapter, errors) = try old.resized(
      rank: rank, rule: rule, madeBy: script, stop: session.environment.stop)
    session.emit(.table(Workshop.lossTable(errors)))
    return .object(AdapterObject(trained: adapter))
  }

  private static func plainAdapter(_ value: Value, _ session: Session) throws -> (
    adapter: Adapter, rule: ScalingRule
  ) {
    var adapter: Adapter?
    if case .object(let object as AdapterObject) = value { adapter = object.trained }
    if case .object(let object as ModelObject) = value, let own = object.model.adapter {
      let rule = own.layout.configuration.rule(mode: session.lab.mode)
      adapter = own.snapshot(base: object.model, rule: rule)
    }
    guard let adapter else {
      throw Failure(
        "this adapter has no weights",
        body: "`lora(…)` describes one; a model that carries it, or `run.adapter`, has A and B.")
    }
    try Workshop.requirePlain(adapter)
    return (adapter, adapter.layout.configuration.rule(mode: session.lab.mode))
  }

  // MARK: doctor

  private static let doctor = Command(
    "doctor", .adapters,
    [
      Parameter(
        "folder", .text, .required, "a folder with adapter_config.json and adapter_model.safetensors"),
      Parameter(
        "model", .object([.model]), .absent("its modules are not known"), "the model that the adapter is for"),
    ],
    result: "nothing",
    "Checks an adapter's folder: shapes, patterns, and the multiplier that each loader applies.",
    details:
      "Loaders: \(AdapterLoader.names(AdapterLoader.allCases)). Where one does not take the folder, its column is empty and the reason "
      + "stands below. PEFT was run against this program; of the others the sources were read and nothing was run. "
      + "`lint` judges the configuration; `doctor` holds it against the tensors.",
    example:
      "save(attach(transformer(), lora()), \"adapter\"); doctor(\"adapter\")",
    source: AdapterLoader.sources
  ) { arguments, session in
    let folder = arguments.text("folder")
    let files = try AdapterFolder(
      folder, at: try TextFile.place(folder, in: session.environment.workingFolder))
    let model = try arguments.optionalObject("model", as: ModelObject.self)?.model
    let check = AdapterCheck(folder: folder, examination: AdapterExamination(files, model: model))
    for event in check.events { session.emit(event) }
    return .none
  }
}
