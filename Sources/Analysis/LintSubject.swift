// What is looked at for faults: the plain facts of a LoRA configuration and of its training, each nil where unknown.
package import Adapters
import Fields

/// What `lint` looks at: the facts of an adapter, of the model it is for and of its training, wherever they were read.
/// A fact that is not known is nil, and a rule says nothing of it.
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

  /// What is known of a field.
  struct Fact: Sendable {
    /// As stated, or the default; it is of the field's type and may be out of its range. Nil where it is not known.
    var value: Literal?
    var origin = Origin.stated
    /// Whether it is stated and asks for something, known or not.
    var isSet = false
  }

  /// How A and B begin, among all that PEFT names.
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

  /// An item of `rank_pattern` or `alpha_pattern`: the regular expression, and the rank or alpha of modules that match.
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
  /// What is known of each field of PEFT's that a rule looks at, under its name.
  var facts: [String: Fact] = [:]
  /// Alpha as a rule of each module's rank, where it is one; `alpha` is its value at `rank`.
  package var alphaFormula: Alpha?
  package var rule: ScalingRule?
  /// `peft_type` of a file; nil where it is missing or unknown.
  package var adapterType: String?
  package var lacksAdapterType = false
  package var unknownFields: [String] = []
  /// `base_model_name_or_path`: a name that nothing here has looked at.
  package var baseName: String?
  package var mistyped: [Mistyped] = []

  // The model.
  /// Its linear modules, where a model is at hand, and the targets it has when none are given.
  package var modules: [LinearModule]?
  package var standardTargets: [String] = []
  package var hasQuantizedBase: Bool?

  package var training = TrainingFacts()

  /// What a script states in a way that was not read.
  package var unread: [LintUnread] = []
  /// What was read by following a name.
  package var followed: [LintFollowed] = []

  /// `rows()`, once they are asked for often.
  var scaledRows: [LintRow] = []

  package init(_ form: Form) {
    self.form = form
  }

  /// The modules that get an adapter, without those excluded, trained whole or in other layers; nil where no model is at
  /// hand or none is left. PEFT goes on with the names that match where others do not.
  package var targetedModules: [LinearModule]? {
    guard let modules, let targets else { return nil }
    func there(_ targets: LoRAConfiguration.Targets) -> LoRAConfiguration.Targets? {
      guard case .names(let names) = targets else { return targets }
      let left = names.filter { name in
        modules.contains { $0.path == name || $0.path.hasSuffix("." + name) }
      }
      return left.isEmpty ? nil : .names(left)
    }
    guard let known = there(targets) else { return nil }
    var configuration = LoRAConfiguration(targets: known)
    configuration.excluded = excluded.flatMap(there)
    configuration.savedModules = savedModules
    configuration.layers = layers
    let adapted = try? configuration.adaptedModules(among: modules, standard: standardTargets)
    return adapted.flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// A field whose value was not read: it is named, and nothing is said of it.
package struct LintUnread: Equatable, Sendable {
  /// Its name; the expression itself where a mapping is unpacked into the call.
  package var field: String
  /// As the script writes it: `r=args.lora_r`, `**kw`.
  package var expression: String
  /// Why, as a clause: "`args` is a parameter of `main`".
  package var reason: String

  package init(field: String, expression: String, reason: String) {
    self.field = field
    self.expression = expression
    self.reason = reason
  }

  package var text: String { "`\(expression)`: \(reason)" }
}

/// A field whose value was read by following a name.
package struct LintFollowed: Equatable, Sendable {
  package var field: String
  package var expression: String
  package var value: String
  /// Where from, as a clause: "from line 3".
  package var origin: String
  /// Who may give another value: "a command line"; nil where nobody does.
  package var changer: String?

  package init(field: String, expression: String, value: String, origin: String, changer: String? = nil) {
    self.field = field
    self.expression = expression
    self.value = value
    self.origin = origin
    self.changer = changer
  }

  package var text: String {
    "`\(expression)` is \(value), \(origin)" + (changer.map { "; \($0) may change it" } ?? "")
  }
}

/// How it is trained, as far as it is known.
package struct TrainingFacts: Equatable, Sendable {
  /// The optimiser, by what it does to the gradient's size.
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
