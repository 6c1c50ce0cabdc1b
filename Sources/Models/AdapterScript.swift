// How an adapter came about, as statements of the language.
import Adapters

/// The statements that make a model `m` with its adapter again, from nothing.
package struct AdapterScript: Sendable {
  package enum Step: Sendable {
    case statement(String)
    /// `m = attach(base, lora(…))`.
    case attach(LoRAConfiguration)
    /// A training run of `m` under the rule that was in force.
    case train(String, ScalingRule)
  }

  package var steps: [Step]

  package init(_ steps: [Step] = []) {
    self.steps = steps
  }

  package static func + (a: AdapterScript, b: [Step]) -> AdapterScript { AdapterScript(a.steps + b) }

  /// The statements, after which a run under `rule` repeats. Where every run had the same rule, the adapter states it;
  /// where the session's mode changed between them, the mode is set before each.
  package func statements(rule: ScalingRule) -> [String] {
    let rules = steps.compactMap { if case .train(_, let rule) = $0 { rule } else { nil } } + [rule]
    let isUniform = rules.allSatisfy { $0 == rule }
    let statements = steps.flatMap { step -> [String] in
      switch step {
      case .statement(let text): return [text]
      case .attach(let configuration):
        let text = isUniform ? configuration.description(rule: rule) : configuration.description
        return ["m = attach(base, \(text))"]
      case .train(let text, let rule): return isUniform ? [text] : ["scaling \(rule.name)", text]
      }
    }
    return isUniform ? statements : statements + ["scaling \(rule.name)"]
  }
}
