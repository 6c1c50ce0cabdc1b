// A configuration as the language writes it, all defaults resolved.

extension LoRAConfiguration {
  /// `lora(r=64, alpha=128, targets=["q_proj", "v_proj"], scaling=rslora, dropout=0, init=kaiming)`; an adapter that
  /// follows the session's mode is written without `scaling`.
  package var description: String { text(scaling: scaling) }

  /// The same with the rule in force written out.
  package func description(rule: ScalingRule) -> String { text(scaling: .own(rule)) }

  /// What else than A, B and their usual beginning makes the adapter, in the words of the above: `dora`, `init=pissa`.
  package var kinds: [String] {
    var parts: [String] = []
    if initialization != .kaiming { parts.append("init=\(initialization.rawValue)") }
    if usesDoRA { parts.append("dora") }
    if bias != .none { parts.append("bias=\(bias.rawValue)") }
    if !savedModules.isEmpty { parts.append("saves \(savedModules.joined(separator: ", "))") }
    if excluded != nil { parts.append("exclude_modules") }
    if layers != nil { parts.append("layers_to_transform") }
    return parts
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
    if !rankPattern.isEmpty {
      let items = rankPattern.map { "\(quoted($0.pattern)): \($0.rank)" }
      parts.append("rank_pattern={\(items.joined(separator: ", "))}")
    }
    if !alphaPattern.isEmpty {
      let items = alphaPattern.map { "\(quoted($0.pattern)): \(shortest($0.alpha))" }
      parts.append("alpha_pattern={\(items.joined(separator: ", "))}")
    }
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
