// The facts of a subject by name, and reading them out of fields as PEFT and Unsloth name them.
package import Adapters
package import Fields

// Each is nil where it is not known.
extension LintSubject {
  /// As stated; it may be 0, negative or no whole number.
  package var rank: Double? {
    get { number("r") }
    set { state("r", newValue?.literal) }
  }
  package var rankOrigin: Origin { facts["r"]?.origin ?? .stated }
  package var alpha: Double? {
    get { number("lora_alpha") }
    set { state("lora_alpha", newValue?.literal) }
  }
  package var alphaOrigin: Origin { facts["lora_alpha"]?.origin ?? .stated }
  package var ruleOrigin: Origin { facts["use_rslora"]?.origin ?? .stated }
  package var dropout: Double? { number("lora_dropout") }
  package var targets: LoRAConfiguration.Targets? {
    get { value("target_modules").flatMap(LoRAConfiguration.Targets.init(literal:)) }
    set { state("target_modules", newValue?.literal) }
  }
  package var excluded: LoRAConfiguration.Targets? {
    facts["exclude_modules"]?.isSet == true
      ? value("exclude_modules").flatMap(LoRAConfiguration.Targets.init(literal:)) : nil
  }
  package var rankPattern: [Pattern] {
    get { pattern("rank_pattern") }
    set { state("rank_pattern", Pattern.literal(newValue)) }
  }
  package var alphaPattern: [Pattern] {
    get { pattern("alpha_pattern") }
    set { state("alpha_pattern", Pattern.literal(newValue)) }
  }
  package var usesDoRA: Bool? { bool("use_dora") }
  package var adaptsBias: Bool? { bool("lora_bias") }
  package var isForInference: Bool? { bool("inference_mode") }
  package var bias: String? { value("bias")?.text }
  /// Names of `modules_to_save`.
  package var savedModules: [String] { value("modules_to_save")?.texts ?? [] }
  package var hasLayerSelection: Bool { facts["layers_to_transform"]?.isSet ?? false }
  /// Numbers of the layers in `layers_to_transform`; nil where there are none or they are not known.
  package var layers: [Int]? {
    let numbers = value("layers_to_transform").flatMap(LayerNumbers.init(literal:))?.numbers
    return numbers?.isEmpty == true ? nil : numbers
  }
  package var hasTargetParameters: Bool { facts["target_parameters"]?.isSet ?? false }
  package var initialization: Initialization? {
    switch value("init_lora_weights") {
    case .bool(let isUsual): isUsual ? .kaiming : .random
    case .text(let text): text.lowercased() == "gaussian" ? .gaussian : .named(text)
    case nil, .absent, .number, .list, .dictionary: nil
    }
  }

  /// States a field, under PEFT's name; nil is a value that is not known.
  package mutating func state(_ name: String, _ value: Literal?) {
    facts[name] = Fact(value: value, isSet: true)
  }

  private func value(_ name: String) -> Literal? { facts[name]?.value }

  private func number(_ name: String) -> Double? { value(name).flatMap(Double.init(literal:)) }

  private func bool(_ name: String) -> Bool? { value(name).flatMap(Bool.init(literal:)) }

  private func pattern(_ name: String) -> [Pattern] {
    guard case .dictionary(let members)? = value(name) else { return [] }
    return members.compactMap { member in Double(literal: member.value).map { Pattern(member.key, $0) } }
  }

  /// Whether one of the fields of these topics asks for something, known or not.
  func asks(about topics: [AdapterField.Topic]) -> Bool {
    LoRAConfiguration.properties(about: topics).contains { field in
      guard let fact = facts[field.name], fact.isSet else { return false }
      return fact.value != field.standard
    }
  }
}

extension LintSubject.Pattern {
  fileprivate static func literal(_ items: [LintSubject.Pattern]) -> Literal {
    .dictionary(items.map { Literal.Member(key: $0.key, value: .number($0.value)) })
  }
}

extension LintSubject {
  /// What a configuration of the session says.
  ///
  /// - Parameter mode: the session's scaling mode, for adapters that follow it.
  package init(_ configuration: LoRAConfiguration, mode: ScalingRule) {
    self.init(.live)
    for field in LoRAConfiguration.properties {
      let isUsual = field.isUsual(in: configuration)
      facts[field.name] = Fact(value: field.value(in: configuration), isSet: !isUsual)
    }
    if case .ofRank = configuration.alpha { alphaFormula = configuration.alpha }
    // `lora(r=64)` and `lora(r=64, alpha=8)` are the same here.
    if case .fixed(8) = configuration.alpha { facts["lora_alpha"]?.origin = .unknown }
    rule = configuration.rule(mode: mode)
  }

  /// What fields say, and their defaults for what is not stated.
  ///
  /// - Parameter isWhole: false where more may be given than the fields say; defaults are then unknown.
  package init(_ form: Form, fields: [ConfigurationField], isWhole: Bool = true) {
    self.init(form)
    self.isWhole = isWhole
    var reader = FieldReader(fields: fields, isWhole: isWhole)
    for field in LoRAConfiguration.fields where field.isJudged {
      facts[field.name] = reader.fact(field, isUnsloth: form == .unsloth)
    }
    rule = bool("use_rslora").map { $0 ? .rslora : .lora }
    // Unsloth's own default is all seven matrices of a block, which no rule asks about.
    if form == .unsloth, targets == .standard { targets = nil }
    baseName = reader.name("base_model_name_or_path")
    if form == .file {
      lacksAdapterType = !fields.contains { $0.name == "peft_type" }
      adapterType = reader.text("peft_type")
    }
    // A file that states the default may have been written by a program that was told nothing.
    if form == .file, alphaOrigin == .stated, alpha == 8 { facts["lora_alpha"]?.origin = .unknown }
    mistyped = reader.mistyped
    let known = FieldNames.known(form)
    unknownFields = fields.map(\.name).filter { !known.contains($0) }
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
  private func stated(_ name: String) -> StatedValue? { fields.last { $0.name == name }?.value }

  private mutating func refuse(_ name: String, _ value: StatedValue, needed: String) {
    guard value.hasType else { return }
    mistyped.append(LintSubject.Mistyped(field: name, needed: needed, found: value.phrase))
  }

  mutating func fact(_ field: AdapterField, isUnsloth: Bool) -> LintSubject.Fact {
    let standard = isUnsloth ? field.ofUnsloth?.standard ?? field.standard : field.standard
    guard let stated = stated(field.name) else {
      return isWhole
        ? LintSubject.Fact(value: standard, origin: .defaulted) : LintSubject.Fact(origin: .unknown)
    }
    var fact = LintSubject.Fact(isSet: stated != .none && stated != .list([]))
    // None is the value of its absence where a field may be absent.
    if stated == .none, FieldNames.takingNone.contains(field.name) {
      fact.value = field.standard
    } else {
      fact.value = value(stated, of: field)
    }
    return fact
  }

  /// Nil for what is not known or of another type; the latter is refused.
  private mutating func value(_ stated: StatedValue, of field: AdapterField) -> Literal? {
    if case .byModule(let kind) = field.kind, case .dictionary(let entries) = stated, stated.hasType {
      return .dictionary(members(entries, of: field.name, kind))
    }
    if let literal = stated.literal, field.kind.fits(literal) { return literal }
    // A list in which something is unknown may be right.
    if case .list(let items) = stated, field.kind.takesTexts,
      !items.contains(where: { $0.hasType && $0.literal?.text == nil })
    {
      return nil
    }
    if let needed = field.kind.needed { refuse(field.name, stated, needed: needed) }
    return nil
  }

  private mutating func members(
    _ entries: [StatedValue.Entry], of name: String, _ kind: FieldKind
  ) -> [Literal.Member] {
    entries.compactMap { entry in
      guard case .text(let key) = entry.key else { return nil }
      if let value = entry.value.literal, kind.fits(value) { return Literal.Member(key: key, value: value) }
      refuse("\(name)[\"\(key)\"]", entry.value, needed: "a number")
      return nil
    }
  }

  /// A text that is no field of LoRA; nil where it is anything else.
  func name(_ name: String) -> String? {
    if case .text(let text)? = stated(name), !text.isEmpty { text } else { nil }
  }

  /// Nil where it is absent or no text; the latter is refused.
  mutating func text(_ name: String) -> String? {
    guard let stated = stated(name) else { return nil }
    if case .text(let text) = stated { return text }
    refuse(name, stated, needed: "a text")
    return nil
  }
}

extension FieldKind {
  /// For messages of a wrong type, which each of PEFT's fields has; nil where nothing is said.
  fileprivate var needed: String? {
    switch self {
    case .number: "a number"
    case .whole: "a whole number"
    case .bool: "True or False"
    case .text, .choice: "a text"
    case .modules: "a list of names, or a text"
    case .moduleNames: "a list of names"
    case .byModule(.whole): "a dictionary of whole numbers"
    case .byModule: "a dictionary of numbers"
    case .either: "True, False or a name such as \"pissa\""
    case .numbers: "a list of numbers"
    case .wholes, .any: nil
    }
  }

  /// Whether its values are lists of texts.
  fileprivate var takesTexts: Bool {
    switch self {
    case .modules, .moduleNames: true
    case .number, .whole, .bool, .text, .choice, .numbers, .wholes, .byModule, .either, .any: false
    }
  }
}
