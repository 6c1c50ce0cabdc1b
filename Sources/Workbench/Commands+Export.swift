// The command that writes a run, or one to come, as a training script for the GPU.
import Adapters
import Fields
import Foundation
import Interchange
import Interpreter
import Laboratory
import Models
import Training

enum ExportCommands {
  static let all: [Command] = [export]

  private static let export = Command(
    "export", .files,
    [
      Parameter("model", .object([.model, .trainer]), .required, "an adapted model, or a trainer"),
      Parameter("file", .path, .required, "the script, a name in .py"),
      Parameter(
        "form",
        .choice([
          Choice("trl", "transformers, PEFT and TRL"), Choice("unsloth", "Unsloth, which needs a GPU"),
        ]), .text("trl"), "whose calls the script makes", isPositional: false),
      Parameter(
        "data", .object([.data]), .absent("that of the trainer, or of the model's last train"),
        "language, text or jsonl", isPositional: false),
      Parameter(
        "base", .text,
        .absent("the model itself; the name given to from_pretrained, where a small model stands in"),
        "the base that the script loads: a name on the hub, or a folder", isPositional: false),
    ]
      + ([
        TrainingParameters.steps(200),
        TrainingParameters.rate,
      ] + TrainingParameters.common() + [
        TrainingParameters.seed,
        Parameter("overwrite", .bool, .bool(false), "replaces files that it did not write"),
      ]).map(\.named),
    result: "nothing",
    "Writes a Python script that trains the adapter, at full size where the base has a name.",
    details:
      "Of a model made or loaded here the script repeats the run: beside train.py stand train_data.jsonl, the rows in the "
      + "order of the run; train_adapter, the adapter before its first step; and train_base, where the base was not loaded "
      + "from a folder. Every step's loss is that of the run, to rounding, where there is no dropout. "
      + "Where a small model stood in for a name on the hub, or with `base`, the script loads that base, draws the adapter "
      + "anew and reads rows of text; none of it was run here. "
      + "A trainer's arguments stand in it as they were given: accumulation, checkpointing, formats, folders. "
      + "What is not given is as in the trainer or the model's last `train`, and without one as `train` has it. "
      + "What the libraries have no form for is refused by name.",
    example: "m = attach(transformer(layers=1, width=32, heads=2), lora(r=4))\n"
      + "train(m, language(1), steps=5); export(m, \"train.py\")",
    source: "TRL SFTTrainer, transformers Trainer, PEFT PeftModel, Unsloth FastLanguageModel"
  ) { arguments, session in
    let model = try model(arguments, session)
    guard let adapter = model.adapter else { throw AdapterError.notAdapted }
    if let active = model.adapterSet?.active, active.count > 1 {
      throw Failure(
        argument: "model", "several adapters of the model are active",
        label: active.joined(separator: ", "), body: "The script trains one: `activate` it alone.")
    }
    let file = arguments.text("file")
    let place = URL(fileURLWithPath: try TextFile.place(file, in: session.environment.workingFolder))
    guard place.pathExtension == "py", !place.deletingPathExtension().lastPathComponent.isEmpty else {
      throw Failure(argument: "file", "a script has a name in .py", fix: "\"train.py\"")
    }
    let run = try run(arguments, adapter)
    let base = try base(model, arguments, session)
    do {
      let script = try TrainingExport(
        model, rule: adapter.layout.configuration.rule(mode: session.lab.mode),
        rows: rows(run.data, base, session), settings: run.settings,
        form: ExportForm(rawValue: arguments.choice("form")) ?? .trl, base: base,
        stem: place.deletingPathExtension().lastPathComponent, request: run.request, hasRun: run.hasRun)
      try script.write(
        in: place.deletingLastPathComponent().path, overwrite: arguments.bool("overwrite"),
        stop: session.environment.stop)
      for note in script.notes { session.emit(.note(note)) }
    } catch let error as ExportError {
      throw failure(error, arguments)
    }
    return .none
  }

  /// The adapted model of the call.
  ///
  /// - Throws: `Failure` where it has no adapter: a trainer that was given a `peft_config` has the one that it trains.
  private static func model(_ arguments: Arguments, _ session: Session) throws -> Model {
    if case .object(let trainer as TrainerObject) = arguments.value("model") { return trainer.model.model }
    let object = try arguments.object("model", as: ModelObject.self)
    if object.model.adapter != nil { return object.model }
    if let name = session.trainer(of: object) {
      throw Failure(
        argument: "model", "the model has no adapter to train",
        label: "`\(name)` made one of it, with its peft_config", fix: "\(name).model")
    }
    throw Failure(
      argument: "model", "the model has no adapter to train", label: "attach one first",
      body: "The script trains a LoRA adapter.", fix: "m = attach(base, lora(r=8))")
  }

  /// What a script is made of.
  private struct Source {
    var data: (any TrainingData)?
    var settings: TrainingSettings
    var request: TrainingRequest?
    var hasRun: Bool
  }

  /// Data and settings: of the trainer or the last run, with what the call gives in their place.
  private static func run(_ arguments: Arguments, _ adapter: Adapter) throws -> Source {
    let given = try TrainingParameters.settingsOfRun(arguments)
    let last = adapter.trainingState as? ResumeState
    let request = adapter.trainingRequest as? TrainingRequest
    let data = try arguments.optionalObject("data", as: DataObject.self)?.data ?? request?.data ?? last?.data
    guard var settings = request?.settings ?? last?.settings else {
      return Source(data: data, settings: given, request: nil, hasRun: false)
    }
    if request == nil, last?.isResumed == true {
      throw Failure(
        argument: "model", "the last run of this model went on from an earlier one",
        label: "its optimiser's state has no place in the script",
        body: "`train` it in one run; the script begins where a run begins.")
    }
    var own = request
    for option in TrainingSettings.options where arguments.isGiven(option.name) {
      settings.take(option, from: given)
      own?.forget(option)
    }
    if arguments.isGiven("steps") { settings.stop = nil }
    return Source(data: data, settings: settings, request: own, hasRun: last != nil)
  }

  /// The base that is named; else the folder of a model that is as it was loaded, in full; else it is saved beside the
  /// script.
  private static func base(
    _ model: Model, _ arguments: Arguments, _ session: Session
  ) throws -> TrainingExport.Base {
    if let name = arguments.optionalText("base") ?? model.request?.hubName { return .named(name) }
    guard let source = model.source, model.isAsMade else { return .beside }
    let place = URL(
      fileURLWithPath: try TextFile.place(source.folder, in: session.environment.workingFolder)
    ).standardizedFileURL.path
    let tokenizer = "\(place)/tokenizer.json"
    return .folder(place, hasTokenizer: FileManager.default.fileExists(atPath: tokenizer))
  }

  /// The batches of the data for the model that is here; for another base the file that the data was read from.
  private static func rows(
    _ data: (any TrainingData)?, _ base: TrainingExport.Base, _ session: Session
  ) throws -> TrainingExport.Rows {
    guard let data else { return .missing("") }
    guard case .named = base else { return .batches(data) }
    func place(_ path: String) throws -> String {
      URL(fileURLWithPath: try TextFile.place(path, in: session.environment.workingFolder))
        .standardizedFileURL.path
    }
    switch data {
    case let rows as RowCorpus: return .file(try place(rows.path), rows.hasTurns ? .conversations : .examples)
    case let text as TextCorpus: return .file(try place(text.path), .text)
    default: return .missing(data.description)
    }
  }

  private static func failure(_ error: ExportError, _ arguments: Arguments) -> Failure {
    let argument: String? =
      switch error {
      case .notATransformer, .adaptedOutputLayer, .noPlaceForTarget, .textWithLayers: "model"
      case .schedule: arguments.isGiven("schedule") ? "schedule" : nil
      case .tooMuchData: arguments.isGiven("steps") ? "steps" : nil
      case .unsloth: "form"
      case .occupied, .unreadable, .hidesLibrary, .unwritable: "file"
      }
    let fix =
      switch error {
      case .occupied, .unreadable: "overwrite=True"
      case .notATransformer, .schedule, .adaptedOutputLayer, .noPlaceForTarget, .textWithLayers, .tooMuchData,
        .hidesLibrary, .unsloth, .unwritable:
        ""
      }
    return Failure(argument: argument, error.title, body: error.advice, fix: fix)
  }
}
