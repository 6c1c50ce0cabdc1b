// The command that finds faults in configurations.
import Adapters
import Analysis
import Fields
import Interpreter
import Laboratory
import Models
import Training

enum LintCommands {
  static let all: [Command] = [lint]

  private static let lint = Command(
    "lint", .scaling,
    [
      Parameter(
        "x", .either([.object([.model, .adapter]), .path]), .required,
        "an adapter, an adapted model, an adapter_config.json or its folder, a .py file, or Python text"),
      Parameter(
        "lr", aliases: ["learning_rate"], .number(.any), .absent("as a script says"), "learning rate"),
      Parameter(
        "optimizer", .choice([Choice("adamw", "Adam's kind"), Choice("sgd", "gradient descent")]),
        .absent("as a script says; Adam for its rate"), "the optimiser"),
      Parameter(
        "model", .object([.model]), .absent("its modules are not known"),
        "the model that the configuration is for: targets, patterns and ranks are held against it"),
      Parameter(
        "data", .object([.data]), .absent("nothing is trained"),
        "measures each finding that training can show: as it stands and as advised, on the model, against LoRA(r=16, alpha=32) "
          + "tuned there"),
      TrainingParameters.seeds(5), TrainingParameters.steps(200),
    ],
    result: "a report", "Finds faults in a LoRA configuration and says what to do.",
    details:
      "First stands which modules get which r, alpha and multiplier, patterns included. `lint(x).findings` is a "
      + "list of dictionaries; `.errors`, `.warnings` and `.notes` count them. Of Python, literals are read, and names "
      + "followed to constants, dictionaries and defaults; `.unread` lists what was not read. A rate is advised as a ratio "
      + "to that of lora(r=16, alpha=32). With `data`, that adapter is tuned first, then each "
      + "finding whose advice can be trained is, at the ratio of its rate to 2e-4 times the tuned one: both sides see the "
      + "same batches of a seed, and the losses, compared in pairs, say: holds here, does not hold here, or not shown.",
    example: "lint(lora(r=64, alpha=64, scaling=rslora), lr=2e-4)",
    source: "Each finding names its own"
  ) { arguments, session in
    let choice = arguments.optionalText("optimizer")
    guard
      let training = LintTraining(learningRate: arguments.optionalNumber("lr"), optimizer: choice)
    else { preconditionFailure("the table has an optimiser that lint does not know") }
    let model = try arguments.optionalObject("model", as: ModelObject.self)?.model
    let prepare: (inout LintSubject) -> Void = { subject in
      if let model { subject.add(modulesOf: model) }
    }
    let report = try report(arguments, session, training, prepare)
    guard let measurement = try measurement(arguments) else { return .object(ReportObject(report)) }
    return .object(ReportObject(try measurement.measured(report, in: session)))
  }

  /// Nil where no data is given to measure on.
  private static func measurement(_ arguments: Arguments) throws -> LintMeasurement? {
    guard let data = try arguments.optionalObject("data", as: DataObject.self)?.data else {
      for name in ["seeds", "steps"] where arguments.isGiven(name) {
        throw Failure(argument: name, "`\(name)` is for measuring", label: "give `data` to measure on")
      }
      return nil
    }
    var model = try arguments.optionalObject("model", as: ModelObject.self)?.model
    if model == nil, case .object(let object as ModelObject) = arguments.value("x") { model = object.model }
    guard let model else {
      throw Failure(
        argument: "data", "there is no model to measure on", label: "give `model` beside `data`",
        fix: "model=base")
    }
    return LintMeasurement(
      base: model.adapter == nil ? model : try model.detached(), data: data,
      seeds: try TrainingParameters.seeds(arguments),
      // The rate is the anchor's, once that is tuned.
      settings: TrainingSettings(steps: arguments.whole("steps"), learningRate: AdamRate.anchor))
  }

  private static func report(
    _ arguments: Arguments, _ session: Session, _ training: LintTraining,
    _ prepare: (inout LintSubject) -> Void
  ) throws -> LintReport {
    switch arguments.value("x") {
    case .text(let text) where isPython(text):
      return LintFile.report(python: text, title: "text", training: training, prepare: prepare)
    case .text(let path):
      return try LintFile.report(
        path, in: session.environment.workingFolder, training: training, prepare: prepare)
    case .object(let object as AdapterObject):
      if let base = try arguments.optionalObject("model", as: ModelObject.self)?.model.base {
        try requireModules(object.configuration, base)
      }
      var subject = LintSubject(object.configuration, mode: session.lab.mode)
      if let layout = object.trained?.layout {
        subject.modules = layout.sites.map(\.module)
        subject.standardTargets = layout.sites.map(\.module.path)
      }
      return finish(subject, object.summary, training, prepare)
    default:
      let model = try arguments.object("x", as: ModelObject.self).model
      guard let adapter = model.adapter else { throw AdapterError.notAdapted }
      var subject = LintSubject(adapter.layout.configuration, mode: session.lab.mode)
      subject.add(modulesOf: model)
      return finish(subject, adapter.layout.configuration.description, training, prepare)
    }
  }

  /// - Throws: `AdapterError` where `modules_to_save` names no module of the model, or no target is left.
  private static func requireModules(_ configuration: LoRAConfiguration, _ base: BaseWeights) throws {
    do {
      _ = try AdapterLayout(
        configuration, modules: base.linearModules,
        standardTargets: base.architecture.standardTargets, weights: base.architecture.namedWeights)
    } catch let error as AdapterError {
      // All else is a finding.
      switch error {
      case .savedModuleUnknown, .noTargetsLeft: throw error
      default: break
      }
    }
  }

  private static func finish(
    _ subject: LintSubject, _ title: String, _ training: LintTraining, _ prepare: (inout LintSubject) -> Void
  ) -> LintReport {
    var subject = subject
    training.apply(to: &subject)
    prepare(&subject)
    return LintReport(title: title, parts: [LintPart(subject)])
  }

  /// A call is no path, unless it ends as a file does.
  private static func isPython(_ text: String) -> Bool {
    text.contains("(") && !text.hasSuffix(".json") && !text.hasSuffix(".py")
  }
}
