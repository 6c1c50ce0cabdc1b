// Reading the facts out of fields as PEFT and Unsloth name them, with their defaults for what is not stated.
import Adapters

extension LintSubject {
  /// - Parameter isWhole: false where more may be given than the fields say; defaults are then unknown.
  package init(_ form: Form, fields: [ConfigurationField], isWhole: Bool = true) {
    self.init(form)
    self.isWhole = isWhole
    var reader = FieldReader(fields: fields, isWhole: isWhole)
    let defaults = form == .unsloth ? 16.0 : 8
    (rank, rankOrigin) = reader.number("r", needed: "a whole number", default: defaults)
    (alpha, alphaOrigin) = reader.number("lora_alpha", needed: "a number", default: defaults)
    dropout = reader.number("lora_dropout", needed: "a number", default: 0).value
    let rslora = reader.bool("use_rslora", default: false)
    rule = rslora.value.map { $0 ? .rslora : .lora }
    ruleOrigin = rslora.origin
    targets = reader.targets("target_modules")
    excluded = reader.isSet("exclude_modules") ? reader.targets("exclude_modules") : nil
    // Unsloth's own default is all seven matrices of a block, which no rule asks about.
    if form == .unsloth, targets == .standard { targets = nil }
    rankPattern = reader.pattern("rank_pattern", needed: "a dictionary of whole numbers")
    alphaPattern = reader.pattern("alpha_pattern", needed: "a dictionary of numbers")
    usesDoRA = reader.bool("use_dora", default: false).value
    adaptsBias = reader.bool("lora_bias", default: false).value
    isForInference = reader.bool("inference_mode", default: false).value
    bias = reader.text("bias", default: "none")
    savedModules = reader.texts("modules_to_save")
    hasLayerSelection = reader.isSet("layers_to_transform")
    layers = reader.layers("layers_to_transform")
    baseName = reader.name("base_model_name_or_path")
    hasTargetParameters = reader.isSet("target_parameters")
    initialization = reader.initialization("init_lora_weights")
    if form == .file { readAdapterType(fields, &reader) }
    // A file that states the default may have been written by a program that was told nothing.
    if form == .file, alphaOrigin == .stated, alpha == defaults { alphaOrigin = .unknown }
    mistyped = reader.mistyped
    let known = FieldNames.known(form)
    unknownFields = fields.map(\.name).filter { !known.contains($0) }
  }

  private mutating func readAdapterType(_ fields: [ConfigurationField], _ reader: inout FieldReader) {
    lacksAdapterType = !fields.contains { $0.name == "peft_type" }
    adapterType = reader.text("peft_type", default: nil)
  }
}

/// Takes fields one by one, and keeps what has the wrong kind.
private struct FieldReader {
  let fields: [ConfigurationField]
  let isWhole: Bool
  var mistyped: [LintSubject.Mistyped] = []

  init(fields: [ConfigurationField], isWhole: Bool) {
    self.fields = fields
    self.isWhole = isWhole
  }

  /// The last statement of a field counts, as in Python's dictionaries.
  private func value(_ name: String) -> FieldValue? { fields.last { $0.name == name }?.value }

  private mutating func refuse(_ name: String, _ value: FieldValue, needed: String) {
    guard value.isLiteral else { return }
    mistyped.append(LintSubject.Mistyped(field: name, needed: needed, found: value.phrase))
  }

  private func absent<T>(_ value: T) -> (value: T?, origin: LintSubject.Origin) {
    isWhole ? (value, .defaulted) : (nil, .unknown)
  }

  mutating func number(_ name: String, needed: String, default standard: Double) -> (
    value: Double?, origin: LintSubject.Origin
  ) {
    guard let stated = value(name) else { return absent(standard) }
    if case .number(let number) = stated { return (number, .stated) }
    refuse(name, stated, needed: needed)
    return (nil, .stated)
  }

  mutating func bool(_ name: String, default standard: Bool) -> (value: Bool?, origin: LintSubject.Origin) {
    guard let stated = value(name) else { return absent(standard) }
    if case .bool(let bool) = stated { return (bool, .stated) }
    refuse(name, stated, needed: "True or False")
    return (nil, .stated)
  }

  mutating func text(_ name: String, default standard: String?) -> String? {
    guard let stated = value(name) else { return isWhole ? standard : nil }
    if case .text(let text) = stated { return text }
    refuse(name, stated, needed: "a text")
    return nil
  }

  /// A list of texts; empty where it is absent, None or unknown.
  mutating func texts(_ name: String) -> [String] {
    guard let stated = value(name), stated != .none else { return [] }
    if let texts = names(stated) { return texts }
    if isMistyped(stated) { refuse(name, stated, needed: "a list of names") }
    return []
  }

  func isSet(_ name: String) -> Bool {
    guard let stated = value(name) else { return false }
    return stated != .none && stated != .list([])
  }

  /// Whole numbers, or one; nil where it is absent or anything else.
  func layers(_ name: String) -> [Int]? {
    let items: [FieldValue]
    switch value(name) {
    case .list(let list) where !list.isEmpty: items = list
    case .number(let number): items = [.number(number)]
    default: return nil
    }
    let numbers = items.compactMap { item -> Int? in
      if case .number(let number) = item { Int(exactly: number) } else { nil }
    }
    return numbers.count == items.count ? numbers : nil
  }

  /// A text that is no field of LoRA; nil where it is anything else.
  func name(_ name: String) -> String? {
    if case .text(let text)? = value(name), !text.isEmpty { text } else { nil }
  }

  mutating func targets(_ name: String) -> LoRAConfiguration.Targets? {
    guard let stated = value(name) else { return isWhole ? .standard : nil }
    switch stated {
    case .none: return .standard
    case .text("all-linear"): return .allLinear
    case .text(let pattern): return .pattern(pattern)
    default:
      if let names = names(stated) { return .names(names) }
      if isMistyped(stated) { refuse(name, stated, needed: "a list of names, or a text") }
      return nil
    }
  }

  mutating func pattern(_ name: String, needed: String) -> [LintSubject.Pattern] {
    guard let stated = value(name), stated != .none else { return [] }
    guard case .dictionary(let entries) = stated else {
      refuse(name, stated, needed: needed)
      return []
    }
    return entries.compactMap { entry in
      if case .number(let number) = entry.value { return LintSubject.Pattern(entry.key, number) }
      refuse("\(name)[\"\(entry.key)\"]", entry.value, needed: "a number")
      return nil
    }
  }

  mutating func initialization(_ name: String) -> LintSubject.Initialization? {
    guard let stated = value(name) else { return isWhole ? .kaiming : nil }
    switch stated {
    case .bool(let isUsual): return isUsual ? .kaiming : .random
    case .text(let text):
      return text.lowercased() == "gaussian" ? .gaussian : .named(text)
    default:
      refuse(name, stated, needed: "True, False or a name such as \"pissa\"")
      return nil
    }
  }

  /// Texts only: a list with anything else, known or not, is nil.
  private func names(_ value: FieldValue) -> [String]? {
    guard case .list(let items) = value else { return nil }
    var texts: [String] = []
    for item in items {
      guard case .text(let text) = item else { return nil }
      texts.append(text)
    }
    return texts
  }

  /// Whether a value is wrong for certain: a list in which something is unknown may be right.
  private func isMistyped(_ value: FieldValue) -> Bool {
    guard case .list(let items) = value else { return value.isLiteral }
    return items.contains { item in
      if case .text = item { return false }
      return item.isLiteral
    }
  }
}
