// What tables and captions of grids share: exponents, seeds, protocols, rules.
package import Adapters
import Analysis
import Display
import Interpreter
import Text
import Training

/// Numbers of a table: three significant digits, a dash where there is none.
func tableNumber(_ value: Double?, digits: Int = 3) -> String {
  guard let value, !value.isNaN else { return "—" }
  return value.isFinite ? NumberFormat.rounded(value, digits: digits) : value > 0 ? "∞" : "-∞"
}

/// `-0.79`; with its sign, as exponents are read.
func exponent(_ value: Double) -> String {
  guard abs(value) < 1e6 else { return "—" }
  let hundredths = Int((abs(value) * 100).rounded())
  let digits = "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
  return hundredths == 0 ? digits : (value < 0 ? "-" : "+") + digits
}

package func seedsCaption(_ seeds: [UInt64]) -> String {
  seeds.count > 4
    ? "seeds \(seeds[0]) to \(seeds[seeds.count - 1])"
    : "seeds " + seeds.map(String.init).joined(separator: ", ")
}

func protocolCaption(_ settings: TrainingSettings, rates: String?) -> String {
  "\(settings.steps) steps, \(settings.optimizer.name)\(rates.map { " lr " + $0 } ?? ""), "
    + settings.protocolCaption
}

/// How a grid of rates judges its runs.
let columnRule =
  "trained: over half of the gap to the best rate's loss recovered; else slow below the best rate, diverged above it; "
  + "what is not finite has diverged"

/// How runs are judged where there is one rate.
let aloneRule =
  "each run judged alone: diverged: not finite, ended above its start, or ruined by too high a rate; slow: its loss "
  + "falls smoothly and had further to go; undecided: its own curve does not tell"

/// Whose best rate stands at an end of the rates that were tried; nil where none does.
func outsideCaption(_ columns: [(name: String, column: RateColumn)]) -> String? {
  func names(_ place: RateColumn.BestPlace) -> String? {
    let found = columns.filter { $0.column.place == place }.map(\.name)
    if found.isEmpty { return nil }
    let end = place == .lowest ? "lowest" : "highest"
    return
      "the best rate of \(found.joined(separator: ", ")) is the \(end) that was tried: a better one may lie outside"
  }
  let parts = [names(.lowest), names(.highest)].compactMap { $0 }
  return parts.isEmpty ? nil : parts.joined(separator: "; ")
}

/// What users must know of every rate that is advised or marked as the best.
let ratesOfTheBench =
  "rates of the bench do not carry over to a large model; ratios and slopes do"

/// The adapter of a grid whose ranks stand beside it.
package func ruleName(_ configuration: LoRAConfiguration, _ rule: ScalingRule) -> String {
  configuration.name(rule: rule, withRank: false)
}

/// The multiplier of an adapter's modules: `2`, or the range where they differ.
func multiplierText(_ scalings: [ResolvedScaling]) -> String {
  let values = scalings.map(\.multiplier)
  guard let low = values.min(), let high = values.max() else { return "—" }
  return low == high ? NumberFormat.text(low) : "\(NumberFormat.text(low)) to \(NumberFormat.text(high))"
}

/// `[0.1, 2]`, with all digits.
func listLiteral(_ values: [Double]) -> String {
  "[" + values.map(shortest).joined(separator: ", ") + "]"
}

/// The arguments that repeat the settings of a grid, its rates and seeds apart.
///
/// - Parameter optimizers: those of the grid; none for that of the settings.
func gridArguments(_ settings: TrainingSettings, optimizers: [OptimizerSettings]) -> String {
  let optimizer =
    optimizers.count > 1 ? several(optimizers) : (optimizers.first ?? settings.optimizer).arguments
  return TrainingSettings.options.filter { $0.scope == .everyRun }.compactMap { option in
    option.topic != .optimizer ? option.argument(settings) : option.name == "optimizer" ? optimizer : nil
  }.joined(separator: ", ")
}

/// `optimizers=[adamw, sgd]` with what is the own of each, and after it what they share.
private func several(_ optimizers: [OptimizerSettings]) -> String {
  var parts = ["optimizers=[\(optimizers.map(\.name).joined(separator: ", "))]"]
  var shared: [String] = []
  for optimizer in optimizers {
    var settings = TrainingSettings.standard
    settings.optimizer = optimizer
    let own = TrainingSettings.options.filter { $0.topic == .optimizer && $0.name != "optimizer" }
    parts += own.filter { $0.owner != nil }.compactMap { $0.argument(settings) }
    shared = own.filter { $0.owner == nil }.compactMap { $0.argument(settings) }
  }
  return (parts + shared).joined(separator: ", ")
}
