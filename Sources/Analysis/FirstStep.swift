// The first step of an adapter at one rank, measured.
import Adapters
import Kernels
import Models
package import Signals
import Storage
import Training

/// The first step of a task from one seed: A and the batch are drawn, the gradient is made. What a step at any rate
/// does to the loss is then measured, without changing the task.
package struct FirstStep {
  private let task: FirstStepTask
  private let plan: Plan
  private let batch: Batch
  private let start: Buffer
  private let trial: Buffer
  private let loss: Double
  private let stop: StopSignal

  /// Throws `Interruption` where `stop` is asked first, as `values` does.
  package init(_ task: FirstStepTask, seed: UInt64, stop: StopSignal = .never) throws(Interruption) {
    self.task = task
    self.stop = stop
    plan = Plan(
      base: task.base, adapter: task.layout, rule: task.rule, trainable: .adapter, shape: task.shape)
    start = try task.layout.startingParameters(seed: seed, base: task.base, rule: task.rule, stop: stop)
    trial = start.copy()
    batch = try task.data.batches(seed: seed, shape: task.shape, stop: stop).batch(step: 0)
    try plan.prepare(parameters: start, stop: stop)
    _ = try plan.step(parameters: start, batch: batch, step: 0, dropoutSeed: nil, stop: stop)
    loss = try FirstStep.loss(plan, start, batch, stop)
  }

  /// The mean loss of the batch at some parameters.
  private static func loss(
    _ plan: Plan, _ parameters: Buffer, _ batch: Batch, _ stop: StopSignal
  ) throws(Interruption) -> Double {
    try plan.evaluate(parameters: parameters, batch: batch, rows: plan.shape.rows, stop: stop)
      / Double(batch.countedRows)
  }

  /// The parameters after the step, in `trial`.
  private func step(rate: Double) {
    trial.update(from: start)
    // A value that overflows shows in what is made of it.
    _ = Optimizer(task.optimizer, count: trial.count).update(
      trial, gradient: plan.gradient, rate: rate, step: 1, gradientScale: 1, pool: nil)
  }

  /// The loss of the batch after a step.
  private func loss(rate: Double) throws(Interruption) -> Double {
    step(rate: rate)
    try plan.prepare(parameters: trial, stop: stop)
    return try FirstStep.loss(plan, trial, batch, stop)
  }

  /// A change of the loss below this share of it is not resolved by outputs in single precision.
  private static let resolution = 5e-5

  /// The loss at the start less that after a step; NaN where single precision does not resolve it.
  private func realDecrease(rate: Double) throws(Interruption) -> Double {
    let change = loss - (try loss(rate: rate))
    return change.magnitude < FirstStep.resolution * loss ? .nan : change
  }

  /// Everything that `FirstStepValues` names, measured at this seed.
  ///
  /// - Parameter rate: where the real decrease is measured; nil takes a share of the edge.
  package func values(rate: Double?) throws(Interruption) -> FirstStepValues {
    try plan.prepare(parameters: start, stop: stop)
    let inputs = plan.adapterInputs(parameters: start, batch: batch)
    step(rate: 1)
    let sites = task.layout.sites
    let grams = sites.map { Gram(of: $0, start, initialization: task.layout.configuration.initialization) }
    var (projected, input, changed) = (0.0, 0.0, 0.0)
    var (gradientOfA, gradientOfB, update, decrease) = (0.0, 0.0, 0.0, 0.0)
    for (site, x) in zip(sites, inputs) {
      let output = AdapterOutput(site, x: x, rows: task.shape.rows, parameters: trial)
      let s = site.multiplier(task.rule)
      input += sumOfSquares(x.pointer, count: x.count)
      projected += sumOfSquares(output.projected.pointer, count: output.projected.count)
      changed += s * s * sumOfSquares(output.output.pointer, count: output.output.count)
      gradientOfA += sumOfSquares(plan.gradient.pointer + site.a.offset, count: site.a.count)
      gradientOfB += sumOfSquares(plan.gradient.pointer + site.b.offset, count: site.b.count)
      update += sumOfSquares(trial.pointer + site.b.offset, count: site.b.count)
      for i in site.b.range {
        decrease -= Double(plan.gradient.pointer[i]) * Double(trial.pointer[i])
      }
    }
    let outputs = task.shape.rows * sites.reduce(0) { $0 + $1.module.outputs }
    let entries = sites.reduce(0) { $0 + $1.b.count }
    let edge = try edge(decrease: decrease)
    let rate = rate ?? edge.tried * FirstStepValues.shareOfEdge
    return FirstStepValues(
      gramDiagonal: mean(grams.map(\.diagonal)), gramDiagonalRatio: mean(grams.map(\.diagonalRatio)),
      gramOffDiagonalRatio: mean(grams.map(\.offDiagonalRatio)),
      projection: (projected / input).squareRoot(), loss: loss, gradientOfB: gradientOfB.squareRoot(),
      gradientOfA: gradientOfA.squareRoot(), update: update.squareRoot(),
      updateOfAnEntry: (update / Double(entries)).squareRoot(),
      change: (changed / Double(outputs)).squareRoot(), decrease: decrease,
      edge: edge.found ?? .nan, largestRate: edge.tried,
      realDecreaseRatio: try realDecrease(rate: rate) / (rate * decrease))
  }

  // MARK: The edge

  /// The rate above which the step raises the loss, by halving or doubling and then by bisection of its logarithm to
  /// one part in a thousand.
  ///
  /// A quadratic loss L − decrease·η + c·η² that does not fall below 0 is back at L below 4·L/decrease.
  private func edge(decrease: Double) throws(Interruption) -> (found: Double?, tried: Double) {
    guard decrease > 0, loss > 0, loss.isFinite, decrease.isFinite else { return (nil, .nan) }
    var low = 4 * loss / decrease
    var high = low
    if try lowersLoss(high) {
      for _ in 0..<20 {
        high *= 2
        if try !lowersLoss(high) { break }
        low = high
      }
      if low == high { return (nil, high) }
    } else {
      repeat {
        high = low
        low /= 2
        // Where even this step raises the loss, its decrease is below what single precision resolves.
        if low * decrease < 1e-7 * loss { return (nil, low) }
      } while try !lowersLoss(low)
    }
    for _ in 0..<10 {
      let middle = (low * high).squareRoot()
      if try lowersLoss(middle) { low = middle } else { high = middle }
    }
    return (low, low)
  }

  /// Whether a step at the rate ends below the loss at the start; not where it is NaN.
  private func lowersLoss(_ rate: Double) throws(Interruption) -> Bool { try loss(rate: rate) < loss }
}
