// The exponents of first steps: theory against exponents written by hand, and both against measurement.
import Adapters
import Analysis
import Models
import Synchronization
import Testing
import Training

private let sgd = OptimizerSettings.sgd(momentum: 0, weightDecay: 0)

/// Exponents of the rank: p of s ∝ r^−p, then gradient, output change, edge at the start, edge at a solution.
private struct Exponents: CustomTestStringConvertible {
  var rule: ScalingRule
  var alpha: Alpha
  var initialization: LoRAConfiguration.Initialization
  var optimizer: OptimizerSettings
  var gradient: Double
  var change: Double
  var initEdge: Double
  var solutionEdge: Double

  var testDescription: String { "\(rule.name) \(alpha.formula) \(initialization) \(optimizer.name)" }

  init(
    _ rule: ScalingRule, alpha: Alpha = .fixed(8), _ initialization: LoRAConfiguration.Initialization,
    _ optimizer: OptimizerSettings, _ gradient: Double, _ change: Double, _ initEdge: Double,
    _ solutionEdge: Double
  ) {
    self.rule = rule
    self.alpha = alpha
    self.initialization = initialization
    self.optimizer = optimizer
    self.gradient = gradient
    self.change = change
    self.initEdge = initEdge
    self.solutionEdge = solutionEdge
  }

  private static let twice = Alpha.ofRank(text: "2*r") { 2 * $0 }
  private static let root = Alpha.ofRank(text: "8*sqrt(r)") { 8 * $0.squareRoot() }

  static let all: [Exponents] = [
    Exponents(.lora, .kaiming, sgd, -0.5, -1, 1, 1),
    Exponents(.rslora, .kaiming, sgd, 0, 0, 0, 0.5),
    Exponents(.constant, .kaiming, sgd, 0.5, 1, -1, 0),
    Exponents(.power(0.75), .kaiming, sgd, -0.25, -0.5, 0.5, 0.75),
    Exponents(.lora, .kaiming, .adamw, -0.5, 0, 0, 1),
    Exponents(.rslora, .kaiming, .adamw, 0, 0.5, -0.5, 0.5),
    Exponents(.constant, .kaiming, .adamw, 0.5, 1, -1, 0),
    Exponents(.power(0.75), .kaiming, .adamw, -0.25, 0.25, -0.25, 0.75),
    Exponents(.lora, .gaussian, sgd, -1.5, -3, 3, 1),
    Exponents(.rslora, .gaussian, sgd, -1, -2, 2, 0.5),
    Exponents(.constant, .gaussian, sgd, -0.5, -1, 1, 0),
    Exponents(.power(0.75), .gaussian, sgd, -1.25, -2.5, 2.5, 0.75),
    Exponents(.lora, .gaussian, .adamw, -1.5, -1, 1, 1),
    Exponents(.rslora, .gaussian, .adamw, -1, -0.5, 0.5, 0.5),
    Exponents(.constant, .gaussian, .adamw, -0.5, 0, 0, 0),
    Exponents(.power(0.75), .gaussian, .adamw, -1.25, -0.75, 0.75, 0.75),
    Exponents(.lora, alpha: twice, .kaiming, sgd, 0.5, 1, -1, 0),
    Exponents(.rslora, alpha: twice, .kaiming, sgd, 1, 2, -2, -0.5),
    Exponents(.rslora, alpha: twice, .kaiming, .adamw, 1, 1.5, -1.5, -0.5),
    Exponents(.lora, alpha: root, .kaiming, sgd, 0, 0, 0, 0.5),
    Exponents(.lora, alpha: .fixed(-3), .kaiming, sgd, -0.5, -1, 1, 1),
  ]
}

@Suite struct ScalingTheoryTests {
  private let ranks = [4, 16, 64, 128]

  @Test(arguments: Exponents.all)
  private func exponentsAreThoseOfTheDerivation(_ expected: Exponents) {
    let theory = ScalingTheory(
      rule: expected.rule, alpha: expected.alpha, initialization: expected.initialization,
      optimizer: expected.optimizer)
    let pairs: [(StepQuantity, Double)] = [
      (.gradient, expected.gradient), (.change, expected.change), (.decrease, expected.change),
      (.initEdge, expected.initEdge), (.solutionEdge, expected.solutionEdge),
    ]
    for (quantity, exponent) in pairs {
      #expect(abs(theory.exponent(of: quantity, ranks: ranks) - exponent) < 1e-12, "\(quantity)")
    }
  }

  @Test func theStableRuleKeepsTheFirstStep() {
    for initialization in LoRAConfiguration.Initialization.allCases where !initialization.splitsBase {
      for optimizer in [sgd, .adamw] {
        var theory = ScalingTheory(
          rule: .constant, alpha: .fixed(8), initialization: initialization, optimizer: optimizer)
        theory.rule = theory.stableRule
        #expect(abs(theory.exponent(of: .change, ranks: ranks)) < 1e-12)
      }
    }
    let theory = { ScalingTheory(rule: .lora, alpha: .fixed(1), initialization: .kaiming, optimizer: $0) }
    #expect(theory(sgd).stableRule == .rslora && theory(.adamw).stableRule == .lora)
  }

  @Test func whatHasNoExponentIsNaN() {
    let theory = { ScalingTheory(rule: .lora, alpha: $0, initialization: .kaiming, optimizer: sgd) }
    #expect(theory(.fixed(8)).exponent(of: .gradient, ranks: [4]).isNaN)
    #expect(theory(.fixed(8)).exponent(of: .gradient, ranks: [4, 4]).isNaN)
    #expect(theory(.fixed(0)).exponent(of: .gradient, ranks: ranks).isNaN)
    #expect(theory(.ofRank(text: "1/(r-4)") { 1 / ($0 - 4) }).multiplierExponent(ranks: ranks).isNaN)
  }

  /// A formula that is no power has the slope over the ranks that are asked for.
  @Test func formulasHaveTheSlopeOverTheRanks() {
    let theory = ScalingTheory(
      rule: .constant, alpha: .ofRank(text: "r+16") { $0 + 16 }, initialization: .kaiming, optimizer: sgd)
    #expect(theory.multiplierExponent(ranks: [1, 2]) < 0.1)
    #expect(theory.multiplierExponent(ranks: [1000, 2000]) > 0.9)
  }
}
