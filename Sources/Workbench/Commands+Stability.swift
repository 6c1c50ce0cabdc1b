// The commands that look for good learning rates: stability and tune.
import Adapters
import Analysis
import Fields
import Interpreter
import Laboratory
import Models
import Signals
import Training

enum StabilityCommands {
  static let all: [Command] = [stability, tune]

  static let model = Parameter(
    "model", .object([.model]), .required, "a model without adapter; it stays as it is")
  static let data = Parameter("data", .object([.data]), .required, "language, text or teacher")

  // MARK: stability

  private static let stability = Command(
    "stability", .comparing,
    [
      model, data,
      Parameter(
        "adapters", .either([.list(.object([.adapter])), .object([.adapter])]), .required,
        "lora(…), whose rank `r` replaces; several only without `lr`"),
      Parameter(
        "r", aliases: ["ranks"], .list(.whole(NumberRange(1, 1e6))), .list([4, 8, 16, 32, 64, 128]),
        "the ranks"),
      Parameter(
        "lr", aliases: ["learning_rate"], .list(TrainingParameters.rateKind),
        .absent("searches ridge and edge"), "the learning rates of a map"),
      TrainingParameters.seeds(5), TrainingParameters.steps(200),
    ] + TrainingParameters.common() + [
      TrainingParameters.seconds,
      Parameter(
        "file", .path, .absent("keeps it in memory"),
        "a .json file for the map or frontier as it grows; where it holds a part of it, the runs go on from there"
      ),
      Parameter(
        "fit_from", .whole(NumberRange(1, 1e6)), .number(1), "the lowest rank that slopes are fitted from"),
    ],
    result: "a map, or a frontier",
    "The best learning rate of each rank, and the rate from which on runs diverge.",
    details:
      "With `lr` it is a map: every rank at every rate with all seeds, and the shares that diverged and that were slow. "
      + "Without, a frontier: for each adapter, rank and seed the best rate, and the largest that does not diverge, by "
      + "bisection to 10 %. The *ridge* is the best rate of each rank, the *edge* is where diverged begins; both have "
      + "an exponent in the rank, and theory's of the edge stand beside. `plot` draws them. "
      + "What carries over to a large model is the slope of the ridge, never the rate itself.",
    example:
      "stability(mlp([16, 16]), teacher(mlp([16, 16])), lora(alpha=\"2*r\"), r=[2, 4], lr=[0.1, 10], seeds=1, "
      + "steps=10, optimizer=sgd)",
    keywords: ["sweep", "grid", "diverged", "crash", "heat map", "NaN"]
  ) { arguments, session in
    let base = try arguments.object("model", as: ModelObject.self).model
    let data = try arguments.data(for: base, session)
    let configurations = try adapters(arguments)
    for configuration in configurations
    where !configuration.rankPattern.isEmpty || !configuration.alphaPattern.isEmpty {
      let name = configuration.rankPattern.isEmpty ? "alpha_pattern" : "rank_pattern"
      throw Failure(
        argument: "adapters", "the ranks replace those of an adapter", label: "its \(name) does not follow",
        body: "Describe the adapter without the pattern.")
    }
    let ranks = Set(arguments.wholes("r")).sorted()
    guard !ranks.isEmpty else {
      throw Failure(argument: "r", "there is nothing to run", label: "the list is empty")
    }
    let seeds = try TrainingParameters.seeds(arguments)
    if arguments.isGiven("lr") {
      return try map(base, data, configurations, ranks, seeds, arguments, session)
    }
    let settings = try TrainingParameters.settings(arguments, rate: 1)
    try TrainingParameters.checkRuns(configurations.count, ranks.count, seeds.count, 14)
    var plan = try FrontierPlan(
      base: base, data: data, configurations: configurations, ranks: ranks, optimizers: [settings.optimizer],
      mode: session.lab.mode, seeds: seeds, settings: settings, fitFrom: arguments.whole("fit_from"),
      memory: session.environment.memory,
      stop: session.environment.stop)
    let file = try GridFile<StoredFrontier>(arguments, session)
    if let file,
      let known = try file.known(
        FrontierObject.self, difference: { plan.difference(from: $0.frontier, statements: \.statements) })
    {
      plan.goOn(from: known.frontier)
      file.tell(plan.known, "edges")
    }
    let reporter = ProgressReporter("stability", unit: "edges", session)
    let total = plan.count
    if plan.known < total {
      reporter.announce(
        plan.estimatedSeconds(session.trainingEnvironment, threads: session.threads), of: total - plan.known)
    }
    try file?.begin(StoredFrontier(plan.frontier))
    var problem: (any Error)?
    let frontier = plan.run(session.trainingEnvironment, seconds: arguments.optionalNumber("seconds")) {
      done, frontier in
      reporter.report(done: done, total: total, figures: [])
      do { try file?.keep { StoredFrontier(frontier()) } } catch { problem = error }
    }
    reporter.finish(done: total, total: total)
    try file?.finish(StoredFrontier(frontier))
    if let problem { throw problem }
    if frontier.wasInterrupted { session.markInterrupted() }
    return .object(FrontierObject(frontier))
  }

  private static func adapters(_ arguments: Arguments) throws -> [LoRAConfiguration] {
    guard case .list = arguments.value("adapters") else {
      return [try arguments.object("adapters", as: AdapterObject.self).configuration]
    }
    let configurations = try arguments.objects("adapters", as: AdapterObject.self).map(\.configuration)
    guard !configurations.isEmpty else {
      throw Failure(
        argument: "adapters", "there is nothing to run", label: "the list is empty", fix: "[lora(alpha=16)]")
    }
    return configurations
  }

  private static func map(
    _ base: Model, _ data: any TrainingData, _ configurations: [LoRAConfiguration], _ ranks: [Int],
    _ seeds: [UInt64], _ arguments: Arguments, _ session: Session
  ) throws -> Value {
    guard configurations.count == 1 else {
      throw Failure(
        argument: "adapters", "a map shows one adapter", label: "there are \(configurations.count)",
        body: "Make a map for each, or leave `lr` out: a frontier has a line for each adapter.")
    }
    let rates = Set(arguments.numbers("lr")).sorted()
    guard let highest = rates.last, rates[0] > 0 else {
      throw Failure(
        argument: "lr", rates.isEmpty ? "there is nothing to run" : "a map has no learning rate 0",
        label: rates.isEmpty ? "the list is empty" : "its axis is logarithmic",
        fix: "lr=logspace(0.1, 10, 12)")
    }
    let settings = try TrainingParameters.settings(arguments, rate: highest)
    try TrainingParameters.checkRuns(ranks.count, rates.count, seeds.count)
    var plan = try StabilityMapPlan(
      base: base, data: data, configuration: configurations[0], mode: session.lab.mode,
      ranks: ranks, rates: rates, seeds: seeds, settings: settings,
      memory: session.environment.memory,
      stop: session.environment.stop)
    try session.workshop.checkMemory(plan.task(ranks.count - 1), runs: session.threads)
    let file = try GridFile<StoredMap>(arguments, session)
    if let file,
      let known = try file.known(
        MapObject.self, difference: { plan.map.difference(from: $0.map, statements: \.statements) })
    {
      plan.map.runs = known.map.runs
      file.tell(plan.known, "runs")
    }
    let reporter = ProgressReporter("stability", unit: "runs", session)
    announce(plan, reporter, session)
    try file?.begin(StoredMap(plan.map))
    var problem: (any Error)?
    var map = plan.run(session.trainingEnvironment, seconds: arguments.optionalNumber("seconds")) {
      done, map in
      reporter.report(done: done, total: plan.count, figures: [], picture: { map().heatMap })
      do { try file?.keep { StoredMap(map()) } } catch { problem = error }
    }
    try file?.finish(StoredMap(map))
    reporter.finish(done: plan.count, total: plan.count)
    if let problem { throw problem }
    map.fitFrom = arguments.whole("fit_from")
    if map.wasInterrupted { session.markInterrupted() }
    return .object(MapObject(map))
  }

  /// Says how long a map will take, and how to make a long one smaller.
  private static func announce(_ plan: StabilityMapPlan, _ reporter: ProgressReporter, _ session: Session) {
    let left = plan.count - plan.known
    guard left > 0 else { return }
    // Asked to stop already, the map ends as it is: its loop sees that before the first run.
    guard
      let seconds = try? plan.estimatedSeconds(session.trainingEnvironment, threads: session.threads)
    else { return }
    reporter.announce(seconds, of: left)
    guard seconds > 120 else { return }
    let (rates, seeds) = (plan.map.rates.count, plan.map.seeds.count)
    var ways: [String] = []
    if seeds > 2 { ways.append("seeds=2 takes \(Int((200 / Double(seeds)).rounded())) % of that") }
    if rates > 12 { ways.append("12 rates take \(Int((1200 / Double(rates)).rounded())) %") }
    ways.append("without `lr` a search finds ridge and edge in about 14 runs a rank and seed")
    session.emit(.status("stability: to make it smaller, " + ways.joined(separator: "; ")))
  }

  // MARK: tune

  private static let tune = Command(
    "tune", .comparing,
    [
      model, data, Parameter("adapter", .object([.adapter]), .required, "lora(…)"),
      Parameter(
        "lr", aliases: ["learning_rate"], TrainingParameters.rateKind, .number(2e-3),
        "the first learning rate to try"),
      Parameter("factor", .number(NumberRange(1.01, 1000)), .number(2), "between one rate and the next"),
      Parameter(
        "until",
        .choice([Choice("good", "every seed is trained"), Choice("best", "both neighbours are worse")]),
        .text("good"), "when it stops: at the first rate that is good, or at the best one"),
      Parameter(
        "attempts", .whole(NumberRange(1, 1000)), .number(20), "how many learning rates to try at most"),
      Parameter(
        "transfer", .list(.whole(NumberRange(1, 1e6))), .absent("none"),
        "ranks at which the rate that was found is used too, as it is"),
      TrainingParameters.seeds(1), TrainingParameters.steps(200),
    ] + TrainingParameters.common() + [TrainingParameters.seconds],
    result: "a tuning", "Tries learning rates as a person does, and counts the attempts.",
    details:
      "A rate at which a seed diverges is divided by `factor`, one at which runs are slow is multiplied by it; where a run "
      + "does not tell its side, the rate below does. The first that is good ends the search, or with "
      + "`until=best` begins a climb to the lowest final loss. `transfer` then trains at other ranks with the "
      + "rate that was found. Rates of the bench do not carry over to a large model; ratios and slopes do.",
    example:
      "tune(mlp([16, 16]), teacher(mlp([16, 16])), lora(r=8, alpha=64), lr=100, steps=20, optimizer=sgd)",
    keywords: ["sweep", "search", "hyperparameter"]
  ) { arguments, session in
    let base = try arguments.object("model", as: ModelObject.self).model
    let data = try arguments.data(for: base, session)
    let configuration = try arguments.object("adapter", as: AdapterObject.self).configuration
    let start = arguments.number("lr")
    guard start > 0 else {
      throw Failure(argument: "lr", "the first rate is above 0", label: "nothing can be divided from 0")
    }
    let seeds = try TrainingParameters.seeds(arguments)
    let settings = try TrainingParameters.settings(arguments, rate: start)
    try TrainingParameters.checkRuns(seeds.count, arguments.whole("attempts"))
    let plan = TuningPlan(
      base: base, data: data, configuration: configuration, mode: session.lab.mode, seeds: seeds,
      settings: settings, start: start, factor: arguments.number("factor"),
      seeksBest: arguments.choice("until") == "best", mostAttempts: arguments.whole("attempts"))
    let ranks = arguments.isGiven("transfer") ? arguments.wholes("transfer").distinct() : []
    let reporter = ProgressReporter("tune", unit: "runs", session)
    let total = (plan.mostAttempts + ranks.count) * seeds.count
    let seconds = arguments.optionalNumber("seconds")
    let began = session.environment.clock()
    var tuning = try plan.run(session.trainingEnvironment, seconds: seconds) {
      reporter.report(done: $0, total: total, figures: [])
    }
    var transfers: [ComparisonArm] = []
    if let rate = tuning.best?.rate, !ranks.isEmpty, !tuning.wasInterrupted, !tuning.wasCut {
      let made = tuning.attempts.count * seeds.count
      let ranked = ranks.map { rank in
        var ranked = configuration
        ranked.rank = rank
        return ranked
      }
      let comparison = try ComparisonPlan(
        base: base, data: data, configurations: ranked, mode: session.lab.mode, learningRates: [rate],
        seeds: seeds, settings: settings, memory: session.environment.memory
      ).run(
        session.trainingEnvironment,
        seconds: seconds.map { max(0, $0 - (session.environment.clock() - began)) }
      ) { done, _ in
        reporter.report(done: made + done, total: total, figures: [])
      }
      transfers = comparison.arms
      tuning.wasInterrupted = comparison.wasInterrupted
      tuning.wasCut = comparison.wasCut && !comparison.wasInterrupted
    }
    reporter.finish(done: total, total: total)
    if session.trainingEnvironment.stop.isAsked { session.markInterrupted() }
    return .object(TuningObject(tuning, transfers: transfers))
  }
}
