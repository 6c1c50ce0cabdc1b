// What tables and captions of grids share: exponents, seeds, protocols, rules.
import Adapters
import Display
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

func seedsCaption(_ seeds: [UInt64]) -> String {
  seeds.count > 4
    ? "seeds \(seeds[0]) to \(seeds[seeds.count - 1])"
    : "seeds " + seeds.map(String.init).joined(separator: ", ")
}

func protocolCaption(_ settings: TrainingSettings, rates: String?) -> String {
  "\(settings.steps) steps, \(settings.optimizer.name)\(rates.map { " lr " + $0 } ?? ""), "
    + settings.protocolCaption
}

func ruleName(_ configuration: LoRAConfiguration, _ rule: ScalingRule) -> String {
  "\(rule.name) alpha=\(configuration.alpha.formula)"
}
