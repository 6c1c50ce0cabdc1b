// An explanation as a value: how an adapter's first step depends on the rank, predicted and measured.
package import Adapters
package import Analysis
import Display
package import Interpreter
import Text
import Training

package final class ExplanationObject: LabObject {
  let configuration: LoRAConfiguration
  let theory: ScalingTheory
  let ranks: [Int]
  /// Nil where there are predictions only.
  let measurement: FirstStepMeasurement?

  package init(
    _ configuration: LoRAConfiguration, theory: ScalingTheory, ranks: [Int],
    measurement: FirstStepMeasurement? = nil
  ) {
    self.configuration = configuration
    self.theory = theory
    self.ranks = ranks
    self.measurement = measurement
  }

  package var kind: ObjectKind { .explanation }

  package var summary: String {
    "\(adapterText) over \(ranks.count) ranks, first step ∝ r^\(signed(predicted(.change)))"
  }

  package var bytes: Int {
    let steps = measurement?.values.reduce(0) { $0 + $1.count } ?? 0
    return steps * MemoryLayout<FirstStepValues>.stride
  }

  package var fields: [(name: String, meaning: String)] {
    [
      ("ranks", "the ranks"),
      ("multipliers", "the multiplier at each rank"),
      ("predicted", "the predicted exponent of the rank in each quantity"),
      ("measured", "the measured exponent of each quantity, the mean over seeds; None without a measurement"),
      (
        "intervals",
        "half-widths of the 95 % intervals of these; nan for one seed; None without a measurement"
      ),
      (
        "values",
        "each quantity at each rank, means over seeds; without a measurement, relative to the first rank"
      ),
      ("lr", "the learning rate of the measured step; None without a measurement"),
      ("seeds", "the seeds that went through every rank"),
      ("derivation", "the derivation, a text for each step"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "ranks": numbers(ranks.map { Double($0) })
    case "multipliers": numbers(multipliers)
    case "predicted": dictionary { .number(predicted($0)) }
    case "measured":
      measurement.map { m in dictionary { m.series(of: $0).map { .number($0.exponent.estimate) } } }
        ?? Value.none
    case "intervals":
      measurement.map { m in dictionary { m.series(of: $0).map { .number($0.exponent.halfWidth) } } }
        ?? Value.none
    case "values": dictionary { values(of: $0).map(numbers) }
    case "lr": measurement.map { .number($0.rate) } ?? Value.none
    case "seeds": numbers((measurement?.seeds ?? []).map { Double($0) })
    case "derivation": .list(derivation.map { .text($0) })
    default: nil
    }
  }

  private func numbers(_ values: [Double]) -> Value { .list(values.map { .number($0) }) }

  /// An entry for each quantity that has a value.
  private func dictionary(_ value: (StepQuantity) -> Value?) -> Value {
    .dictionary(
      StepQuantity.allCases.compactMap { quantity in value(quantity).map { (quantity.rawValue, $0) } })
  }

  // MARK: Numbers

  var multipliers: [Double] { ranks.map { theory.multiplier(rank: $0) } }

  func predicted(_ quantity: StepQuantity) -> Double { theory.exponent(of: quantity, ranks: ranks) }

  /// Measured, or without a measurement in units of the value at the first rank.
  private func values(of quantity: StepQuantity) -> [Double]? {
    if let measurement { return measurement.series(of: quantity)?.values }
    let sizes = ranks.map { theory.size(of: quantity, rank: $0) }
    return sizes.map { $0 / sizes[0] }
  }

  /// The measurement where a seed went through every rank.
  var complete: FirstStepMeasurement? {
    measurement.flatMap { $0.seeds.isEmpty ? nil : $0 }
  }

  /// The complete measurement where there was a gradient, and so a step.
  var steps: FirstStepMeasurement? {
    complete.flatMap { $0.series(\.gradientOfB).values.contains { $0 != 0 } ? $0 : nil }
  }

  // MARK: Showing

  package func shown(in session: Session) -> [Event] {
    let steps = derivation.enumerated().map { Page.Block.hanging("\($0 + 1). ", $1) }
    return [.table(table), .page(Page([.paragraph("derivation")] + steps))]
  }

  private var table: Table {
    let columns =
      [Table.Column("quantity"), Table.Column("predicted", .decimal)]
      + (measurement == nil ? [] : [Table.Column("measured", .decimal)])
      + ranks.map { Table.Column("r=\($0)", .right, priority: 1) }
    let exponent = signed(theory.multiplierExponent(ranks: ranks))
    let first = ["multiplier s", exponent] + (measurement == nil ? [] : [""]) + multipliers.map(figures)
    let rows = StepQuantity.allCases.map { quantity -> [String] in
      let values = values(of: quantity)?.map(figures) ?? ranks.map { _ in "" }
      let measured = measurement.map { m in m.series(of: quantity).map { text($0.exponent) } ?? "" }
      return [quantity.phrase, signed(predicted(quantity))] + (measured.map { [$0] } ?? []) + values
    }
    return Table("exponents of the rank", columns: columns, rows: [first] + rows, caption: caption)
  }

  /// Two decimals with the sign, and the interval where there is one.
  func text(_ exponent: Interval) -> String {
    guard exponent.estimate.isFinite else { return "—" }
    let interval =
      exponent.halfWidth.isFinite ? " ± \(NumberFormat.fixed(exponent.halfWidth, places: 2))" : ""
    return signed(exponent.estimate) + interval
  }

  func signed(_ exponent: Double) -> String {
    let text = NumberFormat.fixed(exponent, places: 2)
    return exponent > 0 && text != "0.00" ? "+" + text : text
  }

  /// Three significant digits: a mean over a few seeds is not known better.
  func figures(_ value: Double) -> String {
    value.isFinite ? NumberFormat.rounded(value, digits: 3) : "—"
  }

  /// The adapter with the ranks in place of its own.
  private var adapterText: String {
    let ranks = ranks.map(String.init).joined(separator: ", ")
    return configuration.description(rule: theory.rule)
      .replacing("lora(r=\(configuration.rank),", with: "lora(r=[\(ranks)],", maxReplacements: 1)
  }

  private func rateText(_ measurement: FirstStepMeasurement) -> String {
    let name = theory.optimizer.name
    guard measurement.rate.isFinite else { return "\(name), no learning rate" }
    return "\(name) lr \(NumberFormat.text(measurement.rate))"
      + (measurement.isRateChosen ? ", a hundredth of the lowest edge" : "")
  }

  private var caption: String {
    let adapter = "\(adapterText), multiplier s = \(theory.rule.formula), alpha = \(theory.alpha.formula)"
    guard let measurement else {
      return [
        adapter, theory.optimizer.name, "from arithmetic; values relative to r=\(ranks[0])",
      ].joined(separator: "; ")
    }
    let seeds = measurement.seeds.map(String.init)
    var parts = [
      "model \(measurement.modelDescription)", adapter,
      rateText(measurement),
      "batch \(measurement.batch)",
      seeds.isEmpty
        ? "no seed went through every rank"
        : "seeds \(seeds.count > 4 ? "\(seeds[0]) to \(seeds[seeds.count - 1])" : seeds.joined(separator: ", "))",
      "data \(measurement.dataDescription)",
      "measured: the slope of log value against log r, mean over seeds ± 95 % interval; output change: root mean "
        + "square of s·B·(A·x) after the step; loss decrease: to first order; edge at the start: the rate above which "
        + "the first step raises the loss of its batch; edge at a solution: it takes training to see it",
    ]
    if configuration.dropout > 0 { parts.append("without dropout") }
    if !measurement.seeds.isEmpty, steps == nil {
      parts.append("the gradient is 0: the model computes what the data asks for already")
    }
    if measurement.wasInterrupted {
      parts.append("interrupted: seeds are missing")
    } else if measurement.wasCut {
      parts.append("cut by seconds=: seeds are missing")
    }
    return parts.joined(separator: "; ")
  }
}

extension StepQuantity {
  /// As the table names it.
  fileprivate var phrase: String {
    switch self {
    case .gradient: "gradient norm of B"
    case .change: "output change"
    case .decrease: "loss decrease"
    case .initEdge: "edge at the start"
    case .solutionEdge: "edge at a solution"
    }
  }
}
