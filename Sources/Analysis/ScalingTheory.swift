// How the first step of an adapter depends on its rank: the sizes that theory gives, up to constants.
package import Adapters
package import Training

/// What a first step shows, and the learning rates that it bears.
package enum StepQuantity: String, CaseIterable, Sendable {
  /// ‖∇B‖ at initialisation.
  case gradient
  /// The change s·B·(A·x) of the outputs by the first step.
  case change
  /// The decrease of the loss by the first step, to first order.
  case decrease
  /// The learning rate from which the first step raises the loss.
  case initEdge = "init_edge"
  /// The learning rate from which steps near a solution diverge, with A and B of equal size.
  case solutionEdge = "solution_edge"
}

/// y = W·x + s·B·A·x with B = 0 and entries of A of standard deviation σ: E[AᵀA] = r·σ²·I, so |A·x| ∝ √r·σ.
///
/// The gradient of B is s·(∂L/∂y)(A·x)ᵀ. Gradient descent moves the output by s²·|A·x|²; Adam, whose first step has one
/// size in every entry, by s·Σ|A·x| ∝ s·r·σ, as far as the rows of a batch agree in sign.
package struct ScalingTheory: Sendable {
  package var rule: ScalingRule
  package var alpha: Alpha
  package var initialization: LoRAConfiguration.Initialization
  package var optimizer: OptimizerSettings

  package init(
    rule: ScalingRule, alpha: Alpha, initialization: LoRAConfiguration.Initialization,
    optimizer: OptimizerSettings
  ) {
    self.rule = rule
    self.alpha = alpha
    self.initialization = initialization
    self.optimizer = optimizer
  }

  /// s; its sign is that of alpha.
  package func multiplier(rank: Int) -> Double {
    rule.multiplier(alpha: alpha.value(rank: Double(rank)), rank: Double(rank))
  }

  /// The exponent q of σ ∝ r^q; NaN where A is a part of W.
  package var deviationExponent: Double { initialization.drawn?.deviationExponent ?? .nan }

  /// σ, as far as it depends on the rank.
  private func deviation(_ rank: Int) -> Double { initialization.drawn?.deviation(rank: rank) ?? .nan }

  /// What the output change of a first step is proportional to: s²·r·σ² for gradient descent, s·r·σ for Adam.
  package func factor(rank: Int) -> Double {
    let (s, sigma, r) = (multiplier(rank: rank).magnitude, deviation(rank), Double(rank))
    return switch optimizer {
    case .sgd: s * s * r * sigma * sigma
    case .adamw: s * r * sigma
    }
  }

  /// The quantity up to a constant of model and data. NaN or infinite where the multiplier is 0 or not finite.
  package func size(of quantity: StepQuantity, rank: Int) -> Double {
    let s = multiplier(rank: rank).magnitude
    return switch quantity {
    case .gradient: s * Double(rank).squareRoot() * deviation(rank)
    case .change, .decrease: factor(rank: rank)
    case .initEdge: 1 / factor(rank: rank)
    case .solutionEdge: 1 / s
    }
  }

  /// The exponent of the rank in the quantity: exact for a fixed alpha, the slope over these ranks for a formula that is
  /// no power. NaN for fewer than two different ranks, and where a multiplier is 0 or not finite.
  package func exponent(of quantity: StepQuantity, ranks: [Int]) -> Double {
    exponent(ranks) { size(of: quantity, rank: $0) }
  }

  /// The exponent of the rank in |s|.
  package func multiplierExponent(ranks: [Int]) -> Double {
    exponent(ranks) { multiplier(rank: $0).magnitude }
  }

  /// The slope of the logarithm of a size over that of the rank, by least squares.
  private func exponent(_ ranks: [Int], _ size: (Int) -> Double) -> Double {
    powerLawExponent(x: ranks.map { Double($0) }, y: ranks.map(size))
  }

  /// The exponent p of alpha/r^p with a fixed alpha under which the first step is the same at every rank.
  package var stableExponent: Double {
    switch optimizer {
    case .sgd: 0.5 + deviationExponent
    case .adamw: 1 + deviationExponent
    }
  }

  /// The rule of that exponent.
  package var stableRule: ScalingRule {
    let rules: [ScalingRule] = [.lora, .rslora, .constant]
    return rules.first { $0.exponent == stableExponent } ?? .power(stableExponent)
  }
}
