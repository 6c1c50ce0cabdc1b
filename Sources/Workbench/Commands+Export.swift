// The command that writes a run as a training script for the GPU.
import Foundation
import Interchange
import Models
import Training

enum ExportCommands {
  static let all: [Command] = [export]

  private static let export = Command(
    "export", .files,
    [
      Parameter("model", .object([.model]), .required, "an adapted model"),
      Parameter("file", .path, .required, "the script, a name in .py"),
      Parameter(
        "form",
        .choice([
          Choice("trl", "transformers, PEFT and TRL"), Choice("unsloth", "Unsloth, which needs a GPU"),
        ]), .text("trl"), "whose calls the script makes", isPositional: false),
      Parameter(
        "data", .object([.data]), .absent("that of the model's last train"), "language, text or jsonl",
        isPositional: false),
    ]
      + ([
        TrainingParameters.steps(200),
        Parameter(
          "lr", aliases: ["learning_rate"], TrainingParameters.rateKind, .number(2e-3), "learning rate"),
      ] + TrainingParameters.common() + [
        TrainingParameters.seed,
        Parameter("overwrite", .bool, .bool(false), "replaces files that it did not write"),
      ]).map(\.named),
    result: "nothing", "Writes a Python script that trains the adapter at full size, as the last run did.",
    details:
      "What is not given is as in the model's last `train`, and without one as `train` has it. Beside train.py stand "
      + "train_data.jsonl, the rows in the order of the run; train_adapter, the adapter before its first step; and "
      + "train_base, where the base was not loaded from a folder. Every step's loss is that of the run, to rounding, "
      + "where there is no dropout. What the libraries have no form for is refused by name.",
    example: "m = attach(transformer(layers=1, width=32, heads=2), lora(r=4))\n"
      + "train(m, language(1), steps=5); export(m, \"/tmp/ranklab-train.py\")",
    source: "TRL SFTTrainer, transformers Trainer, PEFT PeftModel, Unsloth FastLanguageModel"
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    guard let adapter = model.adapter else {
      throw Failure(
        argument: "model", "the model has no adapter to train", label: "attach one first",
        body: "The script trains a LoRA adapter: `attach(base, lora(r=8))` makes a model with one.")
    }
    if let active = model.adapterSet?.active, active.count > 1 {
      throw Failure(
        argument: "model", "several adapters of the model are active",
        label: active.joined(separator: ", "), body: "The script trains one: `activate` it alone.")
    }
    let file = arguments.text("file")
    let place = URL(fileURLWithPath: TextFile.place(file, in: session.environment.workingFolder))
    guard place.pathExtension == "py", !place.deletingPathExtension().lastPathComponent.isEmpty else {
      throw Failure(argument: "file", "a script has a name in .py", fix: "\"train.py\"")
    }
    let last = adapter.trainingState as? ResumeState
    let (data, settings) = try run(arguments, last: last)
    do {
      let script = try TrainingExport(
        model, rule: adapter.layout.configuration.rule(mode: session.lab.mode), data: data,
        settings: settings, form: ExportForm(rawValue: arguments.choice("form")) ?? .trl,
        base: base(model, session), stem: place.deletingPathExtension().lastPathComponent)
      try script.write(
        in: place.deletingLastPathComponent().path, overwrite: arguments.bool("overwrite"))
      for note in script.notes { session.emit(.note(note)) }
    } catch let error as ExportError {
      throw failure(error, arguments)
    }
    return .none
  }

  /// Data and settings: of the last run, with what the call gives in their place.
  private static func run(_ arguments: Arguments, last: ResumeState?) throws
    -> (data: any TrainingData, settings: TrainingSettings)
  {
    var given = try TrainingParameters.settings(arguments, rate: arguments.number("lr"))
    given.seed = UInt64(arguments.whole("seed"))
    let data = try arguments.optionalObject("data", as: DataObject.self)?.data ?? last?.data
    guard let data else {
      throw Failure(
        argument: "model", "there is no run of this model to write", label: "it has not been trained",
        body: "`train` it first, or say what to train on: `export(m, \"train.py\", data=task, steps=100)`.")
    }
    guard let last else { return (data, given) }
    if last.isResumed {
      throw Failure(
        argument: "model", "the last run of this model went on from an earlier one",
        label: "its optimiser's state has no place in the script",
        body: "`train` it in one run; the script begins where a run begins.")
    }
    var settings = last.settings
    let optimizer = ["optimizer", "momentum", "betas", "eps", "weight_decay"]
    if optimizer.contains(where: arguments.isGiven) { settings.optimizer = given.optimizer }
    if arguments.isGiven("steps") { (settings.steps, settings.stop) = (given.steps, nil) }
    if arguments.isGiven("lr") { settings.learningRate = given.learningRate }
    if arguments.isGiven("batch") { settings.batch = given.batch }
    if arguments.isGiven("schedule") { settings.schedule = given.schedule }
    if arguments.isGiven("warmup") { settings.warmup = given.warmup }
    if arguments.isGiven("clip") { settings.clip = given.clip }
    if arguments.isGiven("seed") { settings.seed = given.seed }
    return (data, settings)
  }

  /// The folder of a model that is as it was loaded, in full; else it is saved beside the script.
  private static func base(_ model: Model, _ session: Session) -> TrainingExport.Base {
    guard let source = model.source, model.setup == ["base = \(model.description)"] else { return .beside }
    let place = URL(
      fileURLWithPath: TextFile.place(source.folder, in: session.environment.workingFolder)
    ).standardizedFileURL.path
    let tokenizer = "\(place)/tokenizer.json"
    return .folder(place, hasTokenizer: FileManager.default.fileExists(atPath: tokenizer))
  }

  private static func failure(_ error: ExportError, _ arguments: Arguments) -> Failure {
    let argument: String? =
      switch error {
      case .notATransformer, .adaptedOutputLayer, .noPlaceForTarget: "model"
      case .schedule: arguments.isGiven("schedule") ? "schedule" : nil
      case .tooMuchData: arguments.isGiven("steps") ? "steps" : nil
      case .unsloth: "form"
      case .occupied, .unreadable, .hidesLibrary: "file"
      }
    var fix = ""
    if case .occupied = error { fix = "overwrite=True" }
    return Failure(argument: argument, error.title, body: error.advice, fix: fix)
  }
}
