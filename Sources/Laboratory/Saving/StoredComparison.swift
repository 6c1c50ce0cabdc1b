// What a file holds of a comparison: its arms with all their runs.
import Adapters
import Analysis
package import Interpreter
import Models
import Training

struct StoredArm: Codable {
  var adapter: StoredAdapter
  var rule: StoredRule
  var lr: Double
  var optimizer: StoredOptimizer
  var scalings: [StoredScaling]
  var runs: [StoredRun]

  init(_ arm: ComparisonArm) {
    adapter = StoredAdapter(arm.configuration)
    rule = StoredRule(arm.rule)
    lr = arm.learningRate
    optimizer = StoredOptimizer(arm.optimizer)
    scalings = arm.scalings.map(StoredScaling.init)
    runs = arm.runs.map(StoredRun.init)
  }

  /// - Throws: `StoredFlaw`.
  func arm() throws -> ComparisonArm {
    ComparisonArm(
      configuration: adapter.configuration, rule: try rule.rule(), learningRate: lr,
      optimizer: optimizer.settings, scalings: scalings.map(\.scaling),
      runs: try runs.map { try $0.run() })
  }
}

package struct StoredComparison: StoredValue {
  package static let formatName = "ranklab comparison 3"
  package static let earlierFormats = ["ranklab comparison 2", "ranklab comparison 1"]
  package static let kind = ObjectKind.comparison

  var format = StoredComparison.formatName
  var settings: StoredSettings
  var setup: [String]
  var seeds: [UInt64]
  var model: String
  var data: String
  var arms: [StoredArm]
  var wasInterrupted: Bool
  var wasCut: Bool

  init(_ comparison: Comparison) {
    settings = StoredSettings(comparison.settings)
    setup = comparison.provenance.statements
    seeds = comparison.seeds
    model = comparison.modelDescription
    data = comparison.dataDescription
    arms = comparison.arms.map(StoredArm.init)
    wasInterrupted = comparison.wasInterrupted
    wasCut = comparison.wasCut
  }

  package func object() throws -> any LabObject {
    try StoredFlaw.check(!arms.isEmpty && !seeds.isEmpty, .outOfRange(arms.isEmpty ? "arms" : "seeds"))
    let arms = try arms.map { try $0.arm() }
    try StoredFlaw.check(
      arms.allSatisfy { $0.runs.allSatisfy { seeds.contains($0.settings.seed) } },
      .misfit("`seeds` and `arms`"))
    return ComparisonObject(
      Comparison(
        arms: arms, seeds: seeds, settings: settings.settings, modelDescription: model,
        dataDescription: data, provenance: Provenance(written: setup), wasInterrupted: wasInterrupted,
        wasCut: wasCut))
  }
}

extension ComparisonObject: SavableObject {
  package var forms: [SavedForm] { [.json { StoredComparison(self.comparison) }, .csv { self.table }] }

  /// A row for each run.
  private var table: CommaSeparatedText {
    var table = CommaSeparatedText(
      [
        "adapter", "rule", "r", "alpha", "multiplier", "optimizer", "lr", "seed", "steps", "outcome",
        "alone", "verdict", "initial_loss", "final_loss", "up_travel", "first_bad_step",
      ])
    for arm in comparison.arms {
      let configuration = arm.configuration
      let rank = Double(configuration.rank)
      let numbers = [
        rank, configuration.alpha.value(rank: rank), arm.scalings.first?.multiplier,
      ].map(CommaSeparatedText.number)
      for (run, outcome) in zip(arm.runs, arm.outcomes) {
        table.rows.append(
          [arm.name, arm.rule.name] + numbers
            + [arm.optimizer.name, CommaSeparatedText.number(arm.learningRate), "\(run.settings.seed)"]
            + ["\(run.losses.count)", outcome.rawValue, run.verdict.outcome.rawValue, run.verdict.text]
            + [run.initialLoss, run.finalLoss, run.upTravel, run.firstBadStep.map(Double.init)]
            .map(CommaSeparatedText.number))
      }
    }
    return table
  }
}
