// What Trainer and SFTTrainer give: a model, data and arguments that wait for train().
import Adapters
import Display
package import Interpreter
import Laboratory
import Models
import Text
import Training

package final class TrainerObject: LabObject, MethodProvider {
  /// The class as Python calls it.
  private let name: String
  /// The model that the call gave, which a `peft_config` leaves as it is; nil for a name.
  let base: ModelObject?
  /// The model that is trained.
  let model: ModelObject
  let data: DataObject
  let arguments: TrainingArgumentsObject
  /// The last run of `train()`.
  private var run: RunObject?

  init(
    name: String, base: ModelObject?, model: ModelObject, data: DataObject, arguments: TrainingArgumentsObject
  ) {
    self.name = name
    self.base = base
    self.model = model
    self.data = data
    self.arguments = arguments
    var request = arguments.values.request(data.data)
    request.settings.precision = TrainerObject.precision(arguments.values.settings, of: model)
    model.model.adapter?.trainingRequest = request
  }

  package var kind: ObjectKind { .trainer }
  package var bytes: Int { 0 }
  package func checkUsable() throws { try model.checkUsable() }

  package var summary: String {
    "\(data.summary), \(arguments.summary), " + (run.map { "run: \($0.summary)" } ?? "not trained yet")
  }

  package var fields: [(name: String, meaning: String)] {
    [
      ("model", "the model that is trained"), ("train_dataset", "the data"),
      ("args", "the training arguments"),
      ("run", "the last run of train(); None before"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "model": .object(model)
    case "train_dataset": .object(data)
    case "args": .object(arguments)
    case "run": run.map { .object($0) } ?? Value.none
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    let lines =
      ["model    \(model.summary)", "data     \(data.summary)"] + arguments.lines
      + ["run      \(run?.summary ?? "not yet: train() makes it")"]
    let wrapped = lines.flatMap { line in
      line.wrapped(to: 66).enumerated().map { ($0 == 0 ? "  " : "           ") + $1 }
    }
    return [.text(([name] + wrapped).joined(separator: "\n"))]
  }

  package var methods: [Command] { TrainerObject.entries }

  private static let entries = [
    Command(
      "train", .python,
      [
        Parameter(
          "resume_from_checkpoint", .either([.bool, .path]), .bool(false),
          "goes on from a checkpoint of this run to the same bits: its folder, or True for the last good one of output_dir"
        )
      ]
        + Parameter.withoutEffect("trial", "ignore_keys_for_eval", because: "there is no search"),
      result: "a run", "Trains the adapter of the model and prints the log.",
      details:
        "It starts afresh from the adapter as attached, each time; `train(m, data, resume=True)` goes on. With "
        + "`output_dir` checkpoints are written, from which resume_from_checkpoint=True goes on.",
      example: "m = get_peft_model(transformer(layers=1, width=32, heads=2), LoraConfig(r=4))\n"
        + "t = Trainer(m, TrainingArguments(max_steps=5), train_dataset=language(1))\nt.train()",
      source: "transformers Trainer.train"
    ) { arguments, session in
      .object(
        try arguments.receiver(as: TrainerObject.self).train(
          session, TrainingParameters.resume(arguments.value("resume_from_checkpoint"))))
    }
  ]

  private func train(_ session: Session, _ resume: CheckpointRequest.Resume) throws -> RunObject {
    guard let adapter = model.model.adapter else { throw AdapterError.notAdapted }
    if run != nil, resume == .no {
      session.warnOnce("trained again", "train() starts afresh from the adapter as attached, each time")
    }
    let values = arguments.values
    if let note = values.stepsNote { session.warnOnce("steps: \(note)", note) }
    var log = TrainerLog(values)
    let settings = settings(values, session)
    let made = try session.workshop.train(
      model.model, adapter, on: data.data, settings, checkpoints: try values.checkpoints(resume)
    ) { progress in
      if let line = log.line(progress) { session.emit(.text(line)) }
    }
    var request = values.request(data.data)
    request.settings.precision = settings.precision
    adapter.trainingRequest = request
    run = made
    return made
  }

  /// That of the settings, pure where the base was asked for in 16 bits.
  private static func precision(_ settings: TrainingSettings, of model: ModelObject) -> Precision {
    let isHalf = settings.precision.rounds && model.model.request?.isHalf == true
    return isHalf ? Precision(settings.precision.format, .pure) : settings.precision
  }

  /// Those of the arguments, with a base in 16 bits rounded where it was asked for.
  private func settings(_ values: TrainerArguments, _ session: Session) -> TrainingSettings {
    var settings = values.settings
    settings.precision = TrainerObject.precision(settings, of: model)
    guard let request = model.model.request, request.isHalf, !settings.precision.rounds else {
      return settings
    }
    if request.isUnsloth {
      session.warnOnce(
        "dtype of Unsloth",
        "`dtype=None` is float16 on a T4 and bfloat16 on newer cards: no card is stated, and the run is in fp32; "
          + "fp16=True or bf16=True of the trainer rounds as these do")
    } else {
      session.warnOnce(
        "dtype of a base",
        "the base is kept in fp32: without fp16=True or bf16=True of the trainer nothing is rounded")
    }
    return settings
  }
}

/// The lines that a trainer prints during a run.
private struct TrainerLog {
  private let values: TrainerArguments
  private let settings: TrainingSettings
  private let every: Int
  private var sum = 0.0
  private var count = 0
  private var lastStep = 0

  init(_ values: TrainerArguments) {
    self.values = values
    settings = values.settings
    every = values.logEvery
  }

  /// The line after a step: the mean loss since the last line, and the step's learning rate; nil for most steps.
  mutating func line(_ progress: TrainingProgress) -> String? {
    for loss in progress.earlierLosses { _ = line(step: lastStep + 1, loss: loss, rate: .nan) }
    // An evaluation is reported with its step.
    guard every > 0, progress.step > lastStep else { return nil }
    return line(step: progress.step, loss: progress.loss, rate: progress.rate)
  }

  private mutating func line(step: Int, loss: Double, rate: Double) -> String? {
    lastStep = step
    sum += loss
    count += 1
    guard every > 0, step.isMultiple(of: every) || (step == 1 && values.logsFirstStep) else { return nil }
    defer { (sum, count) = (0, 0) }
    let epoch = Double(step) / Double(values.stepsPerEpoch)
    return "step \("\(step)".padded(to: "\(settings.steps)".count, onLeft: true))  "
      + "loss \(NumberFormat.fixed(sum / Double(count), places: 4))  "
      + "lr \(NumberFormat.rounded(rate, digits: 3))  "
      + "epoch \(NumberFormat.fixed(epoch, places: 2))"
  }
}

extension Session {
  /// The name of a trainer that was given this model and trains another that it made of it; nil where there is none.
  func trainer(of model: ModelObject) -> String? {
    scope.userNames.first { name in
      guard case .object(let object)? = scope.globals[name], let trainer = object as? TrainerObject else {
        return false
      }
      return trainer.base === model && trainer.model !== model
    }
  }
}
