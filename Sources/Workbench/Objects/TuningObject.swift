// A tuning as a value.
import Adapters
import Analysis
import Display
import Training

package final class TuningObject: TabledObject {
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

  package func shown(in session: Session) -> [Event] {
    let rank = "\(tuning.configuration.rank)"
    var rows = tuning.attempts.enumerated().map { i, attempt in
      [
        "\(i + 1)", rank, NumberFormat.text(attempt.rate), "\(attempt.lostCount) of \(attempt.runs.count)",
        tableNumber(attempt.meanFinalLoss), verdict(attempt),
      ]
    }
    rows += transfers.map { arm in
      [
        "", "\(arm.configuration.rank)", NumberFormat.text(arm.learningRate),
        "\(arm.divergedCount) of \(arm.finished.count)", tableNumber(arm.meanFinalLoss), verdict(arm),
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

  func verdict(_ attempt: TuningAttempt) -> String {
    attempt.rate == tuning.best?.rate
      ? "good, the best" : attempt.isGood ? "good" : attempt.lostCount > 0 ? "diverged" : "not finished"
  }

  /// Of the rate at another rank.
  func verdict(_ arm: ComparisonArm) -> String {
    arm.divergedCount > 0
      ? "does not transfer" : arm.finished.count < tuning.seeds.count ? "not finished" : "transfers"
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
