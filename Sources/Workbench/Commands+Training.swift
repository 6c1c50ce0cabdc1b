// The commands that train: pretrain, train, compare.
import Adapters
import Analysis
import Display
import Interchange
import Interpreter
import Laboratory
import Models
import Training

/// The entries of the table that train: `pretrain`, `train` and `compare`.
enum TrainingCommands {
  static let all: [Command] = [pretrain, train, compare]

  // MARK: pretrain

  private static let pretrain = Command(
    "pretrain", .training,
    [
      Parameter("model", .object([.model]), .required, "a model without adapter; it is changed"),
      Parameter("data", .object([.data]), .required, "language, text or teacher"),
      TrainingParameters.steps(Double(TrainingSettings.pretraining.steps)),
      TrainingParameters.rate,
    ] + TrainingParameters.common(like: .pretraining)
      + [
        TrainingParameters.seed, TrainingParameters.evalEvery, TrainingParameters.stop,
        TrainingParameters.seconds,
      ] + TrainingParameters.watching + TrainingParameters.checkpoints,
    result: "a run", "Trains all weights of a model, which is changed.",
    details: "The result is kept in the user's cache folder and comes from there the next time. "
      + "Models attached earlier keep the old weights. This alone changes a model's base.",
    example: "pretrain(transformer(layers=1, width=32, heads=2, context=16), language(1), steps=20)"
  ) { arguments, session in
    let object = try arguments.object("model", as: ModelObject.self)
    let model = object.model
    guard model.adapter == nil else {
      throw Failure(
        argument: "model", "an adapted model cannot be pretrained", label: "its base is frozen",
        body: "Pretrain the base first and attach the adapter afterwards, or `train` the adapter.")
    }
    let data = try arguments.data(for: model, session)
    let settings = try TrainingParameters.settingsOfRun(arguments)
    let checkpoints = try TrainingParameters.checkpoints(arguments, settings, data)
    return .object(
      RunObject(
        try session.workshop.pretrain(model, on: data, settings, checkpoints: checkpoints), adapter: nil))
  }

  // MARK: train

  private static let train = Command(
    "train", .training,
    [
      Parameter("model", .object([.model]), .required, "an adapted model"),
      Parameter("data", .object([.data]), .required, "language, text or teacher"),
      TrainingParameters.steps(200),
      TrainingParameters.rate,
    ] + TrainingParameters.common()
      + [
        TrainingParameters.seed, TrainingParameters.evalEvery,
        Parameter("resume", .bool, .bool(false), "go on from where the model stands, optimiser included"),
        TrainingParameters.stop,
        TrainingParameters.seconds, TrainingParameters.probeEvery,
      ] + TrainingParameters.watching + TrainingParameters.checkpoints,
    result: "a run", "Trains the adapter of a model.",
    details:
      "Starts afresh from the adapter as attached, A drawn from the seed, and leaves the trained adapter in the "
      + "model. The run ends at the first value that is not finite and says where. Ctrl-C keeps the partial run. "
      + "Its outcome is *trained*, *slow* (too low a rate, or too few steps) or *diverged* (not finite, ended above its "
      + "start, or ruined by too high a rate), judged from its own curve; where that cannot tell, it says so. "
      + "Probes change no bit of a run; they decompose each adapted weight once, before the first step. `run.probes` "
      + "lists them, and `plot run, of=update` draws them. "
      + "With `output_dir` the run keeps checkpoints as transformers' Trainer does, each written as one step; a run that is "
      + "broken off goes on with `resume_from_checkpoint=True` and ends with the same bits. Ctrl-C and `seconds` leave one "
      + "more. Where one cannot be written, a note says so and the run goes on.",
    example: "train(attach(mlp([16, 16, 16]), lora(r=4)), teacher(mlp([16, 16, 16])), steps=50)",
    keywords: ["fit", "finetune", "fine-tune", "SFT"]
  ) { arguments, session in
    let model = try arguments.object("model", as: ModelObject.self).model
    let data = try arguments.data(for: model, session)
    var settings = try TrainingParameters.settingsOfRun(arguments)
    guard let adapter = model.adapter else {
      throw Failure(
        argument: "model", "the model has no adapter to train", label: "attach one first",
        body: "`pretrain` trains all weights of a model without adapter.",
        fix: "attach(\(Failure.asWritten), lora(r=8))")
    }
    if settings.probeEvery > 0, adapter.layout.configuration.initialization.splitsBase {
      throw Failure(
        argument: "probe_every", "probes hold s·B·A against W",
        label: "this adapter begins as a part of W",
        body: "With init=\(adapter.layout.configuration.initialization.rawValue) s·B·A is no update.")
    }
    let checkpoints = try TrainingParameters.checkpoints(arguments, settings, data)
    if arguments.bool("resume"), checkpoints != nil {
      throw Failure(
        argument: "resume", "a run that goes on from another keeps no checkpoints",
        label: "make it one run of more steps",
        body: "`resume_from_checkpoint` goes on from a checkpoint, `resume` from where the model stands.")
    }
    let resume = arguments.bool("resume") ? try resumeState(adapter, settings, data, arguments) : nil
    if let resume { settings.seed = resume.seed }
    adapter.trainingRequest = nil
    return .object(
      try session.workshop.train(
        model, adapter, on: data, settings, resume: resume, checkpoints: checkpoints))
  }

  /// What the run goes on from.
  ///
  /// - Throws: `Failure` where nothing was trained yet, or the arguments are not those of the run to resume.
  private static func resumeState(
    _ adapter: Adapter, _ settings: TrainingSettings, _ data: any TrainingData, _ arguments: Arguments
  ) throws -> ResumeState {
    guard let state = adapter.trainingState as? ResumeState else {
      throw Failure(
        argument: "resume", "there is no run of this model to resume",
        label: "its adapter has not been trained since it was attached",
        body: "`resume=True` goes on from where the last `train` of this model left off.")
    }
    if let step = state.leftBest {
      throw Failure(
        argument: "resume", "the run to resume left the parameters of its best evaluation",
        label: "those after step \(step), to which its optimiser does not belong",
        body: "Without `load_best` a run leaves its last ones, from which another can go on.")
    }
    if arguments.isGiven("seed"), settings.seed != state.seed {
      throw Failure(
        argument: "seed", "the run to resume has seed \(state.seed)",
        label: "leave it out, or train afresh without `resume`")
    }
    if state.optimizer.settings != settings.optimizer {
      throw Failure(
        argument: arguments.isGiven("optimizer") ? "optimizer" : nil,
        "the run to resume used \(state.optimizer.settings.arguments)",
        body: "Its optimiser goes on with the run: give the same settings, or train afresh without `resume`.",
        fix: state.optimizer.settings.arguments)
    }
    if state.dataDescription != data.description || state.sequencesPerStep != settings.sequencesPerStep {
      throw Failure(
        argument: state.sequencesPerStep == settings.sequencesPerStep ? "data" : "batch",
        "the run to resume used \(state.dataDescription) in batches of \(state.sequencesPerStep)",
        label: "the batches go on where they stood")
    }
    return state
  }

  // MARK: compare

  private static let compare = Command(
    "compare", .comparing,
    [
      Parameter("model", .object([.model]), .required, "a model without adapter; it stays as it is"),
      Parameter("data", .object([.data]), .required, "language, text or teacher"),
      Parameter(
        "adapters", .either([.list(.object([.adapter])), .object([.adapter])]), .required,
        "lora(…), one or several"),
      Parameter(
        "lr", aliases: ["learning_rate"],
        .either([TrainingParameters.rateKind, .list(TrainingParameters.rateKind)]),
        .number(2e-3), "learning rate, or several"),
      TrainingParameters.seeds(5), TrainingParameters.steps(200),
    ] + TrainingParameters.common() + [
      TrainingParameters.optimizers, TrainingParameters.seconds,
      Parameter(
        "resume", .object([.comparison]), .absent("makes all runs"),
        "an interrupted comparison of the same runs, which goes on where it stood"),
      GridFile<StoredComparison>.parameter,
    ],
    result: "a comparison", "Trains adapters over several seeds, side by side on the cores.",
    details:
      "Every adapter sees the same batches of a seed. The arguments are not changed. Where an adapter is trained "
      + "with several rates, they judge one another: *trained* recovered over half of the gap to the best rate's loss, "
      + "*slow* did not and stands below that rate, *diverged* stands above it or is not finite. "
      + "`plot` draws the final losses over several rates or ranks.",
    example: "compare(mlp([16, 16]), teacher(mlp([16, 16])), [lora(r=4), lora(r=8)], seeds=2, steps=20)",
    keywords: ["sweep", "grid", "seeds", "diverged", "slow", "outcome", "crash", "NaN"]
  ) { arguments, session in
    let base = try arguments.object("model", as: ModelObject.self).model
    let data = try arguments.data(for: base, session)
    let configurations: [LoRAConfiguration]
    if case .list = arguments.value("adapters") {
      configurations = try arguments.objects("adapters", as: AdapterObject.self).map(\.configuration)
    } else {
      configurations = [try arguments.object("adapters", as: AdapterObject.self).configuration]
    }
    guard !configurations.isEmpty else {
      throw Failure(
        argument: "adapters", "there is nothing to compare", label: "the list is empty",
        fix: "[lora(r=8), lora(r=64)]")
    }
    var rates: [Double]
    if case .list = arguments.value("lr") {
      rates = arguments.numbers("lr")
    } else {
      rates = [arguments.number("lr")]
    }
    let seeds = try TrainingParameters.seeds(arguments)
    guard !rates.isEmpty else {
      throw Failure(argument: "lr", "there is nothing to compare", label: "the list is empty")
    }
    rates = rates.distinct()
    let optimizers = try TrainingParameters.optimizers(arguments)
    try TrainingParameters.checkRuns(
      configurations.count, rates.count, max(1, optimizers.count), seeds.count)
    let settings = try TrainingParameters.settings(arguments, rate: rates[0], optimizer: optimizers.first)
    var plan = try ComparisonPlan(
      base: base, data: data, configurations: configurations, mode: session.lab.mode, learningRates: rates,
      optimizers: optimizers, seeds: seeds, settings: settings, memory: session.environment.memory,
      stop: session.environment.stop)
    if arguments.isGiven("resume") {
      let earlier = try arguments.object("resume", as: ComparisonObject.self).comparison
      if let difference = plan.difference(from: earlier, statements: \.statements) {
        throw Failure(
          argument: "resume", "the comparison to go on with is of other runs", label: difference.text)
      }
      plan.goOn(from: earlier)
    }
    let file = try GridFile<StoredComparison>(arguments, session)
    if let file,
      let known = try file.known(
        ComparisonObject.self, difference: { plan.difference(from: $0.comparison, statements: \.statements) })
    {
      file.tell(plan.goOn(from: known.comparison), "runs")
    }
    let comparison = try session.workshop.run(
      plan, "compare", seconds: arguments.optionalNumber("seconds"), file: file)
    return .object(ComparisonObject(comparison))
  }
}
