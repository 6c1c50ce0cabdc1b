// The parameters that train, pretrain and compare share, and the settings they make.
import Adapters
import Fields
import Interchange
import Interpreter
import Laboratory
import Models
import Text
import Training

extension Arguments {
  /// What was given for an option, or its default.
  ///
  /// - Throws: `Failure` for a list of another length than the option's.
  func literal(_ option: TrainingOption) throws -> Literal {
    if case .none = value(option.name) { return .absent }
    switch option.kind {
    case .number, .whole: return .number(number(option.name))
    case .bool: return .bool(bool(option.name))
    case .choice, .text: return .text(text(option.name))
    case .wholes, .modules, .moduleNames, .byModule, .either, .any:
      guard let literal = value(option.name).literal else { misuse(option.name, "data") }
      return literal
    case .numbers(_, let count):
      let numbers = numbers(option.name)
      guard numbers.count == count else {
        let word = count == 2 ? "two" : "\(count)"
        throw Failure(
          argument: option.name, "`\(option.name)` takes \(word) numbers",
          label: "there are \(numbers.count)",
          fix: "\(option.name)=\(option.standard.code)")
      }
      return .numbers(numbers)
    }
  }
}

enum TrainingParameters {
  static let rateKind = ParameterKind(TrainingSettings.option("lr").kind)

  /// Optimiser, schedule and the rest that every run has, beside its steps and its rate.
  ///
  /// - Parameter standard: settings with the defaults.
  static func common(like standard: TrainingSettings = .standard) -> [Parameter] {
    TrainingSettings.options.filter { $0.scope == .everyRun && $0.name != "steps" }.map {
      Parameter($0, like: standard)
    }
  }

  static let rate = Parameter(option: "lr")
  static let seed = Parameter(option: "seed")
  static let evalEvery = Parameter(option: "eval_every")
  static let watching = ["load_best", "patience", "threshold"].map { Parameter(option: $0) }
  static let stop = Parameter(option: "stop")
  static let probeEvery = Parameter(option: "probe_every")
  static let seconds = Parameter(option: "seconds")

  static func seeds(_ count: Double) -> Parameter {
    Parameter(
      "seeds", .either([.whole(NumberRange(1, 1e6)), .list(.whole(NumberRange(0, 0x1p53)))]), .number(count),
      "how many, from 0, or a list of them")
  }

  // MARK: Checkpoints

  /// What `train` and `pretrain` take of them, under transformers' names.
  static let checkpoints: [Parameter] = [
    Parameter(
      "output_dir", .path, .absent("keeps no checkpoints"),
      "a folder for checkpoints, `checkpoint-100` and so on, from which the run can go on"),
    Parameter(
      "save_steps", .whole(NumberRange(1, 1e9)), .number(500), unit: "steps",
      "steps between two checkpoints; the last step has one, too"),
    Parameter(
      "save_total_limit", .whole(NumberRange(1, 1e9)), .absent("keeps all"),
      "checkpoints of this run that stay, the last and the best always among them"),
    Parameter(
      "resume_from_checkpoint", .either([.bool, .path]), .bool(false),
      "goes on from a checkpoint of this run to the same bits: its folder, or True for the last good one of output_dir"
    ),
  ].map(\.named)

  /// What a call asks of checkpoints; nil for nothing.
  ///
  /// - Parameter data: what the run is trained on.
  /// - Throws: `Failure` where an argument lacks the one that it needs.
  static func checkpoints(_ arguments: Arguments, _ settings: TrainingSettings, _ data: any TrainingData)
    throws
    -> CheckpointRequest?
  {
    let resume = resume(arguments.value("resume_from_checkpoint"))
    let folder = arguments.optionalText("output_dir")
    if folder == nil {
      for name in ["save_steps", "save_total_limit"] where arguments.isGiven(name) {
        throw Failure(
          argument: name, "`\(name)` is of checkpoints, and there is no folder for them",
          label: "give output_dir",
          fix: "output_dir=\"checkpoints\"")
      }
      if resume == .no { return nil }
      if resume == .last { throw noFolder }
    }
    let perEpoch = TrainerArguments.stepsPerEpoch(data, sequences: settings.sequencesPerStep)
    let moment = CheckpointPlan.Moment.every(arguments.whole("save_steps"))
    return CheckpointRequest(
      moment: folder == nil ? nil : moment, resume: resume,
      trainer: TrainerProtocol(
        logEvery: 1, logsFirstStep: false, stepsPerEpoch: perEpoch,
        epochs: Double(settings.steps) / Double(perEpoch), batch: settings.batch,
        accumulation: settings.accumulation,
        saves: moment,
        saveLimit: arguments.optionalNumber("save_total_limit").map { Int($0) }, folder: folder ?? "."))
  }

  /// What `resume_from_checkpoint` says.
  static func resume(_ value: Value) -> CheckpointRequest.Resume {
    switch value {
    case .bool(true): .last
    case .text(let folder): .folder(folder)
    case .bool(false), .none, .number, .list, .dictionary, .function, .object: .no
    }
  }

  /// `True` without the folder that it is about.
  static var noFolder: Failure {
    Failure(
      argument: "resume_from_checkpoint", "there is no folder with the checkpoints", label: "give output_dir",
      body:
        "`True` takes the last good checkpoint of `output_dir`; the folder of one can be given in its place.",
      fix: "output_dir=\"checkpoints\"")
  }

  /// Sees to it that what watches the evaluations has some.
  ///
  /// - Throws: `Failure` where there are none, and for a threshold of nothing.
  static func checkWatching(_ settings: TrainingSettings, _ arguments: Arguments) throws {
    if arguments.isGiven("threshold"), settings.patience == nil {
      throw Failure(
        argument: "threshold", "`threshold` is for `patience`", label: "no run waits for a fall without it",
        fix: "patience=3")
    }
    guard settings.evalEvery == 0 else { return }
    for name in ["load_best", "patience"] where arguments.isGiven(name) {
      guard name == "patience" ? settings.patience != nil : settings.loadBest else { continue }
      throw Failure(
        argument: name, "`\(name)` needs evaluations during the run", label: "there are none before the end",
        fix: "eval_every=20")
    }
  }

  // MARK: Seeds

  /// - Throws: `Failure` for an empty list.
  static func seeds(_ arguments: Arguments) throws -> [UInt64] {
    guard case .list = arguments.value("seeds") else {
      return (0..<arguments.whole("seeds")).map { UInt64($0) }
    }
    let seeds = arguments.wholes("seeds").map { UInt64($0) }
    guard !seeds.isEmpty else {
      throw Failure(argument: "seeds", "there is nothing to run", label: "the list is empty")
    }
    return seeds.distinct()
  }

  /// More runs in one grid than anybody waits for, and than memory should hold at once.
  static let mostRuns = 100_000.0

  /// - Throws: `Failure` where a grid has more than `mostRuns` runs.
  static func checkRuns(_ counts: Int...) throws {
    let runs = counts.reduce(1.0) { $0 * Double($1) }
    guard runs > mostRuns else { return }
    throw Failure(
      "a grid of \(NumberFormat.rounded(runs, digits: 3)) runs is too large",
      body: "It may have \(Int(mostRuns)): take fewer seeds, rates, ranks or adapters.")
  }

  static func steps(_ count: Double) -> Parameter {
    var parameter = Parameter(option: "steps")
    parameter.defaultValue = .number(count)
    return parameter
  }

  // MARK: Optimisers

  private static let ofOptimizers = TrainingSettings.options.filter { $0.topic == .optimizer }

  /// Several optimisers, each with its own of the settings.
  static let optimizers = Parameter(
    "optimizers", .list(ParameterKind(TrainingSettings.option("optimizer").kind)),
    .absent("the one of `optimizer`"),
    "optimisers to compare; `momentum` is for sgd, `betas` and `eps` for adamw")

  /// Empty where `optimizers` is not given.
  static func optimizers(_ arguments: Arguments) throws -> [OptimizerSettings] {
    guard arguments.isGiven("optimizers") else { return [] }
    if arguments.isGiven("optimizer") {
      throw Failure(
        argument: "optimizer", "`optimizer` and `optimizers` are both given", label: "one is enough")
    }
    let kinds = arguments.texts("optimizers").distinct().compactMap(OptimizerKind.init(rawValue:))
    let optimizers = try kinds.map { try optimizer($0, arguments) }
    guard !kinds.isEmpty else {
      throw Failure(argument: "optimizers", "there is nothing to compare", label: "the list is empty")
    }
    for option in ofOptimizers where arguments.isGiven(option.name) {
      guard case .optimizer(let owner) = option.owner, !kinds.contains(owner) else { continue }
      throw Failure(
        argument: option.name, "`\(option.name)` belongs to \(owner.rawValue)",
        label: "\(owner.rawValue) is not among the optimisers")
    }
    return optimizers
  }

  static func optimizer(_ arguments: Arguments) throws -> OptimizerSettings {
    let kind = OptimizerKind(rawValue: arguments.choice("optimizer")) ?? .adamw
    for option in ofOptimizers where arguments.isGiven(option.name) {
      guard case .optimizer(let owner) = option.owner, owner != kind else { continue }
      throw Failure(
        argument: option.name, "`\(option.name)` belongs to \(owner.rawValue)", label: owned(by: kind),
        fix: owner == .sgd ? "optimizer=sgd, momentum=0.9" : "")
    }
    return try optimizer(kind, arguments)
  }

  private static func owned(by kind: OptimizerKind) -> String {
    switch kind {
    case .adamw: "adamw has betas"
    case .sgd: "sgd has momentum and weight_decay"
    }
  }

  /// An optimiser with what the call says of it.
  private static func optimizer(_ kind: OptimizerKind, _ arguments: Arguments) throws -> OptimizerSettings {
    var settings = TrainingSettings.standard
    settings.optimizer.kind = kind
    for option in ofOptimizers
    where option.name != "optimizer" && option.owner?.isOwner(in: settings) != false {
      option.set(try arguments.literal(option), in: &settings)
    }
    return settings.optimizer
  }

  // MARK: Settings

  /// What all runs of a grid share, at a rate; the seed is the caller's.
  static func settings(_ arguments: Arguments, rate: Double, optimizer: OptimizerSettings? = nil) throws
    -> TrainingSettings
  {
    var settings = TrainingSettings.standard
    settings.learningRate = rate
    settings.optimizer = try optimizer ?? self.optimizer(arguments)
    for option in TrainingSettings.options where option.scope == .everyRun && option.topic != .optimizer {
      let literal = try arguments.literal(option)
      if case .schedule(let owner) = option.owner, owner != settings.schedule.kind,
        arguments.isGiven(option.name)
      {
        throw Failure(
          argument: option.name, "`\(option.name)` belongs to the \(owner.rawValue) schedule",
          label: "the schedule is \(settings.schedule.kind.rawValue)",
          fix: "schedule=\(owner.rawValue), \(TrainingOption.argument(option.name, literal))")
      }
      option.set(literal, in: &settings)
    }
    return settings
  }

  /// Those of one run: every option that the command has.
  static func settingsOfRun(_ arguments: Arguments) throws -> TrainingSettings {
    var settings = try settings(arguments, rate: arguments.number("lr"))
    let names = Set(arguments.command.parameters.map(\.name))
    for option in TrainingSettings.options where option.scope != .everyRun && names.contains(option.name) {
      option.set(try arguments.literal(option), in: &settings)
    }
    try checkWatching(settings, arguments)
    return settings
  }
}
