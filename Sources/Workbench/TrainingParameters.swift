// The parameters that train, pretrain and compare share, and the settings they make.
import Display
import Models
import Training

enum TrainingParameters {
  static let schedules = [
    Choice("constant", "the same rate at every step"), Choice("linear", "falls linearly to 0"),
    Choice("cosine", "falls to 0 along half a cosine"), Choice("ramp", "rises as (t + 1)/steps"),
  ]

  static let rateKind = ParameterKind.number(NumberRange(0, 1e6))

  /// Optimiser, schedule and the rest, with the defaults of `train`.
  static func common(schedule: String = "constant", warmup: Double = 0) -> [Parameter] {
    [
      Parameter(
        "batch", .whole(NumberRange(1, 1e6)), .number(8), unit: "sequences", "sequences, or rows, a step"),
      Parameter(
        "optimizer",
        .choice(optimizerChoices), .text("adamw"), "the optimiser"),
      Parameter("momentum", .number(NumberRange(0, 1, excludesUpper: true)), .number(0), "of sgd"),
      Parameter(
        "betas", .list(.number(NumberRange(0, 1, excludesUpper: true))), .list([0.9, 0.999]), "of adamw"),
      Parameter("eps", .number(.positive), .number(1e-8), "of adamw"),
      Parameter("weight_decay", .number(.notNegative), .number(0), "0 as in the Hugging Face Trainer"),
      Parameter("schedule", .choice(schedules), .text(schedule), "how the rate changes over the steps"),
      Parameter(
        "warmup", .whole(.notNegative), .number(warmup), unit: "steps", "steps of rising rate, from 0"),
      Parameter(
        "clip", .number(.positive), .absent("does not clip"),
        "largest L2 norm of the gradient over all parameters"),
    ]
  }

  static let seed = Parameter(
    "seed", .whole(NumberRange(0, 0x1p53)), .number(0), "draws A, the batches and the dropout masks")
  static let evalEvery = Parameter(
    "eval_every", .whole(.notNegative), .number(0), unit: "steps",
    "steps between evaluations; 0 evaluates before and after only")
  static let stop = Parameter(
    "stop", .whole(NumberRange(1)), .absent("makes all steps"), unit: "steps",
    "steps after which the run stops; the schedule is that of all steps")
  static let probeEvery = Parameter(
    "probe_every", .whole(.notNegative), .number(0), unit: "steps",
    "steps between probes of each adapted module: size, rank and direction of the update; 0 makes none",
    isPositional: false)
  static let seconds = Parameter(
    "seconds", .number(.positive), .absent("runs all steps"), unit: "seconds", "bound on the time")

  static func seeds(_ count: Double) -> Parameter {
    Parameter(
      "seeds", .either([.whole(NumberRange(1, 1e6)), .list(.whole(NumberRange(0, 0x1p53)))]), .number(count),
      "how many, from 0, or a list of them")
  }

  /// - Throws: `Failure` for an empty list.
  static func seeds(_ arguments: Arguments) throws -> [UInt64] {
    guard case .list = arguments.value("seeds") else {
      return (0..<arguments.whole("seeds")).map { UInt64($0) }
    }
    let seeds = arguments.wholes("seeds").map { UInt64($0) }
    guard !seeds.isEmpty else {
      throw Failure(argument: "seeds", "there is nothing to run", label: "the list is empty")
    }
    return distinct(seeds)
  }

  /// A run that is made twice says nothing more: each value once, where it stands first.
  static func distinct<T: Hashable>(_ values: [T]) -> [T] {
    var seen: Set<T> = []
    return values.filter { seen.insert($0).inserted }
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
    Parameter("steps", .whole(NumberRange(1, 1e9)), .number(count), unit: "steps", "number of steps")
  }

  static let optimizerChoices = [
    Choice("adamw", "Adam with decoupled weight decay"),
    Choice("sgd", "gradient descent, with momentum if given"),
  ]

  /// Several optimisers, each with its own of the settings.
  static let optimizers = Parameter(
    "optimizers", .list(.choice(optimizerChoices)), .absent("the one of `optimizer`"),
    "optimisers to compare; `momentum` is for sgd, `betas` and `eps` for adamw")

  /// Empty where `optimizers` is not given.
  static func optimizers(_ arguments: Arguments) throws -> [OptimizerSettings] {
    guard arguments.isGiven("optimizers") else { return [] }
    if arguments.isGiven("optimizer") {
      throw Failure(
        argument: "optimizer", "`optimizer` and `optimizers` are both given", label: "one is enough")
    }
    let decay = arguments.number("weight_decay")
    let betas = arguments.numbers("betas")
    guard betas.count == 2 else { throw wrongBetas(betas.count) }
    let names = distinct(arguments.texts("optimizers"))
    guard !names.isEmpty else {
      throw Failure(argument: "optimizers", "there is nothing to compare", label: "the list is empty")
    }
    for (name, owner) in [("momentum", "sgd"), ("betas", "adamw"), ("eps", "adamw")]
    where arguments.isGiven(name) && !names.contains(owner) {
      throw Failure(
        argument: name, "`\(name)` belongs to \(owner)", label: "\(owner) is not among the optimisers")
    }
    return names.map { name in
      name == "sgd"
        ? .sgd(momentum: arguments.number("momentum"), weightDecay: decay)
        : .adamw(
          beta1: betas[0], beta2: betas[1], epsilon: arguments.number("eps"), weightDecay: decay)
    }
  }

  private static func wrongBetas(_ count: Int) -> Failure {
    Failure(
      argument: "betas", "`betas` takes two numbers", label: "there are \(count)", fix: "betas=[0.9, 0.999]")
  }

  static func optimizer(_ arguments: Arguments) throws -> OptimizerSettings {
    let decay = arguments.number("weight_decay")
    if arguments.choice("optimizer") == "sgd" {
      for name in ["betas", "eps"] where arguments.isGiven(name) {
        throw Failure(
          argument: name, "`\(name)` belongs to adamw", label: "sgd has momentum and weight_decay")
      }
      return .sgd(momentum: arguments.number("momentum"), weightDecay: decay)
    }
    if arguments.isGiven("momentum") {
      throw Failure(
        argument: "momentum", "`momentum` belongs to sgd", label: "adamw has betas",
        fix: "optimizer=sgd, momentum=0.9")
    }
    let betas = arguments.numbers("betas")
    guard betas.count == 2 else { throw wrongBetas(betas.count) }
    return .adamw(beta1: betas[0], beta2: betas[1], epsilon: arguments.number("eps"), weightDecay: decay)
  }

  /// Settings without seed, evaluation steps and bound on the time, which are the caller's.
  static func settings(_ arguments: Arguments, rate: Double, optimizer: OptimizerSettings? = nil) throws
    -> TrainingSettings
  {
    TrainingSettings(
      steps: arguments.whole("steps"), learningRate: rate, batch: arguments.whole("batch"),
      optimizer: try optimizer ?? self.optimizer(arguments),
      schedule: Schedule(rawValue: arguments.choice("schedule")) ?? .constant,
      warmup: arguments.whole("warmup"), clip: arguments.optionalNumber("clip"))
  }
}

/// Turns steps of a run into progress events, and says once how long it will take when that is over five seconds.
final class ProgressReporter {
  private let title: String
  private let unit: String
  private let session: Session
  /// When the first step began, and after how much that was done before.
  private var began: Double?
  private var lastSent = -Double.infinity
  private var hasEstimate = false

  /// Seconds between two events: a front end redraws no faster.
  private static let interval = 0.05
  /// Longer jobs say so before they go on.
  private static let longJob = 5.0
  /// The first steps also pay for caches and pages; after this long the speed is known.
  private static let settled = 0.1

  init(_ title: String, unit: String, _ session: Session) {
    self.title = title
    self.unit = unit
    self.session = session
  }

  /// Says how long a job will take, where that is long.
  func announce(_ seconds: Double, of total: Int) {
    hasEstimate = true
    guard seconds > ProgressReporter.longJob else { return }
    session.emit(
      .status(
        "\(title): \(total) \(unit) take about \(roughly(seconds)); Ctrl-C stops and keeps what there is"))
  }

  /// The first report is made before the first step.
  ///
  /// - Parameter picture: made only where the report is sent.
  func report(
    done: Int, total: Int, figures: [String], isMilestone: Bool = false, picture: () -> HeatMap? = { nil }
  ) {
    let now = session.environment.clock()
    let elapsed = now - (began ?? now)
    if began == nil { began = now }
    let rate = elapsed > 0 && done > 0 ? Double(done) / elapsed : nil
    let left = rate.map { Double(total - done) / $0 }
    if !hasEstimate, elapsed > ProgressReporter.settled, let rate {
      announce(Double(total) / rate, of: total)
    }
    guard isMilestone || now - lastSent >= ProgressReporter.interval else { return }
    lastSent = now
    session.emit(
      .progress(
        Progress(
          ProgressLine(
            title: title, done: done, total: total, figures: figures, rate: rate, unit: unit,
            secondsLeft: left),
          picture: picture(), isMilestone: isMilestone)))
  }

  /// Clears the line of a terminal.
  func finish(done: Int, total: Int) {
    session.emit(
      .progress(Progress(ProgressLine(title: title, done: done, total: total, unit: unit), isLast: true)))
  }

  private func roughly(_ seconds: Double) -> String {
    seconds < 90 ? "\(Int(seconds.rounded())) s" : "\(Int((seconds / 60).rounded())) min"
  }
}
