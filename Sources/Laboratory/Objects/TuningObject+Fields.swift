// What stands behind the dot of a tuning.
import Adapters
import Analysis
import Interpreter
import Training

extension TuningObject {
  package static let fieldTable: [ObjectField<TuningObject>] = [
    ObjectField("lr", "the best good rate; None where none was good") {
      .number(ifAny: $0.tuning.best?.rate)
    },
    ObjectField("attempts", "attempts up to and with the first good one; None where none was good") {
      .number(ifAny: $0.tuning.attemptsToFirstGood.map(Double.init))
    },
    ObjectField("table", "a dictionary for each line, with all its numbers") {
      .list($0.rows.map { .dictionary($0) })
    },
    ObjectField("rates", "the rates in the order in which they were tried") {
      .numbers($0.tuning.attempts.map(\.rate))
    },
    ObjectField("sides", "good, too low, too high or unknown, at each") {
      .texts($0.tuning.sides.map(\.text))
    },
    ObjectField("outcomes", "how each seed ended, at each") {
      .list($0.tuning.outcomes.map { .texts($0.map(\.rawValue)) })
    },
    ObjectField("diverged", "seeds that diverged at each") {
      .counts($0.tuning.outcomes.map { $0.count { $0 == .diverged } })
    },
    ObjectField("final_loss", "mean final evaluation loss at each") {
      .numbers($0.tuning.attempts.map(\.meanFinalLoss))
    },
    ObjectField("seeds", "the seeds of each attempt") { .numbers($0.tuning.seeds.map { Double($0) }) },
    ObjectField("transfer_diverged", "seeds that diverged at each rank of `transfer`") {
      .counts($0.transfers.map(\.divergedCount))
    },
    ObjectField("transfer_loss", "mean final evaluation loss at each rank of `transfer`") {
      .numbers($0.transfers.map(\.meanFinalLoss))
    },
  ]

  /// The lines of the shown table; those of `transfer` have no number of an attempt.
  private var rows: [[(key: String, value: Value)]] {
    let (outcomes, sides) = (tuning.outcomes, tuning.sides)
    return tuning.attempts.enumerated().map { index, attempt in
      [
        ("attempt", .number(Double(index + 1))), ("r", .number(Double(tuning.configuration.rank))),
        ("lr", .number(attempt.rate)), ("finished", .number(Double(attempt.runs.count))),
        ("diverged", .number(Double(outcomes[index].count { $0 == .diverged }))),
        ("final_loss", .number(attempt.meanFinalLoss)),
        ("verdict", .text(verdict(attempt, sides[index]))),
      ]
    }
      + transfers.map { arm in
        [
          ("attempt", .none), ("r", .number(Double(arm.configuration.rank))),
          ("lr", .number(arm.learningRate)),
          ("finished", .number(Double(arm.finished.count))), ("diverged", .number(Double(arm.divergedCount))),
          ("final_loss", .number(arm.meanFinalLoss)), ("verdict", .text(verdict(arm))),
        ]
      }
  }
}
