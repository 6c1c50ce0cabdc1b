// The commands that hold an article's advice against what is here: advise and checklist.
import Adapters
import Analysis
import Display
import Interpreter
import Laboratory
import Training

enum AdviceCommands {
  static let all: [Command] = [advise, checklist]

  // MARK: advise

  private static let advise = Command(
    "advise", .comparing,
    [
      StabilityCommands.model, StabilityCommands.data,
      Parameter(
        "lr", aliases: ["learning_rate"], TrainingParameters.rateKind,
        .absent("the best rate of LoRA r=16, alpha=32 here, which is tuned first"),
        "the learning rate of all runs"),
      TrainingParameters.seeds(5), TrainingParameters.steps(200),
    ] + TrainingParameters.common() + [TrainingParameters.seconds],
    result: "advice",
    "The article's decision matrix beside what holds on this model, data and optimiser.",
    details:
      "Trains at ranks 8, 32 and 64 with the article's alphas (2r for LoRA, r for rsLoRA) and with alpha fixed so "
      + "that both rules agree at rank 16 (32 and 8), and says of each line whether it holds here. Stability is "
      + "compared by Wilson's intervals: with few seeds little can be shown.",
    example: "advise(mlp([64, 64]), teacher(mlp([64, 64])), seeds=2, steps=10)"
  ) { arguments, session in
    let base = try arguments.object("model", as: ModelObject.self).model
    let data = try arguments.data(for: base, session)
    var settings = try TrainingParameters.settings(arguments, rate: arguments.optionalNumber("lr") ?? 1)
    let configurations = Advice.configurations(targets: .standard)
    let seeds = try TrainingParameters.seeds(arguments)
    try TrainingParameters.checkRuns(configurations.count, seeds.count)
    let seconds = arguments.optionalNumber("seconds")
    let began = session.environment.clock()
    var anchor: Tuning?
    if !arguments.isGiven("lr") {
      anchor = try AnchorTuning.tuned(
        base: base, data: data, targets: .standard, seeds: Array(seeds.prefix(1)), settings: settings,
        seconds: seconds.map { $0 / 3 }, title: "advise", session)
      guard let rate = anchor?.best?.rate else {
        if session.wasInterrupted { return .none }
        throw Failure(
          "no learning rate was found at which \(AnchorTuning.name) trains here",
          body:
            "The matrix is measured at the rate that is best there. Train for more `steps`, or give a rate.",
          fix: "lr=2e-3")
      }
      settings.learningRate = rate
    }
    let rate = settings.learningRate
    let plan = try ComparisonPlan(
      base: base, data: data, configurations: configurations, mode: session.lab.mode, learningRates: [rate],
      seeds: seeds,
      settings: settings, memory: session.environment.memory,
      stop: session.environment.stop)
    let comparison = try session.workshop.run(
      plan, "advise", seconds: seconds.map { max(0, $0 - (session.environment.clock() - began)) })
    return .object(AdviceObject(Advice(comparison: comparison), anchor: anchor))
  }

  // MARK: checklist

  private static let checklist = Command(
    "checklist", .comparing,
    [
      Parameter("adapter", .object([.adapter]), .required, "lora(…)"),
      Parameter(
        "lr", aliases: ["learning_rate"], TrainingParameters.rateKind, .absent("not judged"),
        "the learning rate of the setup"),
    ],
    result: "nothing",
    "The article's checklist held against an adapter, each item beside what is known of it.",
    details: "`lint` finds faults; `advise` measures the article's decision matrix.",
    example: "checklist(lora(r=64, alpha=64, scaling=rslora), lr=2e-4)"
  ) { arguments, session in
    let configuration = try arguments.object("adapter", as: AdapterObject.self).configuration
    let items = articleChecklist(
      configuration, rule: configuration.rule(mode: session.lab.mode),
      learningRate: arguments.optionalNumber("lr") ?? .nan)
    for item in items {
      let state = item.isMet.map { $0 ? "met" : "not met" } ?? "not judged here"
      session.emit(.page(hanging("\(item.item): \(state)", [item.remark])))
    }
    return .none
  }
}
