// An adapter as a value: a configuration, with weights once it comes from a run or a model.
package import Adapters
import Display
package import Interpreter
package import Models
import Text

/// An adapter as a user holds it: what `lora(…)` describes, or one with its weights, from a run, a model or a folder.
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

  /// Properties of the configuration, in reading order.
  private static let properties = LoRAConfiguration.properties(about: [
    .size, .dropout, .rule, .targets, .beginning, .kind, .biases, .whole, .selection, .patterns,
  ])

  package var fields: [(name: String, meaning: String)] {
    AdapterObject.properties.compactMap(\.reading) + [
      ("parameters", "how many values it trains; None for a description")
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    if name == "parameters" { return trained.map { .number(Double($0.count)) } ?? Value.none }
    let field = AdapterObject.properties.first { $0.reading?.name == name || $0.name == name }
    return field.map { Value($0.value(in: configuration)) }
  }

  /// The multiplier that the rule in force gives it; once it is trained, how many values it has, and where it trains
  /// more than A and B, how many of each.
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
