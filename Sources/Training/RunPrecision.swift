// A run in a format of 16 bits while it is made: its loss scale, the steps it skips, and what its roundings counted.
import Kernels
package import Models
import Storage

/// How often values left a format's range at one place of the steps of a run.
package struct RoundingTotal: Equatable, Sendable {
  package var site: RoundingSite
  /// Values that were rounded there.
  package var values: Int
  /// Of these, finite ones that became infinite.
  package var overflows: Int
  /// Of these, others than 0 that became 0.
  package var underflows: Int

  package init(site: RoundingSite, values: Int, overflows: Int, underflows: Int) {
    self.site = site
    self.values = values
    self.overflows = overflows
    self.underflows = underflows
  }
}

/// What of a run depends on its precision. In fp32 it does nothing.
struct RunPrecision {
  /// What is to be done with the gradient of a step.
  enum Decision {
    case update, skip
    /// It overflows at the smallest scale, or in a format that has none.
    case giveUp
  }

  private(set) var scaler: GradientScaler?
  private(set) var record: ScalerRecord?
  private(set) var totals: [RoundingTotal]
  /// Steps that earlier runs skipped, and that this one did.
  private let skippedBefore: Int
  private(set) var skipped: Int

  /// - Parameters:
  ///   - scaler: where an earlier run, or an earlier part of this one, left it.
  ///   - earlier: the record of an earlier part of the same run.
  init(_ precision: Precision, plan: Plan, resuming scaler: GradientScaler?, earlier: Run?) {
    skipped = earlier?.scaler?.skipped.count ?? 0
    skippedBefore = (scaler?.skipped ?? 0) - skipped
    totals = plan.roundingSites.map { site in
      earlier?.roundings.first { $0.site == site }
        ?? RoundingTotal(site: site, values: 0, overflows: 0, underflows: 0)
    }
    guard precision.scalesLoss else { return }
    let scaler = scaler ?? GradientScaler()
    self.scaler = scaler
    record = earlier?.scaler ?? ScalerRecord(changes: [.init(step: 0, scale: Double(scaler.scale))])
  }

  /// What the next step's loss is multiplied with.
  var lossScale: Float { scaler?.scale ?? 1 }
  /// Steps of this run and those before that made no update.
  var allSkipped: Int { skippedBefore + skipped }
  /// What a run that goes on from this one needs.
  var state: GradientScaler? {
    scaler ?? (skippedBefore > 0 ? GradientScaler(skipped: skippedBefore) : nil)
  }

  /// Adds what the plan's last step counted.
  mutating func count(_ plan: Plan) {
    if totals.isEmpty { return }
    for (i, counts) in plan.roundingCounts.enumerated() {
      totals[i].values += Int(counts.values)
      totals[i].overflows += Int(counts.overflows)
      totals[i].underflows += Int(counts.underflows)
    }
  }

  /// Divides the gradient by the scale that its loss had.
  func unscale(_ gradient: Buffer, count: Int) {
    guard let scaler, scaler.scale != 1 else { return }
    scale(count, gradient.pointer, by: 1 / scaler.scale)
  }

  /// Moves the scale after step `t`, and says what becomes of its gradient.
  mutating func decide(isFinite: Bool, step t: Int) -> Decision {
    guard let before = scaler?.scale else { return isFinite ? .update : .giveUp }
    if !isFinite, before <= GradientScaler.smallestScale { return .giveUp }
    scaler?.update(overflowed: !isFinite)
    if let after = scaler?.scale, after != before {
      record?.changes.append(.init(step: t + 1, scale: Double(after)))
    }
    guard !isFinite else { return .update }
    skipped += 1
    record?.skipped.append(t)
    return .skip
  }
}
