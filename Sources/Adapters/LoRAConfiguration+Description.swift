// A configuration as the language writes it, all defaults resolved.

extension LoRAConfiguration {
  /// `lora(r=64, alpha=128, targets=["q_proj", "v_proj"], scaling=rslora, dropout=0, init=kaiming)`; an adapter that
  /// follows the session's mode is written without `scaling`.
  package var description: String { text(scaling: scaling) }

  /// The same with the rule in force written out.
  package func description(rule: ScalingRule) -> String { text(scaling: .own(rule)) }

  /// The adapter in tables and captions: rule, rank and alpha, and everything that is not as usual.
  /// `rslora r=64 alpha=8 on q_proj, v_proj dropout=0.05 dora`.
  ///
  /// - Parameter withRank: false where ranks stand elsewhere: the rank is left out.
  package func name(rule: ScalingRule, withRank: Bool = true) -> String {
    nameParts(rule: rule).filter { !$0.text.isEmpty && (withRank || $0.key != "r") }.map(\.text)
      .joined(separator: " ")
  }

  /// The parts of the name, each under what it tells; empty texts for what is as usual. The same keys for every adapter, so
  /// that names can be compared part by part.
  package func nameParts(rule: ScalingRule) -> [(key: String, text: String)] {
    let on =
      switch targets {
      case .standard: ""
      case .names(let names): "on \(names.joined(separator: ", "))"
      case .pattern(let pattern): "on \(pattern)"
      case .allLinear: "on all-linear"
      }
    let layers = layers.map { "layers \($0.map(String.init).joined(separator: ", "))" }
    return [
      ("rule", rule.name), ("r", "r=\(rank)"), ("alpha", "alpha=\(alpha.formula)"), ("targets", on),
      ("excluded", excluded?.text.map { "but \($0)" } ?? ""), ("layers", layers ?? ""),
      ("dropout", dropout > 0 ? "dropout=\(shortest(dropout))" : ""),
      ("kinds", kinds.joined(separator: " ")),
      ("rank_pattern", rankPattern.isEmpty ? "" : "rank_pattern={\(rankPatternText)}"),
      ("alpha_pattern", alphaPattern.isEmpty ? "" : "alpha_pattern={\(alphaPatternText)}"),
    ]
  }

  /// What else than A, B and their usual beginning makes the adapter: `dora`, `init=pissa`.
  package var kinds: [String] {
    var parts: [String] = []
    if initialization != .kaiming { parts.append("init=\(initialization.rawValue)") }
    if usesDoRA { parts.append("dora") }
    if bias != .none { parts.append("bias=\(bias.rawValue)") }
    if !savedModules.isEmpty { parts.append("saves \(savedModules.joined(separator: ", "))") }
    return parts
  }

  private var rankPatternText: String {
    rankPattern.map { "\(quoted($0.pattern)): \($0.rank)" }.joined(separator: ", ")
  }

  private var alphaPatternText: String {
    alphaPattern.map { "\(quoted($0.pattern)): \(shortest($0.alpha))" }.joined(separator: ", ")
  }

  /// Whether A and B alone are trained, and B begins at zero.
  package var isPlainLoRA: Bool {
    (initialization == .kaiming || initialization == .gaussian) && !usesDoRA && bias == .none
      && savedModules.isEmpty
  }

  private func text(scaling: Scaling) -> String {
    var parts = ["r=\(rank)", "alpha=\(alpha.text)"]
    if let text = targets.text { parts.append("targets=\(text)") }
    if let text = excluded?.text { parts.append("exclude_modules=\(text)") }
    if let layers { parts.append("layers_to_transform=[\(layers.map(String.init).joined(separator: ", "))]") }
    if case .own(let rule) = scaling { parts.append("scaling=\(rule.name)") }
    parts.append("dropout=\(shortest(dropout))")
    parts.append("init=\(initialization.rawValue)")
    if !rankPattern.isEmpty { parts.append("rank_pattern={\(rankPatternText)}") }
    if !alphaPattern.isEmpty { parts.append("alpha_pattern={\(alphaPatternText)}") }
    if usesDoRA { parts.append("dora=True") }
    if bias != .none { parts.append("bias=\(quoted(bias.rawValue))") }
    if !savedModules.isEmpty {
      parts.append("modules_to_save=[\(savedModules.map(quoted).joined(separator: ", "))]")
    }
    return "lora(\(parts.joined(separator: ", ")))"
  }
}

extension LoRAConfiguration.Targets {
  /// As the language writes it; nil where nothing was given.
  var text: String? {
    switch self {
    case .standard: nil
    case .names(let names): "[\(names.map(quoted).joined(separator: ", "))]"
    case .pattern(let pattern): quoted(pattern)
    case .allLinear: quoted("all-linear")
    }
  }
}

/// In double quotes, with backslashes and quotes escaped as the language reads them.
package func quoted(_ text: String) -> String {
  var result = "\""
  for character in text {
    switch character {
    case "\n": result.append("\\n")
    case "\r": result.append("\\r")
    case "\t": result.append("\\t")
    case "\\", "\"":
      result.append("\\")
      result.append(character)
    default: result.append(character)
    }
  }
  return result + "\""
}
