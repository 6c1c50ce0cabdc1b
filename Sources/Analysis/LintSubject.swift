// What is looked at for faults: the plain facts of a LoRA configuration and of its training, each nil where unknown.
import Adapters

package struct LintSubject: Sendable {
  /// Where the facts come from; defaults and consequences differ.
  package enum Form: Sendable {
    /// An adapter or model of the session.
    case live
    /// An `adapter_config.json`.
    case file
    /// PEFT's `LoraConfig(...)`.
    case peft
    /// Unsloth's `FastLanguageModel.get_peft_model(...)`.
    case unsloth
    /// A script that configures training and no adapter.
    case script
  }

  /// Whether a value was written down or is what its absence means.
  package enum Origin: Sendable {
    case stated, defaulted
    /// A file that PEFT wrote states every field, also those that nobody set.
    case unknown
  }

  package enum Initialization: Equatable, Sendable {
    case kaiming
    /// PEFT's False: A and B both random.
    case random
    case gaussian
    /// Another of PEFT's, by its name: `pissa`, `olora`.
    case named(String)
  }

  /// A field whose value has the wrong kind.
  package struct Mistyped: Equatable, Sendable {
    package var field: String
    package var needed: String
    package var found: String
  }

  package struct Pattern: Equatable, Sendable {
    package var key: String
    package var value: Double

    package init(_ key: String, _ value: Double) {
      self.key = key
      self.value = value
    }
  }

  package var form: Form
  /// False where arguments are unpacked into the call (`**options`): what is not stated may still be given.
  package var isWhole = true

  // The adapter.
  /// As stated; it may be 0, negative or no whole number.
  package var rank: Double?
  package var rankOrigin = Origin.stated
  package var alpha: Double?
  package var alphaOrigin = Origin.stated
  package var rule: ScalingRule?
  package var ruleOrigin = Origin.stated
  package var dropout: Double?
  package var initialization: Initialization?
  package var targets: LoRAConfiguration.Targets?
  package var excluded: LoRAConfiguration.Targets?
  package var rankPattern: [Pattern] = []
  package var alphaPattern: [Pattern] = []
  package var usesDoRA: Bool?
  package var bias: String?
  package var adaptsBias: Bool?
  package var isForInference: Bool?
  /// Names of `modules_to_save`.
  package var savedModules: [String] = []
  package var hasLayerSelection = false
  package var hasTargetParameters = false
  /// `peft_type` of a file; nil where it is missing or unknown.
  package var adapterType: String?
  package var lacksAdapterType = false
  package var unknownFields: [String] = []
  package var mistyped: [Mistyped] = []

  // The model.
  /// Its linear modules, where a model is at hand, and the targets it has when none are given.
  package var modules: [LinearModule]?
  package var standardTargets: [String] = []
  package var hasQuantizedBase: Bool?

  package var training = TrainingFacts()

  /// Fields that a script states by a variable or a computation.
  package var unread: [String] = []

  package init(_ form: Form) {
    self.form = form
  }

  /// The multiplier that most modules get; nil where a part of it is unknown or out of range.
  package var multiplier: Double? {
    guard let rank, rank > 0, rank.isFinite, let alpha, alpha.isFinite, let rule else { return nil }
    return rule.multiplier(alpha: alpha, rank: rank)
  }

  /// The modules that get an adapter; nil where no model is at hand or the targets match nothing in it.
  package var targetedModules: [LinearModule]? {
    guard let modules, let targets else { return nil }
    return try? matchingModules(targets, among: modules, standard: standardTargets)
  }
}

/// How it is trained, as far as it is known.
package struct TrainingFacts: Equatable, Sendable {
  package enum Optimizer: Equatable, Sendable {
    /// Adam and AdamW in every storage format.
    case adam
    case sgd
    /// Another one, by its name: the rates known here do not apply.
    case other(String)
  }

  /// What is trained for decides which rates are usual.
  package enum Objective: Equatable, Sendable {
    case supervised
    /// DPO, GRPO and their kin, whose rates are far lower.
    case preference
  }

  package var learningRate: Double?
  /// The class whose default the rate is; nil where it was written down.
  package var rateDefaultOf: String?
  package var optimizer: Optimizer?
  /// Steps, or a share of all steps below 1.
  package var warmup: Double?
  /// The largest gradient norm; 0 where clipping is off.
  package var clip: Double?
  package var fp16: Bool?
  package var bf16: Bool?
  package var hasScaler: Bool?
  package var objective: Objective?
  /// True where a Trainer of Hugging Face keeps the losses that are not finite out of its log.
  package var hidesNonFinite: Bool?
  /// The trainer that is given the removed argument `tokenizer`.
  package var tokenizerArgumentOf: String?
  package var usesWarmupRatio = false
  package var usesUnsloth = false

  package init() {}
}
