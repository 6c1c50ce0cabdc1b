// What a file holds of a tuning: its attempts and transfers with all their runs.
import Adapters
import Analysis
import Interpreter
import Models
import Training

struct StoredTuning: StoredValue {
  static let formatName = "ranklab tuning 3"
  static let earlierFormats = ["ranklab tuning 2", "ranklab tuning 1"]
  static let kind = ObjectKind.tuning

  struct Attempt: Codable {
    var lr: Double
    var runs: [StoredRun]
    var isComplete: Bool
  }

  var format = StoredTuning.formatName
  var adapter: StoredAdapter
  var rule: StoredRule
  var settings: StoredSettings
  var setup: [String]
  var seeds: [UInt64]
  var model: String
  var data: String
  var attempts: [Attempt]
  var transfers: [StoredArm]
  var wasInterrupted: Bool
  var wasCut: Bool

  init(_ tuning: Tuning, transfers: [ComparisonArm]) {
    adapter = StoredAdapter(tuning.configuration)
    rule = StoredRule(tuning.rule)
    settings = StoredSettings(tuning.settings)
    setup = tuning.provenance.statements
    seeds = tuning.seeds
    model = tuning.modelDescription
    data = tuning.dataDescription
    attempts = tuning.attempts.map {
      Attempt(lr: $0.rate, runs: $0.runs.map(StoredRun.init), isComplete: $0.isComplete)
    }
    self.transfers = transfers.map(StoredArm.init)
    wasInterrupted = tuning.wasInterrupted
    wasCut = tuning.wasCut
  }

  func object() throws -> any LabObject {
    try StoredFlaw.check(!seeds.isEmpty, .outOfRange("seeds"))
    var tuning = Tuning(
      configuration: adapter.configuration, rule: try rule.rule(), settings: settings.settings,
      seeds: seeds, modelDescription: model, dataDescription: data, provenance: Provenance(written: setup),
      attempts: try attempts.map {
        TuningAttempt(rate: $0.lr, runs: try $0.runs.map { try $0.run() }, isComplete: $0.isComplete)
      })
    (tuning.wasInterrupted, tuning.wasCut) = (wasInterrupted, wasCut)
    return TuningObject(tuning, transfers: try transfers.map { try $0.arm() })
  }
}

extension TuningObject: SavableObject {
  package var forms: [SavedForm] {
    [.json { StoredTuning(self.tuning, transfers: self.transfers) }, .csv { self.table }]
  }

  /// A row for each run; those at other ranks have no attempt.
  private var table: CommaSeparatedText {
    var table = CommaSeparatedText(["attempt", "r", "lr", "seed", "outcome", "final_loss"])
    func add(_ run: Run, _ outcome: Outcome, attempt: String, rank: Int) {
      table.rows.append(
        [
          attempt, "\(rank)", CommaSeparatedText.number(run.settings.learningRate), "\(run.settings.seed)",
          outcome.rawValue, CommaSeparatedText.number(run.finalLoss),
        ])
    }
    for (index, (attempt, outcomes)) in zip(tuning.attempts, tuning.outcomes).enumerated() {
      for (run, outcome) in zip(attempt.runs, outcomes) {
        add(run, outcome, attempt: "\(index + 1)", rank: tuning.configuration.rank)
      }
    }
    for arm in transfers {
      for (run, outcome) in zip(arm.runs, arm.outcomes) {
        add(run, outcome, attempt: "", rank: arm.configuration.rank)
      }
    }
    return table
  }
}
