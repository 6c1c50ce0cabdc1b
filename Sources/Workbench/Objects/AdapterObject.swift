// An adapter as a value: a configuration, with weights once it comes from a run or a model.
import Adapters
import Display
import Models

package final class AdapterObject: LabObject {
  package let configuration: LoRAConfiguration
  /// nil for a description such as `lora(r=8)`.
  package let trained: Adapter?

  package init(_ configuration: LoRAConfiguration) {
    self.configuration = configuration
    trained = nil
  }

  package init(trained: Adapter) {
    configuration = trained.layout.configuration
    self.trained = trained
  }

  package var kind: ObjectKind { .adapter }
  package var summary: String { configuration.description }
  package var bytes: Int { (trained?.count ?? 0) * MemoryLayout<Float>.stride }

  package var fields: [(name: String, meaning: String)] {
    [
      ("r", "rank"), ("alpha", "lora_alpha; of the rank where it is a rule"), ("dropout", "lora_dropout"),
      ("use_rslora", "whether its own rule is alpha/√r; None where it follows the session's mode"),
      ("target_modules", "names, or a pattern as a text; None for the model's standard ones"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "r": .number(Double(configuration.rank))
    case "alpha", "lora_alpha": .number(configuration.alpha.value(rank: Double(configuration.rank)))
    case "dropout", "lora_dropout": .number(configuration.dropout)
    case "use_rslora":
      if case .own(let rule) = configuration.scaling { .bool(rule == .rslora) } else { Value.none }
    case "target_modules":
      switch configuration.targets {
      case .standard: Value.none
      case .names(let names): .list(names.map { .text($0) })
      case .pattern(let pattern): .text(pattern)
      case .allLinear: .text("all-linear")
      }
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    let rule = configuration.rule(mode: session.lab.mode)
    let rank = Double(configuration.rank)
    let alpha = configuration.alpha.value(rank: rank)
    let multiplier = rule.multiplier(alpha: alpha, rank: rank)
    let origin =
      configuration.scaling == .follows ? "follows the session's mode" : "its own"
    var rows = [
      [
        "multiplier",
        "\(NumberFormat.text(multiplier)) at r=\(configuration.rank) by \(rule.name) = \(rule.formula) (\(origin))",
      ]
    ]
    if let trained { rows.append(["trained", "\(Quantity.count(trained.count)) values"]) }
    let columns = [Table.Column(""), Table.Column("", wraps: true)]
    return [.table(Table(configuration.description, columns: columns, rows: rows))]
  }
}

/// A scaling rule with a parameter: what `power(p)` gives.
package final class RuleObject: LabObject {
  package let rule: ScalingRule

  package init(_ rule: ScalingRule) {
    self.rule = rule
  }

  package var kind: ObjectKind { .rule }
  package var summary: String { rule.formula }
  package var bytes: Int { 0 }
  package var fields: [(name: String, meaning: String)] { [("p", "the exponent of alpha/r^p")] }

  package func field(_ name: String, in session: Session) throws -> Value? {
    name == "p" ? .number(rule.exponent) : nil
  }

  package func shown(in session: Session) -> [Event] {
    [.text("\(rule.name): multiplier \(rule.formula)")]
  }
}
