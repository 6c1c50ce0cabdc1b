// A comparison as a value.
import Adapters
package import Analysis
import Display
package import Interpreter
import Text
import Training

package final class ComparisonObject: TabledObject {
  package let comparison: Comparison

  package init(_ comparison: Comparison) {
    self.comparison = comparison
  }

  package var kind: ObjectKind { .comparison }

  package var summary: String {
    let counts = [Outcome.trained, .slow, .diverged, .undecided].compactMap { outcome in
      let count = comparison.arms.reduce(0) { $0 + $1.count(outcome) }
      return count == 0 ? nil : "\(count) \(outcome.rawValue)"
    }
    return (["\(comparison.arms.count) arms × \(comparison.seeds.count) seeds"] + counts).joined(
      separator: ", ")
  }

  package var bytes: Int {
    comparison.arms.flatMap(\.runs).reduce(0) { $0 + 3 * $1.losses.count * MemoryLayout<Double>.stride }
  }

  package func shown(in session: Session) -> [Event] {
    let hasRates = Set(comparison.arms.map(\.learningRate)).count > 1
    var columns = [Table.Column("adapter", wraps: true), Table.Column("s", .decimal)]
    let hasOptimizers = Set(comparison.arms.map(\.optimizer.name)).count > 1
    if hasOptimizers { columns.append(Table.Column("optimizer")) }
    if hasRates { columns.append(Table.Column("lr", .decimal)) }
    let others = [Outcome.slow, .undecided].filter { outcome in
      comparison.arms.contains { $0.count(outcome) > 0 }
    }
    columns += others.map { Table.Column($0.rawValue, .right) }
    columns += [
      Table.Column("diverged", .right), Table.Column("95 %", .right, priority: 4),
      Table.Column("NaN", .right, priority: 2),
      Table.Column("final loss", .decimal), Table.Column("sd", .decimal),
      Table.Column("up travel", .decimal, priority: 3), Table.Column("bad step", .right, priority: 1),
    ]
    let rows = comparison.arms.map { arm in
      return [arm.name, multiplierText(arm.scalings)]
        + (hasOptimizers ? [arm.optimizer.name] : [])
        + (hasRates ? [NumberFormat.text(arm.learningRate)] : [])
        + others.map { "\(arm.count($0))" }
        + [
          "\(arm.divergedCount) of \(arm.finished.count)", percent(arm.divergedShare),
          "\(arm.nonFiniteCount)",
          number(arm.meanFinalLoss), number(arm.deviationOfFinalLoss, digits: 2), number(arm.medianUpTravel),
          badSteps(arm.badSteps),
        ]
    }
    let table = Table("comparison", columns: columns, rows: rows, caption: caption)
    return [.table(table)] + (differences.map { [.table($0)] } ?? [])
  }

  /// Each arm beside the first, seed by seed; nil with one arm or one seed.
  private var differences: Table? {
    guard let first = comparison.arms.first, comparison.arms.count > 1, comparison.seeds.count > 1 else {
      return nil
    }
    let rows = comparison.arms.dropFirst().map { arm -> [String] in
      let (ratio, pairs) = arm.finalLossRatio(to: first)
      let hasInterval = ratio.low.isFinite && ratio.high.isFinite
      let digits = ratioDigits(ratio)
      let name = ([arm.name] + distinctions(of: arm)).joined(separator: " ")
      return [
        name, "\(pairs)", number(ratio.estimate, digits: digits),
        hasInterval ? "\(number(ratio.low, digits: digits)) to \(number(ratio.high, digits: digits))" : "—",
        !hasInterval ? "too few pairs" : ratio.high < 1 ? "lower" : ratio.low > 1 ? "higher" : "not shown",
      ]
    }
    return Table(
      "final loss beside the first adapter's",
      columns: [
        Table.Column("adapter", wraps: true), Table.Column("pairs", .right), Table.Column("ratio", .decimal),
        Table.Column("95 %"), Table.Column("loss is"),
      ], rows: rows,
      caption:
        "ratio: the mean over the seeds at which both stay finite, on the logarithm of the loss; interval: "
        + (comparison.seeds.count > 30 ? "bootstrap-t" : "Student's t") + "; not shown: it contains 1")
  }

  /// As many digits, from three, as tell from 1 what is not 1: a ratio of 1 must not be called higher.
  private func ratioDigits(_ ratio: Interval) -> Int {
    let values = [ratio.estimate, ratio.low, ratio.high].filter { $0.isFinite && $0 != 1 }
    return (3...15).first { digits in !values.contains { number($0, digits: digits) == "1" } } ?? 15
  }

  /// What tells an arm from others of the same adapter: its optimiser and rate, where there are several.
  func distinctions(of arm: ComparisonArm) -> [String] {
    (Set(comparison.arms.map(\.optimizer.name)).count > 1 ? [arm.optimizer.name] : [])
      + (Set(comparison.arms.map(\.learningRate)).count > 1
        ? ["lr=\(NumberFormat.text(arm.learningRate))"] : [])
  }

  /// The optimisers with what is their own: `adamw and sgd with momentum 0.9`.
  var optimizers: String {
    var names: [String] = []
    for arm in comparison.arms {
      var name = arm.optimizer.name
      if comparison.settings.optimizer != arm.optimizer, case .sgd(let momentum, _) = arm.optimizer {
        name += momentum == 0 ? " without momentum" : " with momentum \(NumberFormat.text(momentum))"
      }
      if !names.contains(name) { names.append(name) }
    }
    return names.joined(separator: " and ")
  }

  /// `76–99 %`.
  private func percent(_ share: Interval) -> String {
    "\(Int((share.low * 100).rounded()))–\(Int((share.high * 100).rounded())) %"
  }

  /// Three significant digits: a mean over seeds is not known better.
  private func number(_ value: Double, digits: Int = 3) -> String {
    value.isFinite ? NumberFormat.rounded(value, digits: digits) : "—"
  }

  private func badSteps(_ steps: [Int]) -> String {
    guard let first = steps.min(), let last = steps.max() else { return "—" }
    return first == last ? "\(first)" : "\(first)–\(last)"
  }

  /// The learning rates, in increasing order.
  var rates: String {
    Set(comparison.arms.map(\.learningRate)).sorted().map { NumberFormat.text($0) }.joined(separator: ", ")
  }

  /// One line of language that makes the comparison.
  var repetition: String {
    let rates = comparison.arms.map(\.learningRate).distinct()
    var optimizers: [OptimizerSettings] = []
    for arm in comparison.arms where !optimizers.contains(arm.optimizer) { optimizers.append(arm.optimizer) }
    let adapters = stride(from: 0, to: comparison.arms.count, by: max(1, rates.count * optimizers.count)).map
    {
      comparison.arms[$0].description
    }
    let call = [
      "compare(base", comparison.dataDescription, "[\(adapters.joined(separator: ", "))]",
      "lr=\(listLiteral(rates))", "seeds=\(listLiteral(comparison.seeds.map { Double($0) }))",
      gridArguments(comparison.settings, optimizers: optimizers) + ")",
    ]
    return (comparison.provenance.statements + [call.joined(separator: ", ")]).joined(separator: "; ")
  }

  private var caption: String {
    let columns = comparison.columns
    var parts = [
      "\(comparison.settings.steps) steps, \(optimizers) "
        + "lr \(rates), \(comparison.settings.protocolCaption)",
      seedsCaption(comparison.seeds), columns.contains { $0.count > 1 } ? columnRule : aloneRule,
      "95 %: of the share that diverged, by Wilson; final loss: mean and standard deviation over the finite runs; "
        + "up-travel: their median; bad step: the first that is not finite",
    ]
    let named = columns.map { (name: comparison.arms[$0[0]].name, column: comparison.rateColumn($0)) }
    if let outside = outsideCaption(named) { parts.append(outside) }
    parts += ["model \(comparison.modelDescription)", "data \(comparison.dataDescription)"]
    if comparison.wasInterrupted {
      parts.append("interrupted: runs are missing")
    } else if comparison.wasCut {
      parts.append("cut by seconds=: runs are missing")
    }
    return parts.joined(separator: "; ")
  }
}
