// A tuning as a value.
import Adapters
package import Analysis
import Display
package import Interpreter
import Text
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
    let (outcomes, sides) = (tuning.outcomes, tuning.sides)
    var rows = tuning.attempts.indices.map { i in
      let attempt = tuning.attempts[i]
      return [
        "\(i + 1)", rank, NumberFormat.text(attempt.rate), tally(outcomes[i]),
        tableNumber(attempt.meanFinalLoss), verdict(attempt, sides[i]),
      ]
    }
    rows += transfers.map { arm in
      [
        "", "\(arm.configuration.rank)", NumberFormat.text(arm.learningRate), tally(arm.outcomes),
        tableNumber(arm.meanFinalLoss), verdict(arm),
      ]
    }
    return [
      .table(
        Table(
          "tuning",
          columns: [
            Table.Column("attempt", .right), Table.Column("r", .right), Table.Column("lr", .decimal),
            Table.Column("outcome"), Table.Column("final loss", .decimal), Table.Column("rate is"),
          ], rows: rows, caption: caption))
    ]
  }

  func verdict(_ attempt: TuningAttempt, _ side: TuningSide) -> String {
    attempt.rate == tuning.best?.rate ? "good, the best" : attempt.isComplete ? side.text : "not finished"
  }

  /// Of the rate at another rank.
  func verdict(_ arm: ComparisonArm) -> String {
    if arm.divergedCount > 0 { return "too high there" }
    if arm.finished.count < tuning.seeds.count { return "not finished" }
    if arm.count(.trained) == tuning.seeds.count { return "trains" }
    return arm.count(.slow) > 0 ? "too low there" : "undecided there"
  }

  /// `2 trained, 1 diverged`; with one seed the outcome alone.
  private func tally(_ outcomes: [Outcome]) -> String {
    if tuning.seeds.count == 1, let only = outcomes.first { return only.rawValue }
    let counts = Outcome.allCases.map { outcome in (outcome, outcomes.count { $0 == outcome }) }.filter {
      $0.1 > 0
    }
    return counts.isEmpty ? "—" : counts.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
  }

  private var caption: String {
    let rule = ruleName(tuning.configuration, tuning.rule)
    let s = tuning.configuration.multiplier(tuning.rule, rank: tuning.configuration.rank)
    var parts = [
      "\(rule), multiplier \(NumberFormat.text(s)) at r=\(tuning.configuration.rank)",
      protocolCaption(tuning.settings, rates: nil), seedsCaption(tuning.seeds),
      "good: every seed is trained; \(tuning.attempts.count > 1 ? columnRule : aloneRule); final loss: mean over the "
        + "finite runs", ratesOfTheBench, "model \(tuning.modelDescription)",
      "data \(tuning.dataDescription)",
    ]
    if tuning.best == nil && !tuning.wasInterrupted && !tuning.wasCut {
      parts.append(noneGood)
    }
    if tuning.wasInterrupted { parts.append("interrupted: attempts are missing") }
    if tuning.wasCut { parts.append("cut by seconds=: attempts are missing") }
    return parts.joined(separator: "; ")
  }

  /// Why there is no good rate, and on which side the attempts stood.
  private var noneGood: String {
    let sides = zip(tuning.attempts, tuning.sides)
    let low = sides.filter { $1 == .tooLow }.map(\.0.rate).max()
    let high = sides.filter { $1 == .tooHigh }.map(\.0.rate).min()
    let count = "no good rate in \(tuning.attempts.count) attempts"
    switch (low, high) {
    case (let low?, let high?):
      return
        "\(count): \(NumberFormat.text(low)) is too low or its steps too few, \(NumberFormat.text(high)) too high; "
        + "a smaller `factor` looks between them, more `steps` may learn more"
    case (let low?, nil):
      return
        "\(count): all up to \(NumberFormat.text(low)) are too low, or the steps too few; begin higher, or allow more `attempts`"
    case (nil, let high?):
      return
        "\(count): all down to \(NumberFormat.text(high)) are too high; begin lower, or allow more `attempts`"
    case (nil, nil): return "\(count): their runs do not tell whether the rates are too high or too low"
    }
  }
}

extension TuningSide {
  /// As tables say it.
  var text: String {
    switch self {
    case .good: "good"
    case .tooLow: "too low"
    case .tooHigh: "too high"
    case .unknown: "unknown"
    }
  }
}
