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

  /// How A and B begin. B is zero where it is not said.
  package enum Initialization: String, Sendable, CaseIterable {
    /// A from U(±1/√in), PEFT's `init_lora_weights=True`.
    case kaiming
    /// A from N(0, 1/r²), PEFT's `init_lora_weights="gaussian"`.
    case gaussian
    /// A from U(±1/√in) and B from U(±1/√r), PEFT's `init_lora_weights=False`: the untrained adapter changes the model.
    case random
    /// The first r singular directions of W, which are taken out of the base (Meng et al. 2024, arXiv 2404.02948).
    case pissa
    /// The first r columns of W's QR decomposition, taken out of the base (Büyükakyüz 2024, arXiv 2406.01775).
    case olora

    /// Whether the adapter begins as a part of W that is taken out of the base.
    package var splitsBase: Bool { self == .pissa || self == .olora }
  }

  /// Which biases of the base are trained, PEFT's `bias`.
  package enum Bias: String, Sendable, CaseIterable {
    case none
    /// Every bias, those of norms too.
    case all
    /// The biases of adapted modules.
    case loraOnly = "lora_only"
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
  /// Modules that get no adapter though a target names them, PEFT's `exclude_modules`.
  package var excluded: Targets?
  /// Numbers of the layers that get adapters, PEFT's `layers_to_transform`; nil for all.
  package var layers: [Int]?
  /// Weight-decomposed adaptation, PEFT's `use_dora` (Liu et al. 2024, arXiv 2402.09353).
  package var usesDoRA = false
  package var bias = Bias.none
  /// Ends of the paths of modules that are trained whole, PEFT's `modules_to_save`.
  package var savedModules: [String] = []

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
