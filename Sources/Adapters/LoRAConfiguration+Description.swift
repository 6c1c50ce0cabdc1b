// A configuration as the language writes it, all defaults resolved, and in captions.

extension LoRAConfiguration {
  /// `lora(r=64, alpha=128, targets=["q_proj", "v_proj"], scaling=rslora, dropout=0, init=kaiming)`; an adapter that
  /// follows the session's mode is written without `scaling`.
  package var description: String {
    let order: [AdapterField.Topic] = [
      .size, .targets, .selection, .rule, .dropout, .beginning, .patterns, .kind, .biases, .whole,
    ]
    let arguments = LoRAConfiguration.properties(about: order).compactMap { $0.argument(self) }
    return "lora(\(arguments.joined(separator: ", ")))"
  }

  /// The same with the rule in force written out.
  package func description(rule: ScalingRule) -> String { with(rule).description }

  private func with(_ rule: ScalingRule) -> LoRAConfiguration {
    var configuration = self
    configuration.scaling = .own(rule)
    return configuration
  }

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
    let configuration = with(rule)
    func parts(_ topics: [AdapterField.Topic]) -> [(key: String, text: String)] {
      LoRAConfiguration.properties(about: topics).map { field in
        // The rule of an adapter, not the flag that says it in PEFT.
        (field.topic == .rule ? "rule" : field.ownName, field.caption(configuration) ?? "")
      }
    }
    return parts([.rule, .size, .targets, .selection, .dropout])
      + [("kinds", kinds.joined(separator: " "))] + parts([.patterns])
  }

  /// What else than A, B and their usual beginning makes the adapter: `dora`, `init=pissa`.
  package var kinds: [String] {
    LoRAConfiguration.properties(about: [.beginning, .kind, .biases, .whole]).compactMap { $0.caption(self) }
  }

  /// Whether A and B alone are trained, and B begins at zero.
  package var isPlainLoRA: Bool {
    initialization.isZeroAtFirst
      && LoRAConfiguration.properties(about: [.kind, .biases, .whole]).allSatisfy { $0.isUsual(in: self) }
  }
}
