// A run as a training script for transformers, PEFT and TRL, or for Unsloth: what it says.
package import Adapters
package import Models
import Signals
package import Storage
package import Training

/// A training script, and what stands beside it.
///
/// Of a model that is here the script trains the adapter from the same start, on the same rows in the same order and with
/// the same arguments. Beside it stand the base (where it was not loaded from a folder), the adapter before its first step,
/// and the rows. Of a base that has only a name it is the script of the run that a small model stood in for: it draws the
/// adapter anew and reads rows of text, and nothing stands beside it.
package struct TrainingExport {
  package enum Base: Sendable {
    /// The folder that the model was loaded from, as the script is to name it.
    case folder(String, hasTokenizer: Bool)
    /// Made here: saved beside the script.
    case beside
    /// A name on a hub, or a folder that is not here.
    case named(String)
  }

  /// What a file of the user's holds.
  package enum FileKind: Sendable {
    /// JSON Lines: texts, prompts and completions; or conversations.
    case examples, conversations
    /// Lines of text.
    case text
  }

  /// What the script trains on.
  package enum Rows: Sendable {
    /// The batches of a run, written beside the script as tokens.
    case batches(any TrainingData)
    /// A file of the user's, where it stands.
    case file(String, FileKind)
    /// A file that is still to be made. The text says what was used here in its place; empty for nothing.
    case missing(String)
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
  package let rows: Rows
  /// Without the adapter.
  package let model: Model
  package let layout: AdapterLayout
  package let rule: ScalingRule
  package let start: Buffer
  package let settings: TrainingSettings
  /// What a trainer was given; nil where the arguments are of the language.
  package let request: TrainingRequest?
  /// Whether the adapter was trained here with these settings.
  package let hasRun: Bool
  let shape: TransformerShape

  /// - Parameters:
  ///   - model: carries the adapter that is trained.
  ///   - rule: the rule in force.
  ///   - rows: drawn with the seed of the settings where they are the batches of a run.
  /// - Precondition: the rows are no batches where the base is named.
  /// - Throws: `ExportError` for what has no counterpart; `ModelError`, `TextError`, `RowsError` where the data does not
  ///   fit; `AdapterError.notAdapted`.
  package init(
    _ model: Model, rule: ScalingRule, rows: Rows, settings: TrainingSettings, form: ExportForm,
    base: Base, stem: String, request: TrainingRequest? = nil, hasRun: Bool = true
  ) throws {
    guard let adapter = model.adapter else { throw AdapterError.notAdapted }
    guard case .transformer(let shape) = model.architecture else {
      throw ExportError.notATransformer(form: form)
    }
    guard !TrainingExport.libraries.contains(stem) else { throw ExportError.hidesLibrary(name: stem) }
    guard settings.schedule != .ramp else { throw ExportError.schedule(settings.schedule.kind.rawValue) }
    if adapter.layout.sites.contains(where: { $0.module.isOutputLayer }) {
      throw ExportError.adaptedOutputLayer
    }
    if case .batches(let data) = rows {
      try data.check(model.architecture)
      let positions = data.positions(model.architecture)
      if case .learned = shape.form.positions, positions >= shape.positionCount {
        throw ExportError.noPlaceForTarget(positions: positions)
      }
      let tokens = Double(settings.steps) * Double(settings.sequencesPerStep) * Double(positions + 1)
      guard tokens <= Double(TrainingExport.tokenLimit) else {
        throw ExportError.tooMuchData(tokens: tokens, limit: TrainingExport.tokenLimit)
      }
    }
    let configuration = adapter.layout.configuration
    if form == .unsloth { try TrainingExport.checkUnsloth(configuration, shape) }
    if case .named = base {
      try TrainingExport.checkNamed(configuration, form)
      if case .batches = rows { preconditionFailure("tokens of a small model mean nothing to another") }
    }
    self.form = form
    self.stem = stem
    self.base = base
    self.rows = rows
    self.model = try model.detached()
    layout = adapter.layout
    self.rule = rule
    start = try adapter.start(seed: settings.seed, base: model.base, rule: rule, stop: .never)
    self.settings = settings
    self.request = request
    self.hasRun = hasRun
    self.shape = shape
  }

  /// What names the modules of another base than the one that is here.
  private static func checkNamed(_ configuration: LoRAConfiguration, _ form: ExportForm) throws {
    var isText = false
    switch configuration.targets {
    case .pattern, .allLinear: isText = true
    case .names, .standard: break
    }
    if configuration.excluded == .allLinear || (isText && configuration.layers != nil) {
      throw ExportError.textWithLayers
    }
    if form == .unsloth, case .pattern = configuration.targets {
      throw ExportError.unsloth(
        what: "a text as target_modules",
        advice: "Name the modules in a list, or leave `form` out: TRL's script takes it.")
    }
  }

  private static func checkUnsloth(_ configuration: LoRAConfiguration, _ shape: TransformerShape) throws {
    guard HubForm.of(shape.form).isTakenByUnsloth else {
      throw ExportError.unsloth(
        what: "a model of \(shape.form.title)'s form", advice: "Leave `form` out: TRL's script trains it.")
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

  /// Whether the base is another than the model that is here.
  var isNamed: Bool { if case .named = base { true } else { false } }

  /// The data of the run, where its rows are written; nil where they are not.
  var data: (any TrainingData)? { if case .batches(let data) = rows { data } else { nil } }

  /// Tokens of the longest row of the run: its positions and the target of the last.
  var rowLength: Int? { data.map { $0.positions(model.architecture) + 1 } }

  /// What differs from the run here, one sentence each.
  package var notes: [String] {
    var notes: [String] = []
    let configuration = layout.configuration
    if case .named(let name) = base {
      notes.append(
        "`\(name)` was not run here: the script draws its adapter anew; a rate that was good on a small model need not "
          + "be good there")
    }
    if case .missing(let description) = rows {
      notes.append(
        "the rows are yours to give: DATA in the script names them"
          + (description.isEmpty ? "" : "; here it was \(description)"))
    }
    if !hasRun {
      notes.append(
        request == nil
          ? "no run was made: the arguments are those of `export`, and `train`'s defaults"
          : "no run was made: the arguments are the trainer's")
    }
    if rule != .lora, rule != .rslora {
      notes.append(
        "PEFT has no rule \(rule.formula): lora_alpha is such that alpha/r gives the multipliers of the run")
    }
    if configuration.dropout > 0, !isNamed {
      notes.append("dropout masks are drawn by PyTorch: the losses agree in kind, not in digits")
    }
    if let stop = settings.stop, stop < settings.steps {
      notes.append("the run stopped after \(stop) of \(settings.steps) steps; the script makes all")
    }
    if settings.evalEvery > 0 || settings.probeEvery > 0 {
      notes.append("evaluations and probes have no part in the script")
    }
    return notes
  }
}
