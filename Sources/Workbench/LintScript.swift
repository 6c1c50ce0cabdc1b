// The configurations of a Python script: calls of PEFT, Unsloth, Trainers and optimisers, and which belong together.
import Analysis
import Fields
import Interpreter
import Language

struct LintScript {
  /// A call that makes an adapter.
  struct Adapter {
    var subject: LintSubject
    var call: PythonCall
  }

  /// A call that says how training goes, or a loop written by hand.
  struct Training {
    var name: String
    var facts: TrainingFacts
    var line: Int
    /// What it states, as text: `learning_rate=2e-4`.
    var read: [String]
    var followed: [LintFollowed]
    var unread: [LintUnread]
    /// Nil for a loop.
    var call: PythonCall?
  }

  private(set) var adapters: [Adapter] = []
  private(set) var trainings: [Training] = []
  /// Trainers that are given a removed argument, with what they say of the training.
  private(set) var trainers: [Training] = []
  /// Adapters that the script makes elsewhere, from a file or by a function.
  private(set) var unread: [LintUnread] = []
  /// Which adapter (by number) a training belongs to, where the script says or there is no choice.
  private var pairs: [(adapter: Int, training: Int)] = []

  private let outline: PythonOutline
  private let values: ScriptValues
  private var calls: [PythonCall] { outline.calls }

  init(_ text: String) {
    outline = PythonOutline(text)
    values = ScriptValues(outline)
    let loadsQuantized = loadsQuantized
    for call in calls {
      guard let form = form(call) else { continue }
      let arguments = ScriptArguments(call, values, judged: FieldNames.judged, isPositional: form == .unsloth)
      var subject = LintSubject(form, fields: arguments.fields, isWhole: arguments.isWhole)
      subject.followed = arguments.followed
      subject.unread = arguments.unread
      subject.hasQuantizedBase = loadsQuantized ? true : nil
      adapters.append(Adapter(subject: subject, call: call))
    }
    readTrainings()
    readElsewhere()
    pair()
  }

  /// The trainings of an adapter.
  func trainings(of adapter: Int) -> [Training] {
    pairs.filter { $0.adapter == adapter }.map { trainings[$0.training] }
  }

  /// The numbers of the adapters of a training.
  func adapters(of training: Int) -> [Int] { pairs.filter { $0.training == training }.map(\.adapter) }

  // MARK: - Adapters

  private func form(_ call: PythonCall) -> LintSubject.Form? {
    switch call.lastName {
    case "LoraConfig": return .peft
    case "get_peft_model":
      // PEFT's own function takes a configuration; Unsloth's takes its fields.
      let labels = call.arguments.compactMap(\.label)
      let isUnsloth = call.name.hasPrefix("Fast") || labels.contains("r") || labels.contains("lora_alpha")
      return isUnsloth ? .unsloth : nil
    default: return nil
    }
  }

  private var loadsQuantized: Bool {
    calls.contains { call in
      ["load_in_4bit", "load_in_8bit"].contains { call.value($0) == .bool(true) }
    }
  }

  /// Configurations that no `LoraConfig` of this file makes: `peft_config=get_peft_config(args)`.
  private mutating func readElsewhere() {
    for call in calls {
      guard let given = configuration(of: call), given.value != .none, adapterNumber(given.place) == nil
      else {
        continue
      }
      // One of this file's, by a way that does not matter.
      if !adapters.isEmpty, !isForeign(given.place) { continue }
      let reason: String
      do throws(ScriptValues.Unread) {
        _ = try values.read(given.place)
        reason = "it is no configuration that is known here"
      } catch {
        reason = error.reason
      }
      let label = given.label.map { "\($0)=" } ?? ""
      unread.append(
        LintUnread(field: "peft_config", expression: label + outline.text(given.place), reason: reason))
    }
  }

  /// What a trainer, or PEFT's own `get_peft_model`, is given as the configuration.
  private func configuration(of call: PythonCall) -> PythonCall.Argument? {
    if let given = call.arguments.first(where: { $0.label == "peft_config" }) { return given }
    guard call.lastName == "get_peft_model", form(call) == nil else { return nil }
    let positional = call.arguments.filter { $0.label == nil }
    return positional.count > 1 ? positional[1] : nil
  }

  /// Whether a place holds the result of a function that is not of this file, or a name that has it.
  private func isForeign(_ place: PythonPlace) -> Bool {
    var place = place
    if let name = outline.name(place), let binding = try? values.binding(name, seenFrom: place),
      case .value(let value?) = binding.kind
    {
      place = value
    }
    guard let call = outline.call(place) else { return false }
    return !outline.bindings.contains { $0.kind == .function && $0.name == call.name }
  }

  // MARK: - Which belongs to which

  private mutating func pair() {
    let all = trainings.indices.flatMap { training in
      adapters.indices.map { (adapter: $0, training: training) }
    }
    if adapters.count <= 1 || trainings.count <= 1 {
      pairs = all
      return
    }
    for trainer in calls where trainer.lastName.hasSuffix("Trainer") {
      let arguments = trainer.arguments.first { $0.label == "args" }.map(\.place)
      let adapter =
        trainer.arguments.first { $0.label == "peft_config" }.flatMap { adapterNumber($0.place) }
        ?? (trainer.arguments.first { $0.label == "model" } ?? trainer.arguments.first { $0.label == nil })
        .flatMap { adapterNumber(ofModel: $0.place) }
      guard let arguments, let adapter, let training = number(arguments, among: trainings.map(\.call)) else {
        continue
      }
      if !pairs.contains(where: { $0 == (adapter, training) }) { pairs.append((adapter, training)) }
    }
    for training in trainings.indices where adapters(of: training).isEmpty {
      trainings[training].unread.append(
        LintUnread(
          field: "adapter", expression: trainings[training].name,
          reason:
            "which of the \(adapters.count) adapters it trains is not stated in one place; its rate is held against none"
        ))
    }
  }

  /// The number of the call that stands in a place, or that the name there is bound to.
  private func number(_ place: PythonPlace, among calls: [PythonCall?]) -> Int? {
    var place = place
    if let name = outline.name(place), let binding = try? values.binding(name, seenFrom: place),
      case .value(let value?) = binding.kind
    {
      place = value
    }
    guard let call = outline.call(place) else { return nil }
    return calls.firstIndex { $0?.place == call.place }
  }

  private func adapterNumber(_ place: PythonPlace) -> Int? { number(place, among: adapters.map(\.call)) }

  /// The adapter that `model = get_peft_model(model, config)` puts on the model in a place.
  private func adapterNumber(ofModel place: PythonPlace) -> Int? {
    let makers: [PythonCall]
    if let name = outline.name(place) {
      makers = outline.bindings.compactMap { binding in
        guard binding.name == name, case .value(let value?) = binding.kind, let call = outline.call(value),
          call.lastName == "get_peft_model"
        else { return nil }
        return call
      }
    } else {
      makers = outline.call(place).map { $0.lastName == "get_peft_model" ? [$0] : [] } ?? []
    }
    guard makers.count == 1, let maker = makers.first else { return nil }
    if let own = adapters.firstIndex(where: { $0.call.place == maker.place }) { return own }
    return configuration(of: maker).flatMap { adapterNumber($0.place) }
  }

  // MARK: - Training

  /// Of TRL.
  private static let trainers: Set<String> = [
    "SFTTrainer", "DPOTrainer", "GRPOTrainer", "ORPOTrainer", "KTOTrainer",
    "UnslothTrainer",
  ]

  private static let preference: Set<String> = [
    "DPOConfig", "GRPOConfig", "ORPOConfig", "KTOConfig", "CPOConfig", "PPOConfig", "RLOOConfig",
    "OnlineDPOConfig",
  ]

  private static let optimizers: [String: TrainingFacts.Optimizer] = [
    "Adam": .adam, "AdamW": .adam, "AdamW8bit": .adam, "Adam8bit": .adam, "PagedAdamW": .adam,
    "PagedAdamW8bit": .adam, "PagedAdamW32bit": .adam, "SGD": .sgd, "Adafactor": .other("Adafactor"),
    "Lion": .other("Lion"),
  ]

  private func isArguments(_ call: PythonCall) -> Bool {
    call.lastName.hasSuffix("TrainingArguments") || call.lastName == "SFTConfig"
      || LintScript.preference.contains(call.lastName)
  }

  private func isTokenizerGiven(_ call: PythonCall) -> Bool {
    LintScript.trainers.contains(call.lastName) && call.value("tokenizer") != nil
  }

  /// Every call of arguments and every optimiser, each by itself; an optimiser beside arguments speaks with all of them.
  private mutating func readTrainings() {
    let arguments = calls.filter(isArguments).map(training)
    let optimizers = calls.compactMap { call in
      LintScript.optimizers[call.lastName].map { training(call, optimizer: $0) }
    }
    if arguments.isEmpty {
      trainings = optimizers
      addLoop()
    } else {
      trainings = arguments.map { training in
        var training = training
        for optimizer in optimizers {
          training.facts.keepCommon(optimizer.facts)
          training.unread += optimizer.unread
        }
        return training
      }
    }
    addParsedArguments()
    let usesUnsloth = calls.contains { $0.name.hasPrefix("Fast") }
    for call in calls where isTokenizerGiven(call) {
      var facts = TrainingFacts()
      facts.tokenizerArgumentOf = call.lastName
      facts.usesUnsloth = usesUnsloth
      trainers.append(
        Training(
          name: call.lastName, facts: facts, line: call.line, read: [], followed: [], unread: [], call: call))
    }
  }

  private static let judged: Set<String> = [
    "learning_rate", "lr", "optim", "fp16", "bf16", "logging_nan_inf_filter",
  ]

  private func training(_ call: PythonCall) -> Training {
    let arguments = ScriptArguments(call, values, judged: LintScript.judged, isPositional: true)
    func number(_ label: String) -> Double? {
      if case .number(let number)? = arguments.value(label) { number } else { nil }
    }
    /// nil where it was not read, or may be unpacked into the call.
    func flag(_ label: String, default standard: Bool = false) -> Bool? {
      guard let value = arguments.value(label) else { return arguments.isWhole ? standard : nil }
      if case .bool(let bool) = value { return bool }
      return nil
    }
    var facts = TrainingFacts()
    let isPreference = LintScript.preference.contains(call.lastName)
    facts.objective = isPreference ? .preference : .supervised
    if arguments.value("learning_rate") != nil {
      facts.learningRate = number("learning_rate")
    } else if arguments.isWhole, !isPreference {
      facts.learningRate = call.lastName == "SFTConfig" ? 2e-5 : 5e-5
      facts.rateDefaultOf = call.lastName
    }
    if let name = arguments.value("optim") {
      facts.optimizer = optimizer(name)
    } else if arguments.isWhole {
      facts.optimizer = .adam
    }
    facts.warmup = number("warmup_steps")
    facts.clip =
      arguments.value("max_grad_norm") != nil ? number("max_grad_norm") : arguments.isWhole ? 1 : nil
    facts.fp16 = flag("fp16")
    facts.bf16 = flag("bf16")
    facts.hasScaler = true
    facts.hidesNonFinite = flag("logging_nan_inf_filter", default: true)
    facts.usesWarmupRatio = call.value("warmup_ratio") != nil
    return Training(
      name: call.lastName, facts: facts, line: call.line, read: arguments.read, followed: arguments.followed,
      unread: arguments.unread, call: call)
  }

  private func training(_ call: PythonCall, optimizer: TrainingFacts.Optimizer) -> Training {
    // The parameters stand first, and the rate may stand second without its name.
    var call = call
    let positional = call.arguments.indices.filter { call.arguments[$0].label == nil }
    if positional.count > 1, call.value("lr") == nil { call.arguments[positional[1]].label = "lr" }
    let arguments = ScriptArguments(call, values, judged: ["lr"], isPositional: true)
    var facts = TrainingFacts()
    facts.optimizer = optimizer
    if case .number(let rate)? = arguments.value("lr") { facts.learningRate = rate }
    return Training(
      name: call.lastName, facts: facts, line: call.line, read: arguments.read, followed: arguments.followed,
      unread: arguments.unread, call: call)
  }

  private func optimizer(_ value: StatedValue) -> TrainingFacts.Optimizer? {
    let name: String
    switch value {
    case .text(let text): name = text.lowercased()
    case .name(let text): name = text.lowercased()
    case .number, .bool, .none, .list, .dictionary, .unknown: return nil
    }
    if name.contains("adam") { return .adam }
    return name.hasSuffix("sgd") ? .sgd : .other(name)
  }

  /// Arguments that a command line fills in: `HfArgumentParser((ScriptArguments, TrainingArguments))`.
  private mutating func addParsedArguments() {
    for call in calls where ["HfArgumentParser", "TrlParser"].contains(call.lastName) {
      let names = call.arguments.first.map { outline.names($0.place) } ?? []
      for name in names where name.hasSuffix("TrainingArguments") || name.hasSuffix("Config") {
        guard
          name.hasSuffix("TrainingArguments") || name == "SFTConfig" || LintScript.preference.contains(name)
        else { continue }
        trainings.append(
          Training(
            name: name, facts: TrainingFacts(), line: call.line, read: [], followed: [],
            unread: [
              LintUnread(
                field: "learning_rate", expression: name, reason: "a command line fills it in")
            ], call: nil))
      }
    }
  }

  // MARK: - Loops written by hand

  /// A loop without a Trainer: which format it computes in, and whether it has a scaler.
  private mutating func addLoop() {
    guard calls.contains(where: { $0.lastName == "backward" }) else { return }
    let half =
      calls.first(where: isHalfAutocast)
      ?? calls.first { call in
        call.lastName == "half" && call.arguments.isEmpty
          || call.lastName == "from_pretrained"
            && ["dtype", "torch_dtype"].contains { call.value($0)?.isHalf == true }
      }
    guard let half else { return }
    var facts = TrainingFacts()
    facts.fp16 = true
    // Accelerate brings a scaler of its own.
    facts.hasScaler = calls.contains { $0.lastName == "GradScaler" || $0.lastName == "Accelerator" }
    trainings.append(
      Training(
        name: "training loop", facts: facts, line: half.line, read: [], followed: [], unread: [], call: nil))
  }

  /// `autocast` computes in fp16 on a GPU where no other format is given.
  private func isHalfAutocast(_ call: PythonCall) -> Bool {
    guard call.lastName == "autocast" else { return false }
    if let type = call.value("dtype") { return type.isHalf }
    let device = call.arguments.first { $0.label == nil || $0.label == "device_type" }?.value
    let isPositionalType = call.arguments.count { $0.label == nil } > 1
    return !isPositionalType && (call.name.hasSuffix("cuda.amp.autocast") || device == .text("cuda"))
  }
}

extension TrainingFacts {
  /// Drops what another call contradicts, and takes what only it states.
  mutating func keepCommon(_ other: TrainingFacts) {
    if learningRate != other.learningRate { rateDefaultOf = nil }
    learningRate = TrainingFacts.common(learningRate, other.learningRate)
    optimizer = TrainingFacts.common(optimizer, other.optimizer)
    warmup = TrainingFacts.common(warmup, other.warmup)
    clip = TrainingFacts.common(clip, other.clip)
    fp16 = TrainingFacts.common(fp16, other.fp16)
    bf16 = TrainingFacts.common(bf16, other.bf16)
    hasScaler = TrainingFacts.common(hasScaler, other.hasScaler)
    objective = TrainingFacts.common(objective, other.objective)
    hidesNonFinite = TrainingFacts.common(hidesNonFinite, other.hidesNonFinite)
  }

  private static func common<T: Equatable>(_ a: T?, _ b: T?) -> T? {
    guard let a else { return b }
    guard let b else { return a }
    return a == b ? a : nil
  }
}

extension StatedValue {
  /// `torch.float16`, `torch.half` or the text "float16".
  fileprivate var isHalf: Bool {
    let name: String
    switch self {
    case .name(let text): name = text
    case .text(let text): name = text
    default: return false
    }
    let last = name.split(separator: ".").last
    return last == "float16" || last == "half" || last == "fp16"
  }
}
