// Writing an adapter_config.json as PEFT 0.21.2 does: all its fields, sorted, indented by two.
package import Adapters
import Fields
package import Models

/// An alpha that a file states, and those for the modules of patterns.
private struct StatedAlphas {
  var alpha: Double
  var pattern: [(pattern: String, alpha: Double)]
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
    let apart: [(String, Literal)] = [("base_model_name_or_path", baseModel.map { .text($0) } ?? .absent)]
    let fields =
      silent + apart + stated(layout, rule: rule, architecture: architecture, isPortable: isPortable)
    let members = fields.sorted { $0.0 < $1.0 }.map { Literal.Member(key: $0.0, value: $0.1) }
    return Literal.dictionary(members).indented()
  }

  /// The fields that say nothing here, as PEFT 0.21.2 writes them when nobody sets them.
  private static var silent: [(String, Literal)] {
    LoRAConfiguration.fields.compactMap { field in
      switch field.fileUse {
      case .off: (field.name, field.standard)
      case .silent(let written): written.map { (field.name, $0) }
      case .property, .apart: nil
      }
    }
  }

  /// The fields that describe the adapter, with their values: what PEFT's `LoraConfig(…)` takes.
  static func stated(
    _ layout: AdapterLayout, rule: ScalingRule, architecture: Architecture, isPortable: Bool = false
  ) -> [(String, Literal)] {
    let keepsRSLoRA = rule == .rslora && !isPortable
    let alphas = alphas(layout, rule: rule, isFolded: !(keepsRSLoRA || rule == .lora))
    var written = layout.configuration
    written.scaling = .own(keepsRSLoRA ? .rslora : .lora)
    written.alpha = .fixed(alphas.alpha)
    written.alphaPattern = alphas.pattern
    if needsNames(layout.configuration, layout, isPortable: isPortable) {
      written.targets = names(layout, architecture)
      written.excluded = nil
      written.layers = nil
    } else if written.targets == .standard || written.targets == .allLinear {
      // Where no names were given, those of the adapted modules.
      written.targets = names(layout, architecture)
    }
    let order: [AdapterField.Topic] = [
      .size, .targets, .rule, .patterns, .dropout, .beginning, .kind, .biases, .whole, .selection,
    ]
    let isTransformer = if case .transformer = architecture { true } else { false }
    return LoRAConfiguration.properties(about: order).map { ($0.name, $0.value(in: written)) } + [
      ("fan_in_fan_out", .bool(isStoredTransposed(layout, architecture))),
      ("task_type", isTransformer ? .text("CAUSAL_LM") : .absent),
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
  ) -> [(String, Literal)] {
    let configuration = layout.configuration
    let isFolded = rule != .lora && rule != .rslora
    let isFormula = if case .ofRank = configuration.alpha { true } else { false }
    func stated(_ alpha: Double, _ rank: Int) -> Double {
      isFolded ? rule.multiplier(alpha: alpha, rank: Double(rank)) * Double(rank) : alpha
    }
    var written = configuration
    written.scaling = .own(rule == .rslora ? .rslora : .lora)
    written.alpha = .fixed(
      stated(configuration.alpha.value(rank: Double(configuration.rank)), configuration.rank))
    written.alphaPattern = configuration.alphaPattern.map {
      ($0.pattern, stated($0.alpha, configuration.rank))
    }
    if isFolded || isFormula {
      written.alphaPattern += configuration.rankPattern.map { item in
        (item.pattern, stated(configuration.alpha.value(rank: Double(item.rank)), item.rank))
      }
    }
    if namesStandard, written.targets == .standard { written.targets = .names(["q_proj", "v_proj"]) }
    let order: [AdapterField.Topic] = [
      .size, .targets, .rule, .dropout, .beginning, .biases, .patterns, .kind, .whole, .selection,
    ]
    return LoRAConfiguration.properties(about: order).filter {
      $0.statement != .whereSet || !$0.isUsual(in: written)
    }.map { ($0.name, $0.value(in: written)) } + [("task_type", .text("CAUSAL_LM"))]
  }

  private static func alphas(_ layout: AdapterLayout, rule: ScalingRule, isFolded: Bool) -> StatedAlphas {
    let configuration = layout.configuration
    if !isFolded, case .fixed(let alpha) = configuration.alpha {
      return StatedAlphas(alpha: alpha, pattern: configuration.alphaPattern)
    }
    func stated(_ alpha: Double, _ rank: Int) -> Double {
      isFolded ? rule.multiplier(alpha: alpha, rank: Double(rank)) * Double(rank) : alpha
    }
    let usual = stated(configuration.alpha.value(rank: Double(configuration.rank)), configuration.rank)
    let others = layout.sites.compactMap { site -> (pattern: String, alpha: Double)? in
      let alpha = stated(site.alpha, site.rank)
      return alpha == usual ? nil : (escaped(site.module.path), alpha)
    }
    return StatedAlphas(alpha: usual, pattern: others)
  }

  /// The path as a regular expression for itself.
  private static func escaped(_ path: String) -> String { path.replacing(".", with: "\\.") }

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

  /// The ends of the adapted modules' paths: the last component where that means no other module.
  private static func names(_ layout: AdapterLayout, _ architecture: Architecture)
    -> LoRAConfiguration.Targets
  {
    let adapted = layout.sites.map(\.module)
    let others = architecture.linearModules.filter { !adapted.contains($0) }
    var names: [String] = []
    for module in adapted {
      let last = module.path.split(separator: ".").last.map(String.init) ?? module.path
      let isOwn = Int(last) == nil && !others.contains { $0.path == last || $0.path.hasSuffix("." + last) }
      let name = isOwn ? last : module.path
      if !names.contains(name) { names.append(name) }
    }
    return .names(names)
  }

  private static func isStoredTransposed(_ layout: AdapterLayout, _ architecture: Architecture) -> Bool {
    let modules = Set(architecture.weights.filter(\.isStoredTransposed).map(\.module))
    return layout.sites.contains { modules.contains($0.module.path) }
  }
}
