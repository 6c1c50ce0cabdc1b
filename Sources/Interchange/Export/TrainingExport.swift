// A run as a training script for transformers, PEFT and TRL, or for Unsloth: what it says.
import Adapters
import Kernels
import Models
import Training

/// A training script, and what stands beside it.
///
/// The script trains the adapter from the same start, on the same rows in the same order and with the same arguments.
/// Beside it stand the base (where it was not loaded from a folder), the adapter before its first step, and the rows.
package struct TrainingExport {
  package enum Base: Sendable {
    /// The folder that the model was loaded from, as the script is to name it.
    case folder(String, hasTokenizer: Bool)
    /// Made here: saved beside the script.
    case beside
  }

  /// The most tokens that are written: some 100 MB as text.
  package static let tokenLimit = 10_000_000
  /// The first line of a script that a later export may replace.
  package static let marker =
    "# Written by ranklab's export, which replaces this file when it is asked for it again."

  /// What the script and its libraries import.
  private static let libraries: Set<String> = [
    "accelerate", "datasets", "json", "numpy", "pathlib", "peft", "safetensors", "tokenizers", "torch",
    "transformers", "trl", "unsloth",
  ]

  package let form: ExportForm
  /// The script's name without its ending; the names beside it begin with it.
  package let stem: String
  package let base: Base
  /// Without the adapter.
  package let model: Model
  package let layout: AdapterLayout
  package let rule: ScalingRule
  package let start: Buffer
  package let data: any TrainingData
  package let settings: TrainingSettings
  let shape: TransformerShape

  /// - Parameters:
  ///   - model: carries the adapter that is trained.
  ///   - rule: the rule in force.
  ///   - data: what the rows are drawn from, with the seed of the settings.
  /// - Throws: `ExportError` for what has no counterpart; `ModelError`, `TextError`, `RowsError` where the data does not
  ///   fit; `AdapterError.notAdapted`.
  package init(
    _ model: Model, rule: ScalingRule, data: any TrainingData, settings: TrainingSettings, form: ExportForm,
    base: Base, stem: String
  ) throws {
    guard let adapter = model.adapter else { throw AdapterError.notAdapted }
    guard case .transformer(let shape) = model.architecture else {
      throw ExportError.notATransformer(form: form)
    }
    guard !TrainingExport.libraries.contains(stem) else { throw ExportError.hidesLibrary(name: stem) }
    guard settings.schedule != .ramp else { throw ExportError.schedule(settings.schedule.rawValue) }
    if adapter.layout.sites.contains(where: { $0.module.path == Architecture.outputLayer }) {
      throw ExportError.adaptedOutputLayer
    }
    try data.check(model.architecture)
    let positions = data.positions(model.architecture)
    if shape.positions == .learned, positions >= shape.positionCount {
      throw ExportError.noPlaceForTarget(positions: positions)
    }
    let tokens = Double(settings.steps) * Double(settings.batch) * Double(positions + 1)
    guard tokens <= Double(TrainingExport.tokenLimit) else {
      throw ExportError.tooMuchData(tokens: tokens, limit: TrainingExport.tokenLimit)
    }
    if form == .unsloth { try TrainingExport.checkUnsloth(adapter.layout.configuration, shape) }
    self.form = form
    self.stem = stem
    self.base = base
    self.model = try model.detached()
    layout = adapter.layout
    self.rule = rule
    start = adapter.start(seed: settings.seed, base: model.base, rule: rule) { false }
    self.data = data
    self.settings = settings
    self.shape = shape
  }

  private static func checkUnsloth(_ configuration: LoRAConfiguration, _ shape: TransformerShape) throws {
    guard shape.names == .llama else {
      throw ExportError.unsloth(
        what: "a model of GPT-2's form", advice: "Leave `form` out: TRL's script trains it.")
    }
    if configuration.initialization.splitsBase {
      throw ExportError.unsloth(
        what: "init_lora_weights=\"\(configuration.initialization.rawValue)\"",
        advice: "It takes True, False and \"gaussian\". Leave `form` out: TRL's script trains it.")
    }
    if let other = configuration.savedModules.first(where: { !["embed_tokens", "lm_head"].contains($0) }) {
      throw ExportError.unsloth(
        what: "modules_to_save=[\"\(other)\"]",
        advice: "It takes embed_tokens and lm_head. Leave `form` out: TRL's script trains it.")
    }
  }

  /// Tokens of the longest row: its positions and the target of the last.
  var rowLength: Int { data.positions(model.architecture) + 1 }

  /// What differs from the run here, one sentence each.
  package var notes: [String] {
    var notes: [String] = []
    let configuration = layout.configuration
    if rule != .lora, rule != .rslora {
      notes.append(
        "PEFT has no rule \(rule.formula): lora_alpha is such that alpha/r gives the multipliers of the run")
    }
    if configuration.dropout > 0 {
      notes.append("dropout masks are drawn by PyTorch: the losses agree in kind, not in digits")
    }
    if decay > 0, layout.weights.contains(where: { $0.weight.isBias || $0.weight.module.contains("norm") }) {
      notes.append(
        "weight decay leaves biases and norms alone in transformers; here it is on all that is trained")
    }
    if let stop = settings.stop, stop < settings.steps {
      notes.append("the run stopped after \(stop) of \(settings.steps) steps; the script makes all")
    }
    if settings.evalEvery > 0 || settings.probeEvery > 0 {
      notes.append("evaluations and probes have no part in the script")
    }
    return notes
  }

  private var decay: Double {
    switch settings.optimizer {
    case .adamw(_, _, _, let decay), .sgd(_, let decay): decay
    }
  }
}
