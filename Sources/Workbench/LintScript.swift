// The configurations of a Python script: calls of PEFT, Unsloth, Trainers and optimisers, and what they say together.
import Analysis
import Language

struct LintScript {
  /// One for each adapter, or one for the training alone; empty where the script configures nothing known here.
  private(set) var subjects: [(subject: LintSubject, line: Int)] = []

  private let calls: [PythonCall]

  init(_ text: String) {
    calls = pythonCalls(in: text)
    let training = commonFacts()
    let loadsQuantized = loadsQuantized
    for call in calls {
      guard let form = form(call) else { continue }
      var subject = LintSubject(form, fields: fields(call), isWhole: isWhole(call, form))
      subject.training = training
      subject.unread = fields(call).filter { !$0.value.isRead }.map(\.name)
      subject.hasQuantizedBase = loadsQuantized ? true : nil
      subjects.append((subject, call.line))
    }
    if subjects.isEmpty, let first = trainingCalls.first ?? calls.first(where: isTokenizerGiven) {
      var subject = LintSubject(.script)
      subject.training = training
      subjects.append((subject, first.line))
    }
  }

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

  private func fields(_ call: PythonCall) -> [ConfigurationField] {
    call.arguments.compactMap { argument in
      argument.label.map { ConfigurationField($0, FieldValue(argument.value)) }
    }
  }

  /// Positional arguments of `LoraConfig` are fields in an order that versions change.
  private func isWhole(_ call: PythonCall, _ form: LintSubject.Form) -> Bool {
    let positional = call.arguments.count { $0.label == nil }
    return !call.hasUnpacking && positional <= (form == .unsloth ? 1 : 0)
  }

  private var loadsQuantized: Bool {
    calls.contains { call in
      ["load_in_4bit", "load_in_8bit"].contains { call.value($0) == .bool(true) }
    }
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

  private var trainingCalls: [PythonCall] {
    calls.filter { isArguments($0) || LintScript.optimizers[$0.lastName] != nil || isHalfAutocast($0) }
  }

  private func isTokenizerGiven(_ call: PythonCall) -> Bool {
    LintScript.trainers.contains(call.lastName) && call.value("tokenizer") != nil
  }

  /// What all training calls agree on.
  private func commonFacts() -> TrainingFacts {
    let arguments = calls.filter(isArguments)
    let parts =
      arguments.map { facts($0) }
      + calls.compactMap { call in LintScript.optimizers[call.lastName].map { facts(call, optimizer: $0) } }
    var common = parts.first ?? TrainingFacts()
    for part in parts.dropFirst() { common.keepCommon(part) }
    if arguments.isEmpty { addLoop(to: &common) }
    common.usesWarmupRatio = arguments.contains { $0.value("warmup_ratio") != nil }
    common.tokenizerArgumentOf = calls.first(where: isTokenizerGiven)?.lastName
    common.usesUnsloth = calls.contains { $0.name.hasPrefix("Fast") }
    return common
  }

  private func facts(_ call: PythonCall) -> TrainingFacts {
    var facts = TrainingFacts()
    let isSFT = call.lastName == "SFTConfig"
    let isPreference = LintScript.preference.contains(call.lastName)
    facts.objective = isPreference ? .preference : .supervised
    if let rate = call.value("learning_rate") {
      facts.learningRate = rate.number
    } else if !call.hasUnpacking, !isPreference {
      facts.learningRate = isSFT ? 2e-5 : 5e-5
      facts.rateDefaultOf = call.lastName
    }
    if let name = call.value("optim") {
      facts.optimizer = optimizer(name)
    } else if !call.hasUnpacking {
      facts.optimizer = .adam
    }
    facts.warmup = call.value("warmup_steps")?.number
    facts.clip = call.value("max_grad_norm").map(\.number) ?? (call.hasUnpacking ? nil : 1)
    facts.fp16 = call.flag("fp16")
    facts.bf16 = call.flag("bf16")
    facts.hasScaler = true
    facts.hidesNonFinite = call.flag("logging_nan_inf_filter", default: true)
    return facts
  }

  private func facts(_ call: PythonCall, optimizer: TrainingFacts.Optimizer) -> TrainingFacts {
    var facts = TrainingFacts()
    facts.optimizer = optimizer
    facts.learningRate = call.value("lr")?.number
    return facts
  }

  private func optimizer(_ value: PythonValue) -> TrainingFacts.Optimizer? {
    let name: String
    switch value {
    case .text(let text): name = text.lowercased()
    case .name(let text): name = text.lowercased()
    default: return nil
    }
    if name.contains("adam") { return .adam }
    return name.hasSuffix("sgd") ? .sgd : .other(name)
  }

  // MARK: - Loops written by hand

  /// A loop without a Trainer: which format it computes in, and whether it has a scaler.
  private func addLoop(to facts: inout TrainingFacts) {
    guard calls.contains(where: { $0.lastName == "backward" }) else { return }
    let isHalf =
      calls.contains(where: isHalfAutocast)
      || calls.contains { call in
        call.lastName == "half" && call.arguments.isEmpty
          || call.lastName == "from_pretrained"
            && ["dtype", "torch_dtype"].contains { call.value($0)?.isHalf == true }
      }
    guard isHalf else { return }
    facts.fp16 = true
    // Accelerate brings a scaler of its own.
    facts.hasScaler = calls.contains { $0.lastName == "GradScaler" || $0.lastName == "Accelerator" }
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
  fileprivate mutating func keepCommon(_ other: TrainingFacts) {
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

extension PythonCall {
  fileprivate func value(_ label: String) -> PythonValue? { arguments.last { $0.label == label }?.value }

  /// nil where it is computed, or may be unpacked into the call.
  fileprivate func flag(_ label: String, default standard: Bool = false) -> Bool? {
    guard let value = value(label) else { return hasUnpacking ? nil : standard }
    if case .bool(let bool) = value { return bool }
    return nil
  }
}

extension PythonValue {
  fileprivate var number: Double? {
    if case .number(let number) = self { return number }
    return nil
  }

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

extension FieldValue {
  init(_ value: PythonValue) {
    switch value {
    case .number(let number): self = .number(number)
    case .text(let text): self = .text(text)
    case .bool(let bool): self = .bool(bool)
    case .none: self = .none
    case .list(let items): self = .list(items.map { FieldValue($0) })
    case .dictionary(let entries):
      var known: [Entry] = []
      for entry in entries {
        guard case .text(let key) = entry.key else {
          self = .unknown
          return
        }
        known.append(Entry(key, FieldValue(entry.value)))
      }
      self = .dictionary(known)
    case .name(let name): self = .name(name)
    case .unknown: self = .unknown
    }
  }
}
