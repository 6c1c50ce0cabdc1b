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

    init(_ targets: LoRAConfiguration.Targets) {
      switch targets {
      case .standard: kind = "standard"
      case .names(let list): (kind, names) = ("names", list)
      case .pattern(let text): (kind, pattern) = ("pattern", text)
      case .allLinear: kind = "all-linear"
      }
    }

    /// - Throws: `StoredFlaw`.
    func targets() throws -> LoRAConfiguration.Targets {
      switch (kind, names, pattern) {
      case ("standard", _, _): return .standard
      case ("names", let names?, _): return .names(names)
      case ("pattern", _, let pattern?): return .pattern(pattern)
      case ("all-linear", _, _): return .allLinear
      default: throw StoredFlaw.misfit("`targets` and its fields")
      }
    }
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
  // Each is absent where it is as usual.
  var dora: Bool?
  var bias: String?
  var savedModules: [String]?
  var excluded: Targets?
  var layers: [Int]?

  /// - Parameter ranks: those at which alpha is asked for; the adapter's own is always among them.
  init(_ configuration: LoRAConfiguration, ranks: [Int] = []) {
    r = configuration.rank
    alpha = configuration.alpha.formula
    alphas = Set(ranks + [configuration.rank]).sorted().map {
      AlphaValue(r: $0, alpha: configuration.alpha.value(rank: Double($0)))
    }
    targets = Targets(configuration.targets)
    if case .own(let rule) = configuration.scaling { scaling = StoredRule(rule) }
    dropout = configuration.dropout
    initialization = configuration.initialization.rawValue
    rankPattern = configuration.rankPattern.map { Pattern(pattern: $0.pattern, value: $0.rank) }
    alphaPattern = configuration.alphaPattern.map { Pattern(pattern: $0.pattern, value: $0.alpha) }
    dora = configuration.usesDoRA ? true : nil
    bias = configuration.bias == .none ? nil : configuration.bias.rawValue
    savedModules = configuration.savedModules.isEmpty ? nil : configuration.savedModules
    excluded = configuration.excluded.map(Targets.init)
    layers = configuration.layers
  }

  /// - Throws: `StoredFlaw`.
  func configuration() throws -> LoRAConfiguration {
    try StoredFlaw.check(r > 0, .outOfRange("r"))
    guard let initialization = LoRAConfiguration.Initialization(rawValue: initialization) else {
      throw StoredFlaw.unknownWord(field: "initialization", word: initialization)
    }
    guard let bias = LoRAConfiguration.Bias(rawValue: bias ?? "none") else {
      throw StoredFlaw.unknownWord(field: "bias", word: self.bias ?? "")
    }
    var configuration = LoRAConfiguration(
      rank: r, alpha: try storedAlpha(), targets: try targets.targets(),
      scaling: try scaling.map { .own(try $0.rule()) } ?? .follows,
      dropout: dropout, initialization: initialization,
      rankPattern: rankPattern.map { ($0.pattern, $0.value) },
      alphaPattern: alphaPattern.map { ($0.pattern, $0.value) })
    configuration.usesDoRA = dora ?? false
    configuration.bias = bias
    configuration.savedModules = savedModules ?? []
    configuration.excluded = try excluded?.targets()
    configuration.layers = layers
    return configuration
  }

  private func storedAlpha() throws -> Alpha {
    if let number = Double(alpha) { return .fixed(number) }
    let values = Dictionary(alphas.map { (Double($0.r), $0.alpha) }) { first, _ in first }
    try StoredFlaw.check(values[Double(r)] != nil, .misfit("`alpha`, `alphas` and `r`"))
    return .ofRank(text: alpha) { values[$0] ?? .nan }
  }
}
