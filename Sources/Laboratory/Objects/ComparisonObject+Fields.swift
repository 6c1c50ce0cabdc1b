// What stands behind the dot of a comparison.
import Adapters
import Analysis
import Interpreter
import Text
import Training

extension ComparisonObject {
  private var arms: [ComparisonArm] { comparison.arms }

  package static let fieldTable: [ObjectField<ComparisonObject>] = [
    ObjectField("arms", "what each line compares: the adapter, resolved") {
      .texts($0.arms.map { "\($0.description), lr=\(shortest($0.learningRate))" })
    },
    ObjectField("table", "a dictionary for each line, with all its numbers") {
      .list($0.arms.map { .dictionary(row($0)) })
    },
    ObjectField("r", "rank of each arm") { .counts($0.arms.map(\.configuration.rank)) },
    ObjectField("lr", "learning rate of each arm") { .numbers($0.arms.map(\.learningRate)) },
    ObjectField("optimizer", "name of each arm's optimiser") { .texts($0.arms.map(\.optimizer.name)) },
    ObjectField("seeds", "the seeds that every arm has") { .numbers($0.comparison.seeds.map { Double($0) }) },
    ObjectField("steps", "steps of each run") { .number(Double($0.comparison.settings.steps)) },
    ObjectField("model", "what was trained, in words") { .text($0.comparison.modelDescription) },
    ObjectField("data", "what it was trained on, in words") { .text($0.comparison.dataDescription) },
    ObjectField("finished", "runs of each arm that came to an end by themselves") {
      .counts($0.arms.map(\.finished.count))
    },
    ObjectField(
      "outcomes",
      "how each run of each arm ended, judged by all rates of its adapter: trained, slow, diverged, undecided"
    ) {
      .list($0.arms.map { .texts($0.outcomes.map(\.rawValue)) })
    },
    ObjectField("trained", "number of trained runs of each arm") {
      .counts($0.arms.map { $0.count(.trained) })
    },
    ObjectField("slow", "number of slow runs of each arm: the rate too low, or the steps too few") {
      .counts($0.arms.map { $0.count(.slow) })
    },
    ObjectField("diverged", "number of diverged runs of each arm: the rate too high") {
      .counts($0.arms.map(\.divergedCount))
    },
    ObjectField("diverged_interval", "95 % interval of each arm's share of diverged runs, by Wilson") {
      .list($0.arms.map { .numbers([$0.divergedShare.low, $0.divergedShare.high]) })
    },
    ObjectField("ratio", "each arm's final loss over the first's, seed by seed, with its 95 % interval") {
      object in
      .list(
        object.arms.map { arm in
          let ratio = arm.finalLossRatio(to: object.arms[0]).interval
          return .numbers([ratio.estimate, ratio.low, ratio.high])
        })
    },
    ObjectField("non_finite", "number of runs of each arm that met a value that is not finite") {
      .counts($0.arms.map(\.nonFiniteCount))
    },
    ObjectField("final_loss", "mean final evaluation loss of each arm's finite runs") {
      .numbers($0.arms.map(\.meanFinalLoss))
    },
    ObjectField("final_losses", "the final evaluation losses of each arm's finite runs") {
      .list($0.arms.map { .numbers($0.finalLosses) })
    },
    ObjectField("up_travel", "median up-travel of each arm's finite runs") {
      .numbers($0.arms.map(\.medianUpTravel))
    },
    ObjectField("bad_steps", "first bad steps of each arm's runs") {
      .list($0.arms.map { .counts($0.badSteps) })
    },
    ObjectField("runs", "the runs of each arm, in the order of the seeds") {
      .list($0.arms.map { arm in .list(arm.runs.map { .object(RunObject($0, adapter: nil)) }) })
    },
    ObjectField("settings", "one line of language that repeats the comparison exactly") {
      .text($0.repetition)
    },
  ]

  /// The line of the shown table, under the names of the fields; `sd` is the standard deviation of the final losses.
  private static func row(_ arm: ComparisonArm) -> [(key: String, value: Value)] {
    [
      ("adapter", .text(arm.name)), ("r", .number(Double(arm.configuration.rank))),
      ("s", .shared(arm.scalings.map(\.multiplier))), ("optimizer", .text(arm.optimizer.name)),
      ("lr", .number(arm.learningRate)), ("finished", .number(Double(arm.finished.count))),
      ("trained", .number(Double(arm.count(.trained)))), ("slow", .number(Double(arm.count(.slow)))),
      ("diverged", .number(Double(arm.divergedCount))), ("non_finite", .number(Double(arm.nonFiniteCount))),
      ("final_loss", .number(arm.meanFinalLoss)), ("sd", .number(arm.deviationOfFinalLoss)),
      ("up_travel", .number(arm.medianUpTravel)),
      ("bad_step", .number(ifAny: arm.badSteps.min().map(Double.init))),
    ]
  }
}
