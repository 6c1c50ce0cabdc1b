// Writing an adapter_config.json as PEFT 0.21.2 does: all its fields, sorted, indented by two.
import Adapters
import Models

/// An alpha that a file states for the modules of a pattern.
private struct StatedAlphas {
  var alpha: Double
  var pattern: [(key: String, value: Double)]
}

extension PEFTConfiguration {
  /// The text for an adapter in its place on a model.
  ///
  /// PEFT knows alpha/r and alpha/√r: under another rule, and for an alpha that is a formula, each module's alpha is
  /// written so that alpha/r gives its multiplier.
  ///
  /// - Parameters:
  ///   - rule: the rule in force.
  ///   - isPortable: writes alpha·√r without `use_rslora`, for loaders that do not read that field.
  package static func text(
    _ layout: AdapterLayout, rule: ScalingRule, architecture: Architecture, baseModel: String?,
    isPortable: Bool
  ) -> String {
    let fields =
      neutral + [("base_model_name_or_path", baseModel.map { .text($0) } ?? .null)]
      + stated(layout, rule: rule, architecture: architecture, isPortable: isPortable)
    let members = fields.sorted { $0.0 < $1.0 }.map { JSONValue.Member(key: $0.0, value: $0.1) }
    return JSONValue.object(members).indented()
  }

  /// The fields that describe the adapter, with their values: what PEFT's `LoraConfig(…)` takes.
  static func stated(
    _ layout: AdapterLayout, rule: ScalingRule, architecture: Architecture, isPortable: Bool = false
  ) -> [(String, JSONValue)] {
    let configuration = layout.configuration
    let keepsRSLoRA = rule == .rslora && !isPortable
    let alphas = alphas(layout, rule: rule, isFolded: !(keepsRSLoRA || rule == .lora))
    let isTransformer = if case .transformer = architecture { true } else { false }
    let isNamed = needsNames(configuration, layout, isPortable: isPortable)
    return [
      ("r", .number(Double(configuration.rank))),
      ("lora_alpha", .number(alphas.alpha)),
      (
        "target_modules",
        isNamed ? names(layout, architecture) : targets(configuration.targets, layout, architecture)
      ),
      ("use_rslora", .bool(keepsRSLoRA)),
      (
        "rank_pattern",
        .object(configuration.rankPattern.map { .init(key: $0.pattern, value: .number(Double($0.rank))) })
      ),
      ("alpha_pattern", .object(alphas.pattern.map { .init(key: $0.key, value: .number($0.value)) })),
      ("lora_dropout", .number(configuration.dropout)),
      ("init_lora_weights", initialization(configuration.initialization)),
      ("use_dora", .bool(configuration.usesDoRA)),
      ("bias", .text(configuration.bias.rawValue)),
      (
        "modules_to_save",
        configuration.savedModules.isEmpty ? .null : .list(configuration.savedModules.map { .text($0) })
      ),
      (
        "exclude_modules",
        isNamed ? .null : configuration.excluded.map { targets($0, layout, architecture) } ?? .null
      ),
      (
        "layers_to_transform",
        isNamed ? .null : configuration.layers.map { .list($0.map { .number(Double($0)) }) } ?? .null
      ),
      ("fan_in_fan_out", .bool(isStoredTransposed(layout, architecture))),
      ("task_type", isTransformer ? .text("CAUSAL_LM") : .null),
    ]
  }

  /// The same for a base whose modules are not known: targets and patterns stand as they were given, and no targets leave
  /// the choice to PEFT.
  ///
  /// Under a rule that PEFT does not know, and for an alpha that is a formula, each rank of `rank_pattern` gets the alpha
  /// that gives its multiplier; where `alpha_pattern` says alphas too, those hold as written.
  ///
  /// - Parameter namesStandard: writes q_proj and v_proj where no targets were given.
  static func unresolved(
    _ layout: AdapterLayout, rule: ScalingRule, namesStandard: Bool = false
  ) -> [(String, JSONValue)] {
    let configuration = layout.configuration
    let isFolded = rule != .lora && rule != .rslora
    let isFormula = if case .ofRank = configuration.alpha { true } else { false }
    func stated(_ alpha: Double, _ rank: Int) -> Double {
      isFolded ? rule.multiplier(alpha: alpha, rank: Double(rank)) * Double(rank) : alpha
    }
    var alphas = configuration.alphaPattern.map {
      (key: $0.pattern, value: stated($0.alpha, configuration.rank))
    }
    if isFolded || isFormula {
      alphas += configuration.rankPattern.map { item in
        (
          key: item.pattern,
          value: stated(configuration.alpha.value(rank: Double(item.rank)), item.rank)
        )
      }
    }
    func numbers(_ items: [(key: String, value: Double)]) -> JSONValue {
      .object(items.map { .init(key: $0.key, value: .number($0.value)) })
    }
    func texts(_ names: [String]) -> JSONValue { .list(names.map { .text($0) }) }
    func given(_ targets: LoRAConfiguration.Targets) -> JSONValue? {
      switch targets {
      case .names(let names): texts(names)
      case .pattern(let text): .text(text)
      case .allLinear: .text("all-linear")
      case .standard: namesStandard ? texts(["q_proj", "v_proj"]) : nil
      }
    }
    let usual = stated(configuration.alpha.value(rank: Double(configuration.rank)), configuration.rank)
    var fields: [(String, JSONValue)] = [
      ("r", .number(Double(configuration.rank))), ("lora_alpha", .number(usual)),
    ]
    if let targets = given(configuration.targets) { fields.append(("target_modules", targets)) }
    fields += [
      ("use_rslora", .bool(rule == .rslora)), ("lora_dropout", .number(configuration.dropout)),
      ("init_lora_weights", initialization(configuration.initialization)),
      ("bias", .text(configuration.bias.rawValue)),
    ]
    if !configuration.rankPattern.isEmpty {
      fields.append(
        ("rank_pattern", numbers(configuration.rankPattern.map { ($0.pattern, Double($0.rank)) })))
    }
    if !alphas.isEmpty { fields.append(("alpha_pattern", numbers(alphas))) }
    if configuration.usesDoRA { fields.append(("use_dora", .bool(true))) }
    if !configuration.savedModules.isEmpty {
      fields.append(("modules_to_save", texts(configuration.savedModules)))
    }
    if let excluded = configuration.excluded.flatMap(given) { fields.append(("exclude_modules", excluded)) }
    if let layers = configuration.layers {
      fields.append(("layers_to_transform", .list(layers.map { .number(Double($0)) })))
    }
    return fields + [("task_type", .text("CAUSAL_LM"))]
  }

  /// The fields that say nothing here, as PEFT 0.21.2 writes them when nobody sets them.
  private static let neutral: [(String, JSONValue)] = [
    ("alora_invocation_tokens", .null), ("arrow_config", .null), ("auto_mapping", .null),
    ("corda_config", .null),
    ("ensure_weight_tying", .bool(false)), ("eva_config", .null), ("inference_mode", .bool(true)),
    ("kasa_config", .null), ("layer_replication", .null), ("layers_pattern", .null),
    ("loftq_config", .object([])),
    ("lora_bias", .bool(false)), ("lora_ga_config", .null), ("megatron_config", .null),
    ("megatron_core", .text("megatron.core")), ("monteclora_config", .null), ("peft_type", .text("LORA")),
    ("peft_version", .text("0.21.2")), ("qalora_group_size", .number(16)), ("revision", .null),
    ("target_parameters", .null), ("trainable_token_indices", .null), ("use_bdlora", .null),
    ("use_qalora", .bool(false)), ("velora_config", .null),
  ]

  private static func alphas(_ layout: AdapterLayout, rule: ScalingRule, isFolded: Bool) -> StatedAlphas {
    let configuration = layout.configuration
    if !isFolded, case .fixed(let alpha) = configuration.alpha {
      return StatedAlphas(
        alpha: alpha, pattern: configuration.alphaPattern.map { (key: $0.pattern, value: $0.alpha) })
    }
    func stated(_ alpha: Double, _ rank: Int) -> Double {
      isFolded ? rule.multiplier(alpha: alpha, rank: Double(rank)) * Double(rank) : alpha
    }
    let usual = stated(configuration.alpha.value(rank: Double(configuration.rank)), configuration.rank)
    let others = layout.sites.compactMap { site -> (key: String, value: Double)? in
      let alpha = stated(site.alpha, site.rank)
      return alpha == usual ? nil : (key: escaped(site.module.path), value: alpha)
    }
    return StatedAlphas(alpha: usual, pattern: others)
  }

  /// The path as a regular expression for itself.
  private static func escaped(_ path: String) -> String { path.replacing(".", with: "\\.") }

  private static func initialization(_ value: LoRAConfiguration.Initialization) -> JSONValue {
    switch value {
    case .kaiming: .bool(true)
    case .random: .bool(false)
    case .gaussian, .pissa, .olora: .text(value.rawValue)
    }
  }

  /// Whether the adapted modules are written one by one, because PEFT's fields cannot say how they were chosen:
  /// - `layers_to_transform` beside a text is a ValueError in PEFT ("all-linear" is a text too);
  /// - its number of a layer is one with a name behind it, which the layers of a perceptron do not have;
  /// - `exclude_modules="all-linear"` is an expression there that matches nothing;
  /// - a portable file has no text, which other loaders do not read.
  private static func needsNames(
    _ configuration: LoRAConfiguration, _ layout: AdapterLayout, isPortable: Bool
  ) -> Bool {
    if configuration.excluded == .allLinear { return true }
    switch configuration.targets {
    case .pattern: return configuration.layers != nil || isPortable
    case .names:
      return configuration.layers != nil
        && layout.sites.contains { $0.module.path.split(separator: ".").last.flatMap { Int($0) } != nil }
    case .standard, .allLinear: return configuration.layers != nil
    }
  }

  /// Names as given. Where none were, those of the adapted modules.
  private static func targets(
    _ targets: LoRAConfiguration.Targets, _ layout: AdapterLayout, _ architecture: Architecture
  ) -> JSONValue {
    switch targets {
    case .names(let names): .list(names.map { .text($0) })
    case .pattern(let pattern): .text(pattern)
    case .standard, .allLinear: names(layout, architecture)
    }
  }

  /// The ends of the adapted modules' paths: the last component where that means no other module.
  private static func names(_ layout: AdapterLayout, _ architecture: Architecture) -> JSONValue {
    let adapted = layout.sites.map(\.module)
    let others = architecture.linearModules.filter { !adapted.contains($0) }
    var names: [String] = []
    for module in adapted {
      let last = module.path.split(separator: ".").last.map(String.init) ?? module.path
      let isOwn = Int(last) == nil && !others.contains { $0.path == last || $0.path.hasSuffix("." + last) }
      let name = isOwn ? last : module.path
      if !names.contains(name) { names.append(name) }
    }
    return .list(names.map { .text($0) })
  }

  private static func isStoredTransposed(_ layout: AdapterLayout, _ architecture: Architecture) -> Bool {
    let modules = Set(architecture.weights.filter(\.isStoredTransposed).map(\.module))
    return layout.sites.contains { modules.contains($0.module.path) }
  }
}
