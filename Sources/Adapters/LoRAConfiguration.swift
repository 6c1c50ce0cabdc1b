// The configuration of a LoRA adapter, with PEFT's fields and defaults.

/// A LoRA adapter as a user describes it, by `lora(...)`, PEFT's `LoraConfig(...)` or an `adapter_config.json`.
///
/// Each adapted linear module with weight W [out, in] computes
///
///     y = W·x + s·B·A·dropout(x)        A [r, in], B [out, r], s by `ScalingRule` from alpha and r
///
/// in which A and B are trained and W is frozen (Hu et al. 2021, arXiv 2106.09685). With DoRA the rows of W + s·B·A are
/// brought to trained lengths (Liu et al. 2024, arXiv 2402.09353, equation 5).
///
/// It is a description only and checks nothing: `AdapterLayout` applies it to a model's modules and throws where it does
/// not fit them, and the parameters of `lora` say which numbers a user may give.
package struct LoRAConfiguration: Sendable {
  /// The modules that get an adapter, as PEFT's `target_modules`. A target that names no module of the model is an error
  /// when it is attached.
  package enum Targets: Equatable, Sendable {
    /// None given: what PEFT takes for the form of the model (q_proj and v_proj of Llama's), every layer of a perceptron.
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

  /// r, from 1 on; PEFT's `r`, whose default is 8. More than the module's width adds parameters and no directions.
  package var rank: Int
  /// PEFT's `lora_alpha`, whose default is 8.
  package var alpha: Alpha
  /// PEFT's `target_modules`.
  package var targets: Targets
  /// PEFT's `use_rslora` where it is `own`: True is `rslora`, False `lora`.
  package var scaling: Scaling
  /// PEFT's `lora_dropout`, in [0, 1): the probability with which an element of A's input is set to zero in a training
  /// step; those that are kept are divided by 1 − p. Evaluations have none.
  package var dropout: Double
  /// PEFT's `init_lora_weights`.
  package var initialization: Initialization
  /// PEFT's `rank_pattern`: regular expression and rank; the first that matches a module wins. Its alpha stays, so its
  /// multiplier changes.
  package var rankPattern: [(pattern: String, rank: Int)]
  /// PEFT's `alpha_pattern`: regular expression and alpha; looked up independently of `rankPattern`.
  package var alphaPattern: [(pattern: String, alpha: Double)]
  /// Modules that get no adapter though a target names them, PEFT's `exclude_modules`.
  package var excluded: Targets?
  /// Numbers of the layers that get adapters, PEFT's `layers_to_transform`; nil for all.
  package var layers: [Int]?
  /// Weight-decomposed adaptation, PEFT's `use_dora` (Liu et al. 2024, arXiv 2402.09353).
  package var usesDoRA = false
  /// PEFT's `bias`.
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

  /// s under a rule at a positive rank, where no pattern changes rank or alpha.
  package func multiplier(_ rule: ScalingRule, rank: Int) -> Double {
    rule.multiplier(alpha: alpha.value(rank: Double(rank)), rank: Double(rank))
  }
}
