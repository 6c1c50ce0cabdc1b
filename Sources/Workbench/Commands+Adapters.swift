// Commands for trained adapters: folders of PEFT, several on one model, sums, other ranks, and a check of folders.
import Adapters
import Display
import Interchange
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
    example: "save(attach(transformer(), lora()), \"/tmp/ranklab-adapter\"); "
      + "load_adapter(transformer(), \"/tmp/ranklab-adapter\")",
    source: "PEFT PeftModel.from_pretrained"
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    let files = try read(arguments.text("folder"), session)
    return .object(
      ModelObject(
        try added(
          to: model, name: arguments.optionalText("name"), session
        ) {
          try files.attached(
            to: $0, memory: session.environment.memory, stop: session.environment.stop)
        }))
  }

  /// An adapter's folder; what a user should know of it is emitted as notes.
  ///
  /// - Throws: `AdapterFolderError`, `TensorFileError`.
  static func read(_ folder: String, _ session: Session) throws -> AdapterFolder {
    let files = try AdapterFolder(folder, at: TextFile.place(folder, in: session.environment.workingFolder))
    for note in files.configuration.notes { session.emit(.note("`\(folder)`: \(note)")) }
    if !files.configuration.statesRule {
      session.emit(.note("`\(folder)` does not state use_rslora: alpha/r is taken, as PEFT does"))
    }
    return files
  }

  /// What `make` gives of the base: alone, or beside the adapters that the model has.
  ///
  /// - Parameter isActive: whether it is active in their place; else they stay as they are.
  static func added(
    to model: Model, name: String?, _ session: Session, isActive: Bool = true,
    _ make: (Model) throws -> Model
  ) throws -> Model {
    guard let set = try AdapterSet(model) else {
      let adapted = try make(model)
      return try name.map { try adapted.named($0) } ?? adapted
    }
    guard let name else { throw AdapterError.alreadyAdapted }
    guard let adapter = try make(set.base).adapter else { throw AdapterError.notAdapted }
    return try set.adding(adapter, name: name).model(
      active: isActive ? [name] : set.active, mode: session.lab.mode,
      stop: session.environment.stop)
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
    return .object(ModelObject(try activated(model, arguments.texts("names"), session)))
  }

  /// A model with these of its adapters active; the same one where they are already.
  ///
  /// - Throws: `AdapterError`.
  static func activated(_ model: Model, _ names: [String], _ session: Session) throws -> Model {
    guard let set = try AdapterSet(model) else { throw AdapterError.notAdapted }
    let names = TrainingParameters.distinct(names)
    // An adapter that was taken out of its base stands on what was left of it.
    return names == set.active && names.count == 1
      ? model
      : try set.model(
        active: names, mode: session.lab.mode, stop: session.environment.stop)
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
    let (adapter, errors) = try combined(adapters, weights: weights, rank: rank, session)
    if rank != nil { session.emit(.table(lossTable(errors))) }
    return .object(AdapterObject(trained: adapter))
  }

  /// The weighted sum, with what makes it.
  ///
  /// - Throws: `AdapterError.otherModules`.
  static func combined(
    _ adapters: [(adapter: Adapter, rule: ScalingRule)], weights: [Double], rank: Int?,
    _ session: Session
  ) throws -> (Adapter, [RankError]) {
    let parts = adapters.enumerated().flatMap {
      ($1.adapter.madeBy?.steps ?? []) + [.keepAdapter(number: $0 + 1)]
    }
    return try Adapter.combined(
      adapters.map(\.adapter), weights: weights, rules: adapters.map(\.rule), rank: rank,
      madeBy: Provenance(parts + [.combine(weights: weights, rank: rank)]),
      stop: session.environment.stop)
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
    session.emit(.table(lossTable(errors)))
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
    try requirePlain(adapter)
    return (adapter, adapter.layout.configuration.rule(mode: session.lab.mode))
  }

  /// - Throws: `Failure` where A and B are not all of the adapter.
  static func requirePlain(_ adapter: Adapter) throws {
    guard adapter.isPlain else {
      throw Failure(
        "only A and B can be added up or brought to another rank",
        body:
          "This adapter is of another kind: \(adapter.layout.configuration.kinds.joined(separator: ", ")).")
    }
  }

  static func lossTable(_ errors: [RankError]) -> Table {
    Table(
      "what the rank leaves out",
      columns: [
        Table.Column("module"), Table.Column("r", .right), Table.Column("new r", .right),
        Table.Column("lost", .decimal),
      ],
      rows: errors.map {
        [$0.module, "\($0.oldRank)", "\($0.newRank)", NumberFormat.rounded($0.relative, digits: 3)]
      }, caption: "lost: ‖Δ − Δ'‖/‖Δ‖ of the update Δ = s·B·A, in the Frobenius norm")
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
      "save(attach(transformer(), lora()), \"/tmp/ranklab-adapter\"); doctor(\"/tmp/ranklab-adapter\")",
    source: AdapterLoader.sources
  ) { arguments, session in
    let folder = arguments.text("folder")
    let files = try AdapterFolder(folder, at: TextFile.place(folder, in: session.environment.workingFolder))
    let model = try arguments.optionalObject("model", as: ModelObject.self)?.model
    let check = AdapterCheck(folder: folder, examination: AdapterExamination(files, model: model))
    for event in check.events { session.emit(event) }
    return .none
  }
}
