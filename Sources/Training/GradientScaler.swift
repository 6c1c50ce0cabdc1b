// The scale of the loss in fp16, as torch.amp.GradScaler moves it.

/// What multiplies the loss so that gradients stay within the range of fp16, which ends at 6e-8: it doubles after 2000
/// steps in a row without an overflow, and halves at a step with one, which is skipped. The constants are those of
/// `torch.amp.GradScaler`, which transformers' Trainer takes.
package struct GradientScaler: Equatable, Sendable {
  /// A power of two: multiplying with it, and dividing, is exact within a format's range.
  package var scale: Float
  /// Steps without an overflow since the scale changed.
  package var growthTracker: Int
  /// Steps skipped so far, by all runs that went on from one another.
  package var skipped: Int

  package static let initialScale: Float = 65536
  package static let growthFactor: Float = 2
  package static let backoffFactor: Float = 0.5
  package static let growthInterval = 2000
  /// An overflow at this scale or below is not the scale's: the gradient itself leaves the range of fp16. Megatron's and
  /// DeepSpeed's scalers end there; PyTorch's goes on to 0.
  package static let smallestScale: Float = 1

  package init(scale: Float = initialScale, growthTracker: Int = 0, skipped: Int = 0) {
    self.scale = scale
    self.growthTracker = growthTracker
    self.skipped = skipped
  }

  /// Moves the scale after a step.
  ///
  /// - Parameter overflowed: whether a gradient was not finite; the step is then skipped.
  package mutating func update(overflowed: Bool) {
    guard !overflowed else {
      scale *= GradientScaler.backoffFactor
      growthTracker = 0
      skipped += 1
      return
    }
    growthTracker += 1
    guard growthTracker == GradientScaler.growthInterval else { return }
    let larger = scale * GradientScaler.growthFactor
    if larger.isFinite { scale = larger }
    growthTracker = 0
  }
}

/// What a scaler did in a run.
package struct ScalerRecord: Equatable, Sendable {
  /// A scale, and how many steps of the run had been made when it came into force.
  package struct Change: Equatable, Sendable {
    package var step: Int
    package var scale: Double

    package init(step: Int, scale: Double) {
      self.step = step
      self.scale = scale
    }
  }

  /// The steps that were skipped, from 0.
  package var skipped: [Int]
  /// The scale before the first step, then each that took its place.
  package var changes: [Change]

  package init(skipped: [Int] = [], changes: [Change]) {
    self.skipped = skipped
    self.changes = changes
  }

  /// How many steps were skipped before step `t`.
  package func skipped(before t: Int) -> Int { skipped.count { $0 < t } }

  /// The scale after the last step.
  package var lastScale: Double { changes.last?.scale ?? .nan }
}
