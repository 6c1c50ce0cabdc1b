// What TrainingArguments and SFTConfig say, with their defaults, and the settings of a run that follow.
import Adapters
import Fields
import Glibc
import Interchange
import Interpreter
import Laboratory
import Models
import Text
import Training

struct TrainerArguments {
  /// When something is done during a run.
  enum Interval: Equatable {
    case never, epochs
    /// Every so many steps; below 1 a share of all steps.
    case steps(Double)
  }

  /// All that the call gave, for a script.
  var given: [PythonArgument] = []
  var outputFolder: String?
  var epochs = 3.0
  /// nil where the epochs say how many.
  var maxSteps: Int?
  /// Sequences that go through the model at once.
  var batch = 8
  /// Rate, optimiser and all else that is an option of `train` under another name. Steps, batch and evaluations follow from
  /// the rest.
  var chosen = TrainingSettings.ofTransformers
  /// Options that were given as a share of all steps, under their names.
  var shares: [String: Double] = [:]
  /// Whether TRL would learn every turn of a conversation with these arguments; here the assistant's are.
  var learnsAllTurns = false
  var logging = Interval.steps(500)
  var logsFirstStep = false
  var evaluation = Interval.never
  /// When checkpoints are written, where there is a folder for them; nil for `save_strategy="best"`.
  var saving: Interval? = .steps(500)
  var saveLimit: Int?

  /// Those of transformers 5.23.
  static let standard = TrainerArguments()

  /// Those of TRL's SFTConfig.
  static let fineTuning = {
    var arguments = TrainerArguments()
    arguments.chosen.learningRate = 2e-5
    arguments.learnsAllTurns = true
    arguments.logging = .steps(10)
    return arguments
  }()

  /// Rows that are trained on, where the data has so many; nil for data without an end.
  var rows: Int?

  /// Of data without an end so many sequences count as an epoch.
  static let endlessEpoch = 1600
  /// Where the epochs would take more steps, the run ends here.
  static let mostSteps = 500

  var sequencesPerStep: Int { batch * chosen.accumulation }

  var stepsPerEpoch: Int { TrainerArguments.stepsPerEpoch(rows, sequences: sequencesPerStep) }

  private static func stepsPerEpoch(_ rows: Int?, sequences: Int) -> Int {
    ((rows ?? endlessEpoch) + sequences - 1) / sequences
  }

  /// Steps of an epoch of some data.
  static func stepsPerEpoch(_ data: any TrainingData, sequences: Int) -> Int {
    stepsPerEpoch((data as? RowCorpus)?.trainingCount, sequences: sequences)
  }

  /// Steps of all epochs, at least 1.
  var stepsOfEpochs: Int {
    max(1, Int(min(epochs * Double(stepsPerEpoch), 1e9).rounded(.up)))
  }

  var steps: Int { maxSteps ?? min(stepsOfEpochs, TrainerArguments.mostSteps) }

  /// Where the number of steps comes from, in a sentence; nil where the arguments state it.
  var stepsNote: String? {
    guard maxSteps == nil else { return nil }
    let count = epochs == 1 ? "1 epoch is" : "\(shortest(epochs)) epochs are"
    let end = steps < stepsOfEpochs ? ", and the run ends after \(steps)" : ""
    let why =
      rows.map { "\($0) rows are trained on" }
      ?? "the data has no end, \(TrainerArguments.endlessEpoch) sequences count as an epoch"
    return "\(count) \(stepsOfEpochs) steps of \(sequencesPerStep) sequences\(end): \(why); "
      + "max_steps=… sets another number"
  }

  var settings: TrainingSettings {
    var settings = chosen
    (settings.steps, settings.batch, settings.evalEvery) = (steps, batch, every(evaluation))
    for option in TrainingSettings.options {
      guard let share = shares[option.name] else { continue }
      option.set(.number((share * Double(steps)).rounded(.up)), in: &settings)
    }
    return settings
  }

  /// Steps between two checkpoints; nil where none are written by number.
  var saveEvery: Int? { saving.flatMap { $0 == .never ? nil : every($0) } }

  /// Where checkpoints go and when, in words; nil where none are written.
  var savingText: String? {
    guard let outputFolder, saving != .never else { return nil }
    let when = saveEvery.map { $0 < steps ? "every \($0) steps and after the last" : "after the last step" }
    return "\(outputFolder), \(when ?? "where the evaluation is the lowest so far")"
      + (saveLimit.map { ", \($0) stay" } ?? "")
  }

  /// What is asked of checkpoints; nil for nothing.
  ///
  /// - Throws: `Failure` where `resume` is of a folder that is not given.
  func checkpoints(_ resume: CheckpointRequest.Resume) throws -> CheckpointRequest? {
    if outputFolder == nil, resume == .last { throw TrainingParameters.noFolder }
    let moment: CheckpointPlan.Moment? =
      outputFolder == nil || saving == .never ? nil : saving.map { .every(every($0)) } ?? .best
    if moment == nil, resume == .no { return nil }
    return CheckpointRequest(
      moment: moment, resume: resume,
      trainer: TrainerProtocol(
        logEvery: logEvery, logsFirstStep: logsFirstStep, stepsPerEpoch: stepsPerEpoch,
        epochs: maxSteps.map { Double($0) / Double(stepsPerEpoch) } ?? epochs, batch: batch,
        accumulation: chosen.accumulation, saves: moment ?? .every(500), saveLimit: saveLimit,
        folder: outputFolder ?? "."))
  }

  /// What a script of a trainer with these arguments is made of.
  func request(_ data: any TrainingData) -> TrainingRequest {
    TrainingRequest(
      data: data, settings: settings, epochs: maxSteps == nil ? epochs : nil, shares: shares,
      arguments: given)
  }

  /// Steps between two logs; 0 for none.
  var logEvery: Int { every(logging) }

  private func every(_ interval: Interval) -> Int {
    switch interval {
    case .never: 0
    case .epochs: stepsPerEpoch
    case .steps(let count):
      max(1, Int((count < 1 ? count * Double(steps) : count).rounded(.up)))
    }
  }
}
