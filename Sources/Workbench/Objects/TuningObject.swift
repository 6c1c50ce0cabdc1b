// A tuning as a value.
import Adapters
import Analysis
import Display
import Training

package final class TuningObject: LabObject {
  package let tuning: Tuning
  /// Runs at other ranks with the rate that was found.
  package let transfers: [ComparisonArm]

  package init(_ tuning: Tuning, transfers: [ComparisonArm]) {
    self.tuning = tuning
    self.transfers = transfers
  }

  package var kind: ObjectKind { .tuning }
  package var summary: String {
    tuning.best.map { "lr \(NumberFormat.text($0.rate)) after \(tuning.attempts.count) attempts" }
      ?? "no good rate in \(tuning.attempts.count) attempts"
  }
  package var bytes: Int {
    (tuning.attempts.flatMap(\.runs) + transfers.flatMap(\.runs)).reduce(0) {
      $0 + 3 * $1.losses.count * MemoryLayout<Double>.stride
    }
  }

  package var fields: [(name: String, meaning: String)] {
    [
      ("lr", "the best good rate; None where none was good"),
      ("attempts", "attempts up to and with the first good one; None where none was good"),
      ("rates", "the rates in the order in which they were tried"),
      ("lost", "seeds lost at each"), ("final_loss", "mean final evaluation loss at each"),
      ("transfer_lost", "seeds lost at each rank of `transfer`"),
      ("transfer_loss", "mean final evaluation loss at each rank of `transfer`"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    func numbers(_ values: [Double]) -> Value { .list(values.map { .number($0) }) }
    return switch name {
    case "lr": tuning.best.map { .number($0.rate) } ?? Value.none
    case "attempts": tuning.attemptsToFirstGood.map { .number(Double($0)) } ?? Value.none
    case "rates": numbers(tuning.attempts.map(\.rate))
    case "lost": numbers(tuning.attempts.map { Double($0.lostCount) })
    case "final_loss": numbers(tuning.attempts.map(\.meanFinalLoss))
    case "transfer_lost": numbers(transfers.map { Double($0.divergedCount) })
    case "transfer_loss": numbers(transfers.map(\.meanFinalLoss))
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    let rank = "\(tuning.configuration.rank)"
    var rows = tuning.attempts.enumerated().map { i, attempt in
      [
        "\(i + 1)", rank, NumberFormat.text(attempt.rate), "\(attempt.lostCount) of \(attempt.runs.count)",
        tableNumber(attempt.meanFinalLoss),
        attempt.rate == tuning.best?.rate
          ? "good, the best"
          : attempt.isGood ? "good" : attempt.lostCount > 0 ? "diverged" : "not finished",
      ]
    }
    rows += transfers.map { arm in
      [
        "", "\(arm.configuration.rank)", NumberFormat.text(arm.learningRate),
        "\(arm.divergedCount) of \(arm.finished.count)", tableNumber(arm.meanFinalLoss),
        arm.divergedCount > 0
          ? "does not transfer" : arm.finished.count < tuning.seeds.count ? "not finished" : "transfers",
      ]
    }
    return [
      .table(
        Table(
          "tuning",
          columns: [
            Table.Column("attempt", .right), Table.Column("r", .right), Table.Column("lr", .decimal),
            Table.Column("lost", .right), Table.Column("final loss", .decimal), Table.Column("verdict"),
          ], rows: rows, caption: caption))
    ]
  }

  private var caption: String {
    let rule = ruleName(tuning.configuration, tuning.rule)
    let s = tuning.configuration.multiplier(tuning.rule, rank: tuning.configuration.rank)
    var parts = [
      "\(rule), multiplier \(NumberFormat.text(s)) at r=\(tuning.configuration.rank)",
      protocolCaption(tuning.settings, rates: nil), seedsCaption(tuning.seeds),
      "good: no seed diverges; final loss: mean over the finite runs", "model \(tuning.modelDescription)",
      "data \(tuning.dataDescription)",
    ]
    if tuning.best == nil && !tuning.wasInterrupted && !tuning.wasCut {
      parts.append("no good rate in \(tuning.attempts.count) attempts, the most that were allowed")
    }
    if tuning.wasInterrupted { parts.append("interrupted: attempts are missing") }
    if tuning.wasCut { parts.append("cut by seconds=: attempts are missing") }
    return parts.joined(separator: "; ")
  }
}
