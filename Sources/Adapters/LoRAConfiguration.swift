// The configuration of a LoRA adapter, with PEFT's fields and defaults.

/// What `lora(...)` describes. It is a description only: `AdapterLayout` applies it to a model's modules.
package struct LoRAConfiguration: Sendable {
  /// The modules that get an adapter, as PEFT's `target_modules`.
  package enum Targets: Equatable, Sendable {
    /// None given: q_proj and v_proj of a transformer, every layer of a perceptron.
    case standard
    /// Full module paths or their last components.
    case names([String])
    /// A regular expression that a whole module path must match.
    case pattern(String)
    /// Every linear layer but the output layer of a language model.
    case allLinear
  }

  /// How A is drawn. B is zero in both.
  package enum Initialization: String, Sendable, CaseIterable {
    /// U(±1/√in), PEFT's `init_lora_weights=True`.
    case kaiming
    /// N(0, 1/r²), PEFT's `init_lora_weights="gaussian"`.
    case gaussian
  }

  /// Where the scaling rule comes from.
  package enum Scaling: Equatable, Sendable {
    /// The session's mode, now and when it changes.
    case follows
    case own(ScalingRule)
  }

  /// r, PEFT's default 8.
  package var rank: Int
  /// `lora_alpha`, PEFT's default 8.
  package var alpha: Alpha
  package var targets: Targets
  package var scaling: Scaling
  /// On the input of A while training; in [0, 1).
  package var dropout: Double
  package var initialization: Initialization
  /// Regular expression and rank; the first that matches a module wins.
  package var rankPattern: [(pattern: String, rank: Int)]
  /// Regular expression and alpha; looked up independently of `rankPattern`.
  package var alphaPattern: [(pattern: String, alpha: Double)]

  package init(
    rank: Int = 8, alpha: Alpha = .fixed(8), targets: Targets = .standard, scaling: Scaling = .follows,
    dropout: Double = 0, initialization: Initialization = .kaiming,
    rankPattern: [(pattern: String, rank: Int)] = [], alphaPattern: [(pattern: String, alpha: Double)] = []
  ) {
    self.rank = rank
    self.alpha = alpha
    self.targets = targets
    self.scaling = scaling
    self.dropout = dropout
    self.initialization = initialization
    self.rankPattern = rankPattern
    self.alphaPattern = alphaPattern
  }

  /// The rule in force where the session's mode is `mode`.
  package func rule(mode: ScalingRule) -> ScalingRule {
    switch scaling {
    case .follows: mode
    case .own(let rule): rule
    }
  }

  /// s under a rule at a rank, where no pattern changes rank or alpha.
  package func multiplier(_ rule: ScalingRule, rank: Int) -> Double {
    rule.multiplier(alpha: alpha.value(rank: Double(rank)), rank: Double(rank))
  }
}
