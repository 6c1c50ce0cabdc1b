// The optimiser of a run, with the settings that are its own.
import Adapters
import Fields

/// Which optimiser, by the word that users write.
package enum OptimizerKind: String, CaseIterable, LiteralValue, Sendable {
  case adamw
  case sgd
}

/// The optimiser of a run with what only it has. Both compute as PyTorch's of that name.
package enum OptimizerSettings: Equatable, Sendable {
  /// AdamW (Loshchilov and Hutter 2019): the weight decay is apart from the gradient.
  case adamw(beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double)
  /// Gradient descent; the weight decay adds its part of the parameters to the gradient.
  case sgd(momentum: Double, weightDecay: Double)

  /// PyTorch's defaults, but for the weight decay: 0, as in transformers' Trainer.
  package static let adamw = OptimizerSettings.adamw(
    beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0)
  /// Plain gradient descent, PyTorch's defaults.
  package static let sgd = OptimizerSettings.sgd(momentum: 0, weightDecay: 0)

  package var name: String { kind.rawValue }

  /// Whether a step's size does not grow with the gradient, as Adam's.
  package var isAdaptive: Bool {
    if case .adamw = self { true } else { false }
  }

  /// Numbers that it remembers of each parameter.
  package var stateCount: Double {
    switch self {
    case .adamw: 2
    case .sgd(let momentum, _): momentum == 0 ? 0 : 1
    }
  }

  /// The arguments of `train` that repeat these settings, all of them written out.
  package var arguments: String {
    var settings = TrainingSettings.standard
    settings.optimizer = self
    return settings.arguments { $0.topic == .optimizer }
  }
}

/// The settings one by one, as the table of options has them. Setting what is another optimiser's changes nothing.
extension OptimizerSettings {
  /// Another kind keeps the weight decay and has the rest as usual.
  package var kind: OptimizerKind {
    get {
      switch self {
      case .adamw: .adamw
      case .sgd: .sgd
      }
    }
    set {
      guard newValue != kind else { return }
      let decay = weightDecay
      switch newValue {
      case .adamw: self = .adamw
      case .sgd: self = .sgd
      }
      weightDecay = decay
    }
  }

  /// wd: AdamW multiplies the parameters with 1 − lr·wd at each step, gradient descent adds wd·p to the gradient.
  package var weightDecay: Double {
    get {
      switch self {
      case .adamw(_, _, _, let decay), .sgd(_, let decay): decay
      }
    }
    set {
      switch self {
      case .adamw(let beta1, let beta2, let epsilon, _):
        self = .adamw(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: newValue)
      case .sgd(let momentum, _): self = .sgd(momentum: momentum, weightDecay: newValue)
      }
    }
  }

  /// 0 of another optimiser than gradient descent.
  package var momentum: Double {
    get { if case .sgd(let momentum, _) = self { momentum } else { 0 } }
    set {
      if case .sgd(_, let decay) = self { self = .sgd(momentum: newValue, weightDecay: decay) }
    }
  }

  /// Those of AdamW: β₁, β₂ and ε, as usual for another optimiser.
  private var adam: (beta1: Double, beta2: Double, epsilon: Double) {
    get {
      if case .adamw(let beta1, let beta2, let epsilon, _) = self { return (beta1, beta2, epsilon) }
      return OptimizerSettings.adamw.adam
    }
    set {
      if case .adamw(_, _, _, let decay) = self {
        self = .adamw(
          beta1: newValue.beta1, beta2: newValue.beta2, epsilon: newValue.epsilon, weightDecay: decay)
      }
    }
  }

  /// As usual where the optimiser is another, as for `beta2` and `epsilon`.
  package var beta1: Double {
    get { adam.beta1 }
    set { adam.beta1 = newValue }
  }
  package var beta2: Double {
    get { adam.beta2 }
    set { adam.beta2 = newValue }
  }
  package var epsilon: Double {
    get { adam.epsilon }
    set { adam.epsilon = newValue }
  }

  /// β₁ and β₂; other than two numbers change nothing.
  package var betas: [Double] {
    get { [beta1, beta2] }
    set { if newValue.count == 2 { (beta1, beta2) = (newValue[0], newValue[1]) } }
  }
}
