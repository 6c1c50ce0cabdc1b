// An adapter as a value: a configuration, with weights once it comes from a run or a model.
import Adapters
import Display
import Interpreter
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
      ("init_lora_weights", "how A and B begin: True, False, or a name"),
      ("use_dora", "whether the rows are brought to trained magnitudes"),
      ("bias", "which biases of the base are trained"),
      ("modules_to_save", "ends of the paths of modules that are trained whole"),
      ("exclude_modules", "modules that get no adapter though a target names them, or None"),
      ("layers_to_transform", "numbers of the layers that get adapters; None for all"),
      ("rank_pattern", "ranks of modules by pattern"), ("alpha_pattern", "alphas of modules by pattern"),
      ("parameters", "how many values it trains; None for a description"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "r": .number(Double(configuration.rank))
    case "alpha", "lora_alpha": .number(configuration.alpha.value(rank: Double(configuration.rank)))
    case "dropout", "lora_dropout": .number(configuration.dropout)
    case "use_rslora":
      if case .own(let rule) = configuration.scaling { .bool(rule == .rslora) } else { Value.none }
    case "target_modules": AdapterObject.value(configuration.targets)
    case "init_lora_weights":
      switch configuration.initialization {
      case .kaiming: .bool(true)
      case .random: .bool(false)
      case .gaussian, .pissa, .olora: .text(configuration.initialization.rawValue)
      }
    case "use_dora": .bool(configuration.usesDoRA)
    case "bias": .text(configuration.bias.rawValue)
    case "modules_to_save": .list(configuration.savedModules.map { .text($0) })
    case "exclude_modules": configuration.excluded.map(AdapterObject.value) ?? Value.none
    case "layers_to_transform":
      configuration.layers.map { .list($0.map { .number(Double($0)) }) } ?? Value.none
    case "rank_pattern":
      .dictionary(configuration.rankPattern.map { (key: $0.pattern, value: .number(Double($0.rank))) })
    case "alpha_pattern":
      .dictionary(configuration.alphaPattern.map { (key: $0.pattern, value: .number($0.alpha)) })
    case "parameters": trained.map { .number(Double($0.count)) } ?? Value.none
    default: nil
    }
  }

  private static func value(_ targets: LoRAConfiguration.Targets) -> Value {
    switch targets {
    case .standard: .none
    case .names(let names): .list(names.map { .text($0) })
    case .pattern(let pattern): .text(pattern)
    case .allLinear: .text("all-linear")
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
    if let trained { rows += AdapterObject.parts(trained.layout) }
    let columns = [Table.Column(""), Table.Column("", wraps: true)]
    return [.table(Table(configuration.description, columns: columns, rows: rows))]
  }
}

extension AdapterObject {
  /// What is trained, kind by kind.
  fileprivate static func parts(_ layout: AdapterLayout) -> [[String]] {
    let sites = layout.sites
    let parts = sites.flatMap(\.parts)
    let whole = layout.weights.filter(layout.isWhole)
    let biases = layout.weights.filter { !layout.isWhole($0) }
    var modules: [String] = []
    for weight in whole where !modules.contains(weight.weight.module) { modules.append(weight.weight.module) }
    var rows = [["trained", "\(Quantity.count(layout.count)) values"]]
    var headings: [String] = []
    for part in parts where !headings.contains(part.role.heading) { headings.append(part.role.heading) }
    for heading in headings {
      let count = Quantity.count(parts.filter { $0.role.heading == heading }.reduce(0) { $0 + $1.count })
      let place =
        heading == AdapterPart.Role.a.heading
        ? "on \(sites.count == 1 ? "1 module" : "\(sites.count) modules")"
        : "(\(layout.configuration.kind.title))"
      rows.append([heading, "\(count) \(place)"])
    }
    if !biases.isEmpty {
      let count = biases.reduce(0) { $0 + $1.weight.count }
      rows.append(["biases", "\(Quantity.count(count)) of \(biases.count) modules"])
    }
    if !whole.isEmpty {
      let count = whole.reduce(0) { $0 + $1.weight.count }
      rows.append(["whole", "\(Quantity.count(count)): \(modules.joined(separator: ", "))"])
    }
    return rows.count > 2 ? rows : Array(rows.prefix(1))
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
