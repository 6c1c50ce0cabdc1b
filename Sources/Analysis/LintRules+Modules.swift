// Rules about which modules get an adapter.
import Adapters
import Text

extension LintRules {
  static let modules: [LintRule] = [
    targetsEmpty, targetWholePath, targetUnmatched, targetsExcluded, rankAboveWidth, layersNeedList,
    savedAndTargeted,
    attentionOnly,
  ]

  private static let targetsEmpty = LintRule(
    "targets-empty", "a list of targets without a name", source: "PEFT LoraConfig.target_modules"
  ) { subject in
    guard subject.targets == .names([]), !subject.hasTargetParameters else { return [] }
    return [
      LintRule.Fault(
        .error, "`target_modules` is empty: no module gets an adapter",
        why: "An empty list means none; only None stands for the usual modules of the architecture.",
        do: "Write target_modules=\"all-linear\", or name modules: [\"q_proj\", \"v_proj\"].")
    ]
  }

  /// Whether a text is nothing but names of one component, or several with `|` between them.
  private static func isPlainNames(_ text: String) -> [String]? {
    let names = text.split(whereSeparator: { "|()".contains($0) }).map(String.init)
    let isPlain = names.allSatisfy { name in
      name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }
    return isPlain && !names.isEmpty ? names : nil
  }

  private static let targetWholePath = LintRule(
    "target-whole-path", "a text as target that matches nothing nested",
    source: "PEFT LoraConfig.target_modules: a text is matched by re.fullmatch"
  ) { subject in
    guard case .pattern(let text)? = subject.targets else { return [] }
    if text.isEmpty {
      return [
        LintRule.Fault(
          .error, "`target_modules` is an empty text: no module gets an adapter",
          why: "A text must match a whole module path.", do: "Write target_modules=\"all-linear\".")
      ]
    }
    guard let names = isPlainNames(text),
      !(subject.modules ?? []).contains(where: { names.contains($0.path) })
    else { return [] }
    let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
    return [
      LintRule.Fault(
        .error, "`target_modules` is the text \"\(text)\", which matches no nested module",
        why: "A list matches ends of paths; a text is a regular expression for the whole path, as "
          + "model.layers.0.self_attn.q_proj.",
        do: "Write target_modules=[\(list)].")
    ]
  }

  private static let targetUnmatched = LintRule(
    "target-unmatched", "a target that is no module of the model, or no regular expression",
    source: "PEFT LoraConfig.target_modules"
  ) { subject in
    if case .pattern(let text)? = subject.targets, let reason = PathPattern.flaw(text) {
      return [
        LintRule.Fault(
          .error, "`target_modules` is no regular expression: \"\(text)\"", why: "\(reason).",
          do: "Write a list of names, or mend the expression.")
      ]
    }
    guard let modules = subject.modules, !modules.isEmpty else { return [] }
    let there = "There are: \(distinctNames(modules).prefix(12).joined(separator: ", "))."
    switch subject.targets {
    case .names(let names):
      return names.filter { name in !modules.contains { isSuffix(name, of: $0.path) } }.map { name in
        LintRule.Fault(
          .error, "no module of the model is named `\(name)`",
          why:
            "PEFT goes on with the other names, or raises a ValueError where none is left.",
          do: there)
      }
    case .pattern(let text):
      guard isPlainNames(text) == nil,
        !modules.contains(where: { PathPattern(text)?.matches($0.path) == true })
      else { return [] }
      return [
        LintRule.Fault(
          .error, "no module of the model matches \"\(text)\"",
          why: "The text must match a whole path, such as \(modules[0].path).", do: there)
      ]
    default: return []
    }
  }

  /// PEFT: the path itself, or its end after a dot.
  private static func isSuffix(_ name: String, of path: String) -> Bool {
    path == name || path.hasSuffix("." + name)
  }

  private static let targetsExcluded = LintRule(
    "targets-excluded", "targets that exclude_modules takes away again",
    source: "PEFT LoraConfig.exclude_modules"
  ) { subject in
    guard case .names(let targets)? = subject.targets, case .names(let excluded)? = subject.excluded else {
      return []
    }
    let lost = targets.filter { target in excluded.contains { isSuffix($0, of: target) } }
    if lost.isEmpty { return [] }
    let isAll = lost.count == targets.count
    return [
      LintRule.Fault(
        isAll ? .error : .warning, "`exclude_modules` takes \(listed(lost)) away again",
        why: "exclude_modules wins over target_modules" + (isAll ? ": no module gets an adapter." : "."),
        do: "Leave each name in one of the two.")
    ]
  }

  private static let rankAboveWidth = LintRule(
    "rank-above-width", "a rank above the smaller side of the matrix", source: "rank(B·A) ≤ min(in, out)"
  ) { subject in
    guard let modules = subject.targetedModules else { return [] }
    let patterns = subject.rankPattern.compactMap { item in
      PathPattern(key: item.key).map { (pattern: $0, item: item) }
    }
    let wide = modules.compactMap { module -> (module: LinearModule, rank: Double, key: String?)? in
      let item = patterns.first { $0.pattern.matches(module.path) }?.item
      guard let own = item?.value ?? subject.rank, own > Double(min(module.inputs, module.outputs)) else {
        return nil
      }
      return (module, own, item?.key)
    }
    guard let first = wide.first else { return [] }
    let width = min(first.module.inputs, first.module.outputs)
    return [
      LintRule.Fault(
        .warning,
        "r=\(NumberFormat.asRate(first.rank)) is above the width \(width) of \(first.module.path)"
          + (wide.count > 1 ? " and of \(wide.count - 1) more" : ""),
        why:
          "B·A cannot have more than rank \(width): the rest costs memory and time, and changes the multiplier.",
        do: first.key.map { "Write rank_pattern={\"\($0)\": \(width)} or less." }
          ?? "Write r=\(width) or less for it, or rank_pattern for the narrow modules.",
        shownBy: subject.rankPattern.isEmpty ? .rank(Double(width)) : nil)
    ]
  }

  private static let layersNeedList = LintRule(
    "layers-need-list", "layers_to_transform with a text as target",
    source: "PEFT LoraConfig.layers_to_transform"
  ) { subject in
    guard subject.hasLayerSelection, case .pattern(let text)? = subject.targets else { return [] }
    return [
      LintRule.Fault(
        .error, "`layers_to_transform` needs a list of targets, not the text \"\(text)\"",
        why: "PEFT raises a ValueError: with a text the layers stand in the expression.",
        do: "Write a list in target_modules, or put the layers into the expression.")
    ]
  }

  private static let savedAndTargeted = LintRule(
    "saved-and-targeted", "a module that is both adapted and trained whole",
    source: "PEFT LoraConfig.modules_to_save"
  ) { subject in
    guard case .names(let targets)? = subject.targets else { return [] }
    let both = targets.filter(subject.savedModules.contains)
    if both.isEmpty { return [] }
    return [
      LintRule.Fault(
        .warning, "\(listed(both)) stands in target_modules and in modules_to_save",
        why: "A module in modules_to_save is trained whole and gets no adapter.",
        do: "Leave it in one of the two.")
    ]
  }

  private static let attentionOnly = LintRule(
    "targets-attention", "adapters on attention only", source: "LoRA Without Regret (Schulman et al. 2025)"
  ) { subject in
    guard case .names(let targets)? = subject.targets, !targets.isEmpty else { return [] }
    let attention = ["q_proj", "k_proj", "v_proj", "o_proj", "qkv_proj", "c_attn"]
    let isAttention = targets.allSatisfy { target in
      attention.contains(target.split(separator: ".").last.map(String.init) ?? target)
    }
    guard isAttention else { return [] }
    return [
      LintRule.Fault(
        .note, "only attention gets adapters: \(targets.joined(separator: ", "))",
        why: "Adapters on all layers, above all on the MLP, learn more with the same number of parameters.",
        do: "Write target_modules=\"all-linear\".")
    ]
  }
}
