// The command that explains: how an adapter's first step depends on the rank, predicted and measured.
import Adapters
import Analysis
import Display
import Fields
import Interpreter
import Kernels
import Laboratory
import Models
import Text
import Training

enum ExplainCommands {
  static let all: [Command] = [explain]

  private static let explain = Command(
    "explain", .scaling,
    [
      Parameter("adapter", .object([.adapter]), .required, "lora(…); the ranks of `r` replace its own"),
      Parameter("model", .object([.model]), .absent("predicts only"), "a model without adapter"),
      Parameter("data", .object([.data]), .absent("predicts only"), "language, text or teacher"),
      Parameter("r", .list(.whole(NumberRange(1))), .list([4, 16, 64, 128]), "ranks, two or more"),
      Parameter(
        "seeds", .either([.whole(NumberRange(1, 1e6)), .list(.whole(NumberRange(0, 0x1p53)))]), .number(3),
        "how many, from 0, or a list of them"),
      Parameter(
        "optimizer",
        .choice([
          Choice("adamw", "Adam with decoupled weight decay"), Choice("sgd", "gradient descent"),
        ]), .text("adamw"), "the optimiser"),
      Parameter(
        "lr", aliases: ["learning_rate"], .number(NumberRange(0, 1e6, excludesLower: true)),
        .absent("a hundredth of the lowest edge"), "learning rate of the step"),
      Parameter(
        "batch", .whole(NumberRange(1, 1e6)), .number(8), unit: "sequences", "sequences, or rows, of the step"
      ),
      TrainingParameters.seconds,
    ],
    result: "an explanation", "How the first step of an adapter depends on its rank, and why.",
    details:
      "Predicts the exponents of the rank in the gradient of B, the change of the output, the decrease of the loss "
      + "and the highest learning rate, and with a model and data measures them. A fixed alpha or a formula of r says "
      + "what happens to the multiplier. The loss decrease is that of first order; the derivation also says how far "
      + "the real one agrees. The arguments are not changed.",
    example: "explain(lora(alpha=8, scaling=rslora), linear(64, 64), teacher(linear(64, 64)), optimizer=sgd)",
    source: "Kalajdzievski 2023, arXiv 2312.03732, theorem 3.2"
  ) { arguments, session in
    let configuration = try arguments.object("adapter", as: AdapterObject.self).configuration
    let ranks = arguments.wholes("r")
    let theory = ScalingTheory(
      rule: configuration.rule(mode: session.lab.mode), alpha: configuration.alpha,
      initialization: configuration.initialization,
      optimizer: arguments.choice("optimizer") == "sgd" ? .sgd(momentum: 0, weightDecay: 0) : .adamw)
    try check(configuration, theory, ranks)
    let model = try arguments.optionalObject("model", as: ModelObject.self)?.model
    let object = try arguments.optionalObject("data", as: DataObject.self)
    guard let model, let data = object?.used(with: model, session) else {
      if model != nil || object != nil {
        throw Failure(
          argument: model == nil ? "data" : "model",
          "a measurement needs a model and data", label: "there is no \(model == nil ? "model" : "data")",
          body: "Without both, `explain` predicts from arithmetic alone.",
          fix: "explain(lora(), net, teacher(net))")
      }
      return .object(ExplanationObject(configuration, theory: theory, ranks: ranks))
    }
    let grid = try grid(arguments, configuration, theory, ranks, model, data, session)
    let reporter = ProgressReporter("explain", unit: "steps", session)
    let measurement = grid.run(session.trainingEnvironment, seconds: arguments.optionalNumber("seconds")) {
      done in
      reporter.report(done: done, total: grid.count, figures: [])
    }
    reporter.finish(done: grid.count, total: grid.count)
    if measurement.wasInterrupted { session.markInterrupted() }
    return .object(
      ExplanationObject(configuration, theory: theory, ranks: ranks, measurement: measurement))
  }

  /// - Throws: `Failure` where no exponent can be told.
  private static func check(_ configuration: LoRAConfiguration, _ theory: ScalingTheory, _ ranks: [Int])
    throws
  {
    guard Set(ranks).count > 1 else {
      throw Failure(
        argument: "r", "an exponent of the rank needs two ranks or more",
        label: ranks.isEmpty ? "the list is empty" : "there is one", fix: "r=[4, 16, 64, 128]")
    }
    if !configuration.isPlainLoRA {
      throw Failure(
        argument: "adapter", "`explain` is about A and B alone, with B zero at first",
        label: configuration.initialization.isZeroAtFirst
          ? "this adapter trains more" : "init=\(configuration.initialization.rawValue) is another beginning",
        body: "Describe it as lora(r, alpha, scaling, init=kaiming or gaussian).")
    }
    if !configuration.rankPattern.isEmpty || !configuration.alphaPattern.isEmpty {
      let name = configuration.rankPattern.isEmpty ? "alpha_pattern" : "rank_pattern"
      throw Failure(
        argument: "adapter", "`explain` gives every module the same rank and alpha",
        label: "its \(name) does not", body: "Describe the adapter without the pattern.")
    }
    if let rank = ranks.first(where: {
      !theory.multiplier(rank: $0).isFinite || theory.multiplier(rank: $0) == 0
    }) {
      throw Failure(
        argument: "adapter",
        "the multiplier is \(NumberFormat.text(theory.multiplier(rank: rank))) at r=\(rank)",
        label: "no exponent follows from that", body: "Alpha is \(configuration.alpha.formula).")
    }
  }

  private static func grid(
    _ arguments: Arguments, _ configuration: LoRAConfiguration, _ theory: ScalingTheory, _ ranks: [Int],
    _ model: Model, _ data: any TrainingData, _ session: Session
  ) throws -> FirstStepGrid {
    let seeds: [UInt64]
    if case .list = arguments.value("seeds") {
      seeds = arguments.wholes("seeds").map { UInt64($0) }
    } else {
      seeds = (0..<arguments.whole("seeds")).map { UInt64($0) }
    }
    guard !seeds.isEmpty else {
      throw Failure(argument: "seeds", "there is nothing to measure", label: "the list is empty")
    }
    try TrainingParameters.checkRuns(ranks.count, seeds.count)
    var largest = configuration
    largest.rank = ranks.max() ?? configuration.rank
    let adapted = try model.attached(
      largest, mode: session.lab.mode, memory: session.environment.memory,
      stop: session.environment.stop)
    let batch = arguments.whole("batch")
    try data.check(model.architecture)
    let bytes = bytes(
      of: adapted, shape: BatchShape(sequences: batch, positions: data.positions(model.architecture)),
      steps: session.threads)
    guard bytes <= session.environment.memory * 0.9 else {
      throw ModelError.tooLarge(
        what: "this measurement", bytesNeeded: bytes, bytesAvailable: session.environment.memory)
    }
    session.workshop.noteRanksAboveWidth(adapted)
    return try FirstStepGrid(
      base: model, data: data, configuration: configuration, mode: session.lab.mode, ranks: ranks,
      seeds: seeds, batch: batch, optimizer: theory.optimizer, rate: arguments.optionalNumber("lr"),
      memory: session.environment.memory,
      stop: session.environment.stop)
  }

  /// Of so many first steps side by side: the model, and what each step keeps for its rows.
  private static func bytes(of model: Model, shape: BatchShape, steps: Int) -> Double {
    let sites = model.adapter?.layout.sites ?? []
    let columns = sites.reduce(0.0) {
      $0 + Double($1.module.inputs) + Double($1.module.outputs) + 2 * Double($1.rank)
    }
    let rows = Double(shape.sequences) * Double(shape.positions)
    return model.architecture.parameterEstimate * 4 + rows * columns * 4 * Double(steps)
      + trainingBytes(
        model.architecture, shape: shape, trainable: model.adapter?.count ?? 0, runs: steps)
  }
}
