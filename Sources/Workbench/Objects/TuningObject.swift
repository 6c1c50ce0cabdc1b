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
      ("sides", "good, too low, too high or unknown, at each"),
      ("outcomes", "how each seed ended, at each"), ("diverged", "seeds that diverged at each"),
      ("final_loss", "mean final evaluation loss at each"),
      ("transfer_diverged", "seeds that diverged at each rank of `transfer`"),
      ("transfer_loss", "mean final evaluation loss at each rank of `transfer`"),
    ]
  }

  package func field(_ name: String, in session: Session) throws -> Value? {
    func numbers(_ values: [Double]) -> Value { .list(values.map { .number($0) }) }
    return switch name {
    case "lr": tuning.best.map { .number($0.rate) } ?? Value.none
    case "attempts": tuning.attemptsToFirstGood.map { .number(Double($0)) } ?? Value.none
    case "rates": numbers(tuning.attempts.map(\.rate))
    case "sides": .list(tuning.sides.map { .text($0.text) })
    case "outcomes": .list(tuning.outcomes.map { .list($0.map { .text($0.rawValue) }) })
    case "diverged": numbers(tuning.outcomes.map { Double($0.count { $0 == .diverged }) })
    case "final_loss": numbers(tuning.attempts.map(\.meanFinalLoss))
    case "transfer_diverged": numbers(transfers.map { Double($0.divergedCount) })
    case "transfer_loss": numbers(transfers.map(\.meanFinalLoss))
    default: nil
    }
  }

  package func shown(in session: Session) -> [Event] {
    let rank = "\(tuning.configuration.rank)"
    let (outcomes, sides) = (tuning.outcomes, tuning.sides)
    var rows = tuning.attempts.indices.map { i in
      let attempt = tuning.attempts[i]
      return [
        "\(i + 1)", rank, NumberFormat.text(attempt.rate), tally(outcomes[i]),
        tableNumber(attempt.meanFinalLoss),
        attempt.rate == tuning.best?.rate
          ? "good, the best" : attempt.isComplete ? sides[i].text : "not finished",
      ]
    }
    rows += transfers.map { arm in
      let isDone = arm.finished.count == tuning.seeds.count
      return [
        "", "\(arm.configuration.rank)", NumberFormat.text(arm.learningRate), tally(arm.outcomes),
        tableNumber(arm.meanFinalLoss),
        arm.divergedCount > 0
          ? "too high there"
          : !isDone
            ? "not finished"
            : arm.count(.trained) == tuning.seeds.count
              ? "trains" : arm.count(.slow) > 0 ? "too low there" : "undecided there",
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
