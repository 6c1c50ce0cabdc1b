// What a file holds of a run: all but the weights, which `save(run.adapter, …)` writes, and the times of its steps.
import Adapters
import Interpreter
import Kernels
import Models
import Storage
import Training

/// Equal runs are equal bytes: nothing that a clock said is in a file.
struct StoredRun: StoredValue {
  static let formatName = "ranklab run 3"
  static let earlierFormats = ["ranklab run 2", "ranklab run 1"]
  static let kind = ObjectKind.run

  struct Evaluation: Codable {
    var step: Int
    var loss: Double
  }

  struct Ending: Codable {
    var kind: String
    var place: String?
    var tensor: String?
    var step: Int?
  }

  struct Scale: Codable {
    var step: Int
    var scale: Double
  }

  struct Scaler: Codable {
    var skipped: [Int]
    var changes: [Scale]
  }

  struct Rounding: Codable {
    var module: String
    var tensor: String
    var isGradient: Bool
    var values: Int
    var overflows: Int
    var underflows: Int
  }

  struct Probe: Codable {
    var step: Int
    var modules: [Module]
  }

  struct Module: Codable {
    var module: String
    var updateRatio: Double
    var gradientA: Double
    var gradientB: Double
    var stableRank: Double?
    var singularValues: [Double]
    var topShare: Double?
    var chanceShare: Double
  }

  var format = StoredRun.formatName
  var settings: StoredSettings
  var setup: [String]
  var firstStep: Int
  var model: String
  var data: String
  var adapter: String
  var rule: StoredRule?
  var scalings: [StoredScaling]
  var loss: [Double]
  var gradNorm: [Double]
  /// In files of earlier formats alone.
  var stepSeconds: [Double]?
  var evaluations: [Evaluation]
  /// None in files of runs without it.
  var trace: [Evaluation]?
  var probes: [Probe]
  var tokensPerStep: Int
  var floor: Double?
  var lossBeforeResume: Double?
  var ending: Ending
  /// None in files of runs in fp32.
  var scaler: Scaler?
  var roundings: [Rounding]?

  init(_ run: Run) {
    settings = StoredSettings(run.settings)
    setup = run.provenance.statements
    firstStep = run.firstStep
    model = run.modelDescription
    data = run.dataDescription
    adapter = run.adapterDescription
    rule = run.rule.map(StoredRule.init)
    scalings = run.scalings.map(StoredScaling.init)
    loss = run.losses
    gradNorm = run.gradientNorms
    evaluations = run.evaluations.map { Evaluation(step: $0.step, loss: $0.loss) }
    trace = run.trace.map { Evaluation(step: $0.step, loss: $0.loss) }
    probes = run.probes.map { Probe(step: $0.step, modules: $0.modules.map(Module.init)) }
    tokensPerStep = run.tokensPerStep
    floor = run.floor
    lossBeforeResume = run.lossBeforeResume
    ending = Ending(run.ending)
    scaler = run.scaler.map { record in
      Scaler(skipped: record.skipped, changes: record.changes.map { Scale(step: $0.step, scale: $0.scale) })
    }
    roundings = run.roundings.isEmpty ? nil : run.roundings.map(Rounding.init)
  }

  func object() throws -> any LabObject { RunObject(try run(), adapter: nil) }

  /// - Throws: `StoredFlaw`.
  func run() throws -> Run {
    try StoredFlaw.check(firstStep >= 0, .outOfRange("first_step"))
    try StoredFlaw.check(tokensPerStep > 0, .outOfRange("tokens_per_step"))
    for (field, points) in [("evaluations", evaluations), ("trace", trace ?? [])] {
      let steps = points.map(\.step)
      try StoredFlaw.check(
        steps.allSatisfy { (0...loss.count).contains($0) }
          && zip(steps, steps.dropFirst()).allSatisfy { $0 <= $1 },
        .outOfRange(field))
    }
    try StoredFlaw.check(
      (scaler?.skipped ?? []).allSatisfy(loss.indices.contains)
        && (scaler?.changes ?? []).allSatisfy { (0...loss.count).contains($0.step) && $0.scale > 0 },
      .outOfRange("scaler"))
    try StoredFlaw.check(
      (roundings ?? []).allSatisfy { min($0.overflows, $0.underflows) >= 0 && $0.values >= 0 },
      .outOfRange("roundings"))
    var run = Run(
      settings: settings.settings, provenance: Provenance(written: setup), firstStep: firstStep,
      modelDescription: model,
      dataDescription: data, adapterDescription: adapter, rule: try rule?.rule(),
      scalings: scalings.map(\.scaling), tokensPerStep: tokensPerStep, floor: floor,
      parameters: .empty)
    run.losses = loss
    run.gradientNorms = gradNorm
    run.stepSeconds = stepSeconds ?? []
    run.evaluations = evaluations.map { ($0.step, $0.loss) }
    run.trace = trace?.map { ($0.step, $0.loss) } ?? []
    run.probes = probes.map { ProbeRecord(step: $0.step, modules: $0.modules.map(\.probe)) }
    run.lossBeforeResume = lossBeforeResume
    run.ending = try ending.ending()
    run.scaler = scaler.map { scaler in
      ScalerRecord(
        skipped: scaler.skipped, changes: scaler.changes.map { .init(step: $0.step, scale: $0.scale) })
    }
    run.roundings = try (roundings ?? []).map { try $0.total() }
    return run
  }
}

extension StoredRun.Ending {
  init(_ ending: RunEnding) {
    switch ending {
    case .completed: kind = "completed"
    case .stoppedEarly: kind = "stopped early"
    case .interrupted: kind = "interrupted"
    case .outOfTime: kind = "out of time"
    case .diverged(let divergence):
      kind = "diverged"
      step = divergence.step
      switch divergence.place {
      case .loss: place = "loss"
      case .gradient(let name): (place, tensor) = ("gradient", name)
      case .parameter(let name): (place, tensor) = ("parameter", name)
      }
    }
  }

  /// - Throws: `StoredFlaw`.
  func ending() throws -> RunEnding {
    switch (kind, place, tensor, step) {
    case ("completed", _, _, _): .completed
    case ("stopped early", _, _, _): .stoppedEarly
    case ("interrupted", _, _, _): .interrupted
    case ("out of time", _, _, _): .outOfTime
    case ("diverged", "loss", _, let step?): .diverged(Divergence(place: .loss, step: step))
    case ("diverged", "gradient", let tensor?, let step?):
      .diverged(Divergence(place: .gradient(tensor: tensor), step: step))
    case ("diverged", "parameter", let tensor?, let step?):
      .diverged(Divergence(place: .parameter(tensor: tensor), step: step))
    default: throw StoredFlaw.misfit("`ending` and its fields")
    }
  }
}

extension StoredRun.Rounding {
  init(_ total: RoundingTotal) {
    module = total.site.module
    tensor = total.site.kind.rawValue
    isGradient = total.site.isGradient
    (values, overflows, underflows) = (total.values, total.overflows, total.underflows)
  }

  /// - Throws: `StoredFlaw`.
  func total() throws -> RoundingTotal {
    guard let kind = TensorKind(rawValue: tensor) else { throw StoredFlaw.misfit("`roundings`") }
    return RoundingTotal(
      site: RoundingSite(module: module, kind: kind, isGradient: isGradient), values: values,
      overflows: overflows, underflows: underflows)
  }
}

extension StoredRun.Module {
  init(_ probe: ModuleProbe) {
    module = probe.module
    updateRatio = probe.updateRatio
    gradientA = probe.gradientA
    gradientB = probe.gradientB
    stableRank = probe.stableRank
    singularValues = probe.singularValues
    topShare = probe.topShare
    chanceShare = probe.chanceShare
  }

  var probe: ModuleProbe {
    ModuleProbe(
      module: module, updateRatio: updateRatio, gradientA: gradientA, gradientB: gradientB,
      stableRank: stableRank, singularValues: singularValues, topShare: topShare, chanceShare: chanceShare)
  }
}

extension RunObject: SavableObject {
  package var forms: [SavedForm] { [.json { StoredRun(self.run) }, .csv { self.table }] }

  /// A row for each number of steps made: the loss of the step that follows, and the evaluation then.
  private var table: CommaSeparatedText {
    var table = CommaSeparatedText(["step", "loss", "grad_norm", "eval_loss"])
    let evaluations = Dictionary(run.evaluations.map { ($0.step, $0.loss) }) { _, last in last }
    for step in Set(run.losses.indices).union(evaluations.keys).sorted() {
      let cells = [
        run.losses.indices.contains(step) ? run.losses[step] : nil,
        run.gradientNorms.indices.contains(step) ? run.gradientNorms[step] : nil, evaluations[step],
      ]
      table.rows.append(["\(step)"] + cells.map(CommaSeparatedText.number))
    }
    return table
  }
}
