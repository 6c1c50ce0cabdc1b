// An optimiser with its state over a vector of parameters.
import Kernels
package import Storage
import Synchronization

/// An optimiser over a vector of parameters: its settings, and what it remembers of the gradients before. That state is
/// made at the start of a run and goes on with it when the run is resumed.
///
/// Copies of the value share the state: `copy` makes one of its own.
package struct Optimizer: Sendable {
  package let settings: OptimizerSettings
  /// AdamW's means of g and g²; momentum's velocity in the first.
  let first: Buffer?
  let second: Buffer?
  /// Ranges of the parameters that weight decay leaves alone, in their order: biases and norms.
  let undecayed: [Range<Int>]

  /// Parameters that one task of the pool updates.
  private static let chunk = 1 << 14

  /// - Parameter undecayed: parameters that weight decay leaves alone, in their order.
  package init(_ settings: OptimizerSettings, count: Int, undecayed: [Range<Int>] = []) {
    self.settings = settings
    self.undecayed = undecayed
    switch settings {
    case .adamw:
      first = Buffer(count: count)
      second = Buffer(count: count)
    case .sgd(let momentum, _):
      first = momentum == 0 ? nil : Buffer(count: count)
      second = nil
    }
  }

  /// Bytes of its state.
  package var bytes: Int {
    [first, second].reduce(0) { $0 + ($1?.count ?? 0) } * MemoryLayout<Float>.stride
  }

  /// What it remembers, under PyTorch's names: each a vector as long as the parameters; empty for plain gradient descent.
  package var states: [(name: String, values: Buffer)] {
    zip(Optimizer.stateNames(settings), [first, second].compactMap { $0 }).map { ($0, $1) }
  }

  /// The names of these states.
  package static func stateNames(_ settings: OptimizerSettings) -> [String] {
    switch settings {
    case .adamw: ["exp_avg", "exp_avg_sq"]
    case .sgd(let momentum, _): momentum == 0 ? [] : ["momentum_buffer"]
    }
  }

  /// One that goes on from states that were kept.
  ///
  /// - Parameter undecayed: parameters that weight decay leaves alone, in their order.
  /// - Precondition: as many as `stateNames` has, in that order, each as long as the parameters.
  package init(_ settings: OptimizerSettings, states: [Buffer], undecayed: [Range<Int>] = []) {
    precondition(
      states.count == Optimizer.stateNames(settings).count, "\(states.count) states of an optimiser")
    self.settings = settings
    self.undecayed = undecayed
    first = states.first
    second = states.count > 1 ? states[1] : nil
  }

  /// The same optimiser with a state of its own, which further updates of this one leave as it is.
  package func copy() -> Optimizer {
    Optimizer(settings, states: [first, second].compactMap { $0?.copy() }, undecayed: undecayed)
  }

  /// Updates all parameters in place, by the formulas of `AdamWStep` and `SGDStep`.
  ///
  /// - Parameters:
  ///   - rate: the learning rate of this step.
  ///   - step: counts from 1 since the optimiser was made.
  ///   - gradientScale: multiplies the gradient first, as clipping does.
  ///   - pool: shares out the work of long vectors; the bits are the same without it.
  /// - Returns: whether all parameters are finite afterwards.
  package func update(
    _ parameters: Buffer, gradient: Buffer, rate: Double, step: Int, gradientScale: Float, pool: ThreadPool?
  ) -> Bool {
    let count = parameters.count
    let chunks = (count + Optimizer.chunk - 1) / Optimizer.chunk
    guard let pool, chunks > 4 else {
      return update(0, count, parameters, gradient, rate: rate, step: step, gradientScale: gradientScale)
    }
    let isFinite = Atomic<Bool>(true)
    pool.run(chunks) { i in
      let start = i * Optimizer.chunk
      let isPartFinite = update(
        start, min(Optimizer.chunk, count - start), parameters, gradient, rate: rate, step: step,
        gradientScale: gradientScale)
      if !isPartFinite { isFinite.store(false, ordering: .relaxed) }
    }
    return isFinite.load(ordering: .relaxed)
  }

  /// Updates `count` parameters from `start` on, each part of them with the weight decay that it has.
  private func update(
    _ start: Int, _ count: Int, _ parameters: Buffer, _ gradient: Buffer, rate: Double, step: Int,
    gradientScale: Float
  ) -> Bool {
    var isFinite = true
    func update(_ range: Range<Int>, _ settings: OptimizerSettings) {
      guard !range.isEmpty else { return }
      let isPartFinite = apply(
        settings, range, parameters, gradient, rate: rate, step: step, gradientScale: gradientScale)
      isFinite = isFinite && isPartFinite
    }
    var next = start
    let end = start + count
    if settings.weightDecay != 0, !undecayed.isEmpty {
      var plain = settings
      plain.weightDecay = 0
      for range in undecayed where range.overlaps(start..<end) {
        let part = range.clamped(to: start..<end)
        update(next..<part.lowerBound, settings)
        update(part, plain)
        next = part.upperBound
      }
    }
    update(next..<end, settings)
    return isFinite
  }

  /// Updates a range of the parameters by the settings' formula.
  private func apply(
    _ settings: OptimizerSettings, _ range: Range<Int>, _ parameters: Buffer, _ gradient: Buffer,
    rate: Double, step: Int, gradientScale: Float
  ) -> Bool {
    let (start, count) = (range.lowerBound, range.count)
    switch settings {
    case .adamw(let beta1, let beta2, let epsilon, let decay):
      guard let first, let second else { return true }
      return AdamWStep(
        learningRate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: decay, step: step
      ).apply(
        count, parameters: parameters.pointer + start, gradient: gradient.pointer + start,
        mean: first.pointer + start, square: second.pointer + start, gradientScale: gradientScale)
    case .sgd(let momentum, let decay):
      return SGDStep(learningRate: rate, momentum: momentum, weightDecay: decay).apply(
        count, parameters: parameters.pointer + start, gradient: gradient.pointer + start,
        velocity: first.map { $0.pointer + start }, gradientScale: gradientScale)
    }
  }
}
