// What files hold of adapters and scaling rules.
import Adapters
import Training

struct StoredRule: Codable {
  var name: String
  /// Of the rank; what `power` takes.
  var exponent: Double

  init(_ rule: ScalingRule) {
    exponent = rule.exponent
    if case .power = rule { name = "power" } else { name = rule.name }
  }

  /// - Throws: `StoredFlaw`.
  func rule() throws -> ScalingRule {
    switch name {
    case "lora": return .lora
    case "rslora": return .rslora
    case "constant": return .constant
    case "power": return .power(exponent)
    default: throw StoredFlaw.unknownWord(field: "rule", word: name)
    }
  }
}

struct StoredScaling: Codable {
  var module: String
  var r: Int
  var alpha: Double
  var multiplier: Double

  init(_ scaling: ResolvedScaling) {
    (module, r, alpha, multiplier) = (scaling.module, scaling.rank, scaling.alpha, scaling.multiplier)
  }

  var scaling: ResolvedScaling {
    ResolvedScaling(module: module, rank: r, alpha: alpha, multiplier: multiplier)
  }
}

struct StoredAdapter: Codable {
  struct Pattern<Number: Codable>: Codable {
    var pattern: String
    var value: Number
  }

  struct Targets: Codable {
    var kind: String
    var names: [String]?
    var pattern: String?
  }

  /// A value of an alpha that is a rule of the rank.
  struct AlphaValue: Codable {
    var r: Int
    var alpha: Double
  }

  var r: Int
  /// A number, or a rule such as `2*r`.
  var alpha: String
  var alphas: [AlphaValue]
  var targets: Targets
  /// None where the adapter follows the session's mode.
  var scaling: StoredRule?
  var dropout: Double
  var initialization: String
  var rankPattern: [Pattern<Int>]
  var alphaPattern: [Pattern<Double>]

  /// - Parameter ranks: those at which alpha is asked for; the adapter's own is always among them.
  init(_ configuration: LoRAConfiguration, ranks: [Int] = []) {
    r = configuration.rank
    alpha = configuration.alpha.formula
    alphas = Set(ranks + [configuration.rank]).sorted().map {
      AlphaValue(r: $0, alpha: configuration.alpha.value(rank: Double($0)))
    }
    switch configuration.targets {
    case .standard: targets = Targets(kind: "standard")
    case .names(let names): targets = Targets(kind: "names", names: names)
    case .pattern(let pattern): targets = Targets(kind: "pattern", pattern: pattern)
    case .allLinear: targets = Targets(kind: "all-linear")
    }
    if case .own(let rule) = configuration.scaling { scaling = StoredRule(rule) }
    dropout = configuration.dropout
    initialization = configuration.initialization.rawValue
    rankPattern = configuration.rankPattern.map { Pattern(pattern: $0.pattern, value: $0.rank) }
    alphaPattern = configuration.alphaPattern.map { Pattern(pattern: $0.pattern, value: $0.alpha) }
  }

  /// - Throws: `StoredFlaw`.
  func configuration() throws -> LoRAConfiguration {
    try StoredFlaw.check(r > 0, .outOfRange("r"))
    guard let initialization = LoRAConfiguration.Initialization(rawValue: initialization) else {
      throw StoredFlaw.unknownWord(field: "initialization", word: initialization)
    }
    let targets: LoRAConfiguration.Targets
    switch (self.targets.kind, self.targets.names, self.targets.pattern) {
    case ("standard", _, _): targets = .standard
    case ("names", let names?, _): targets = .names(names)
    case ("pattern", _, let pattern?): targets = .pattern(pattern)
    case ("all-linear", _, _): targets = .allLinear
    default: throw StoredFlaw.misfit("`targets` and its fields")
    }
    return LoRAConfiguration(
      rank: r, alpha: try storedAlpha(), targets: targets,
      scaling: try scaling.map { .own(try $0.rule()) } ?? .follows,
      dropout: dropout, initialization: initialization,
      rankPattern: rankPattern.map { ($0.pattern, $0.value) },
      alphaPattern: alphaPattern.map { ($0.pattern, $0.value) })
  }

  private func storedAlpha() throws -> Alpha {
    if let number = Double(alpha) { return .fixed(number) }
    let values = Dictionary(alphas.map { (Double($0.r), $0.alpha) }) { first, _ in first }
    try StoredFlaw.check(values[Double(r)] != nil, .misfit("`alpha`, `alphas` and `r`"))
    return .ofRank(text: alpha) { values[$0] ?? .nan }
  }
}
