// What TrainingArguments and SFTConfig give.
import Adapters
import Display
package import Interpreter
import Laboratory
import Models
import Text
import Training

package final class TrainingArgumentsObject: LabObject {
  /// The class as Python calls it.
  private let name: String
  let values: TrainerArguments

  init(_ name: String, _ values: TrainerArguments) {
    self.name = name
    self.values = values
  }

  package var kind: ObjectKind { .trainingArguments }
  package var bytes: Int { 0 }

  package var summary: String {
    let chosen = values.chosen
    return "\(values.steps) steps, \(chosen.optimizer.name) lr \(shortest(chosen.learningRate)), "
      + "\(chosen.schedule.kind.rawValue) schedule, \(sequences)"
  }

  private var sequences: String {
    values.chosen.accumulation == 1
      ? "batch \(values.batch)" : "batch \(values.batch) × \(values.chosen.accumulation)"
  }

  package var fields: [(name: String, meaning: String)] {
    [
      ("learning_rate", "learning rate"),
      ("num_train_epochs", "epochs: of the data's rows, or of 1600 sequences"),
      ("max_steps", "number of steps where it is stated, else -1"),
      ("steps", "number of steps of a run"),
      ("per_device_train_batch_size", "sequences at once"),
      ("gradient_accumulation_steps", "batches that make up a step"),
      ("seed", "draws A, the batches and the dropout masks"),
      ("output_dir", "the folder for checkpoints; None keeps none"),
      ("save_steps", "steps between two checkpoints; None where they are not counted"),
      ("save_total_limit", "checkpoints that stay; None keeps all"),
      ("settings", "what `train` is given"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    switch name {
    case "learning_rate": .number(values.chosen.learningRate)
    case "num_train_epochs": .number(values.epochs)
    case "max_steps": .number(Double(values.maxSteps ?? -1))
    case "steps": .number(Double(values.steps))
    case "per_device_train_batch_size": .number(Double(values.batch))
    case "gradient_accumulation_steps": .number(Double(values.chosen.accumulation))
    case "seed": .number(Double(values.chosen.seed))
    case "output_dir": values.outputFolder.map { .text($0) } ?? Value.none
    case "save_steps": values.saveEvery.map { .number(Double($0)) } ?? Value.none
    case "save_total_limit": values.saveLimit.map { .number(Double($0)) } ?? Value.none
    case "settings": .text(values.settings.arguments)
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    [.text("\(name)\n\(lines.map { "  " + $0 }.joined(separator: "\n"))")]
  }

  /// The same with what a trainer's own call says of text, as older versions of TRL take it.
  func adding(_ given: [PythonArgument]) -> TrainingArgumentsObject {
    var values = values
    values.given += given.filter { argument in !values.given.contains { $0.name == argument.name } }
    return TrainingArgumentsObject(name, values)
  }

  /// The same for a model whose loader was asked for checkpointing, which then holds; nil where it was not asked.
  func withCheckpointing(_ checkpointing: Checkpointing?) -> TrainingArgumentsObject {
    guard let checkpointing, checkpointing != .off else { return self }
    var values = values
    values.chosen.checkpointing = checkpointing
    return TrainingArgumentsObject(name, values)
  }

  /// The same for a run that a callback may end.
  func watching(_ callback: CallbackObject) -> TrainingArgumentsObject {
    var values = values
    (values.chosen.patience, values.chosen.threshold) = (callback.patience, callback.threshold)
    return TrainingArgumentsObject(name, values)
  }

  /// The same for data of so many rows; nil for data without an end.
  func withRows(_ rows: Int?) -> TrainingArgumentsObject {
    var values = values
    values.rows = rows
    return TrainingArgumentsObject(name, values)
  }

  /// What a run with them is, one thing a line.
  var lines: [String] {
    let settings = values.settings
    let batch =
      values.chosen.accumulation == 1
      ? "\(values.batch) sequences a step"
      : "\(values.batch) × \(values.chosen.accumulation) sequences a step"
    let origin =
      values.maxSteps == nil
      ? " (\(values.epochs == 1 ? "1 epoch" : "\(shortest(values.epochs)) epochs"))" : ""
    return [
      "steps    \(settings.steps)\(origin), \(batch)",
      "rate     \(settings.optimizer.name) lr \(shortest(settings.learningRate)), \(settings.protocolCaption)",
      values.savingText.map { "save     \($0)" },
      "log      \(values.logEvery == 0 ? "none" : "every \(values.logEvery) steps"), seed \(settings.seed)",
    ].compactMap { $0 }
  }
}
