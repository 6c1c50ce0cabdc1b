// The first step of an adapter at one rank, measured.
import Adapters
import Kernels
import Models
import Storage
import Training

/// The first step of a task from one seed: A and the batch are drawn, the gradient is made.
package struct FirstStep {
  private let task: FirstStepTask
  private let plan: Plan
  private let batch: Batch
  private let start: Buffer
  private let trial: Buffer
  private let loss: Double

  package init(_ task: FirstStepTask, seed: UInt64) {
    self.task = task
    plan = Plan(
      base: task.base, adapter: task.layout, rule: task.rule, trainable: .adapter, shape: task.shape)
    start = task.layout.startingParameters(seed: seed, base: task.base, rule: task.rule)
    trial = start.copy()
    batch = task.data.batches(seed: seed, shape: task.shape).batch(step: 0)
    plan.prepare(parameters: start)
    _ = plan.step(parameters: start, batch: batch, step: 0, dropoutSeed: nil)
    loss = FirstStep.loss(plan, start, batch)
  }

  private static func loss(_ plan: Plan, _ parameters: Buffer, _ batch: Batch) -> Double {
    plan.evaluate(parameters: parameters, batch: batch, rows: plan.shape.rows) / Double(batch.countedRows)
  }

  /// The parameters after the step, in `trial`.
  private func step(rate: Double) {
    trial.update(from: start)
    // A value that overflows shows in what is made of it.
    _ = Optimizer(task.optimizer, count: trial.count).update(
      trial, gradient: plan.gradient, rate: rate, step: 1, gradientScale: 1, pool: nil)
  }

  /// The loss of the batch after a step.
  private func loss(rate: Double) -> Double {
    step(rate: rate)
    plan.prepare(parameters: trial)
    return FirstStep.loss(plan, trial, batch)
  }

  /// A change of the loss below this share of it is not resolved by outputs in single precision.
  private static let resolution = 5e-5

  /// NaN where single precision does not resolve it.
  private func realDecrease(rate: Double) -> Double {
    let change = loss - loss(rate: rate)
    return change.magnitude < FirstStep.resolution * loss ? .nan : change
  }

  /// - Parameter rate: where the real decrease is measured; nil takes a share of the edge.
  /// - Returns: nil where it was interrupted.
  package func values(rate: Double?, isInterrupted: () -> Bool) -> FirstStepValues? {
    plan.prepare(parameters: start)
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
      gradientOfA += sumOfSquares(plan.gradient.pointer + site.offsetA, count: site.countA)
      gradientOfB += sumOfSquares(plan.gradient.pointer + site.offsetB, count: site.countB)
      update += sumOfSquares(trial.pointer + site.offsetB, count: site.countB)
      for i in site.offsetB..<site.offsetB + site.countB {
        decrease -= Double(plan.gradient.pointer[i]) * Double(trial.pointer[i])
      }
    }
    let outputs = task.shape.rows * sites.reduce(0) { $0 + $1.module.outputs }
    let entries = sites.reduce(0) { $0 + $1.countB }
    guard let edge = edge(decrease: decrease, isInterrupted) else { return nil }
    let rate = rate ?? edge.tried * FirstStepValues.shareOfEdge
    return FirstStepValues(
      gramDiagonal: mean(grams.map(\.diagonal)), gramDiagonalRatio: mean(grams.map(\.diagonalRatio)),
      gramOffDiagonalRatio: mean(grams.map(\.offDiagonalRatio)),
      projection: (projected / input).squareRoot(), loss: loss, gradientOfB: gradientOfB.squareRoot(),
      gradientOfA: gradientOfA.squareRoot(), update: update.squareRoot(),
      updateOfAnEntry: (update / Double(entries)).squareRoot(),
      change: (changed / Double(outputs)).squareRoot(), decrease: decrease,
      edge: edge.found ?? .nan, largestRate: edge.tried,
      realDecreaseRatio: realDecrease(rate: rate) / (rate * decrease))
  }

  // MARK: The edge

  /// The rate above which the step raises the loss, by halving or doubling and then by bisection of its logarithm to
  /// one part in a thousand. Nil where it was interrupted.
  ///
  /// A quadratic loss L − decrease·η + c·η² that does not fall below 0 is back at L below 4·L/decrease.
  private func edge(decrease: Double, _ isInterrupted: () -> Bool) -> (found: Double?, tried: Double)? {
    guard decrease > 0, loss > 0, loss.isFinite, decrease.isFinite else { return (nil, .nan) }
    var low = 4 * loss / decrease
    var high = low
    if lowersLoss(high) {
      for _ in 0..<20 {
        if isInterrupted() { return nil }
        high *= 2
        if !lowersLoss(high) { break }
        low = high
      }
      if low == high { return (nil, high) }
    } else {
      repeat {
        if isInterrupted() { return nil }
        high = low
        low /= 2
        // Where even this step raises the loss, its decrease is below what single precision resolves.
        if low * decrease < 1e-7 * loss { return (nil, low) }
      } while !lowersLoss(low)
    }
    for _ in 0..<10 {
      if isInterrupted() { return nil }
      let middle = (low * high).squareRoot()
      if lowersLoss(middle) { low = middle } else { high = middle }
    }
    return (low, low)
  }

  private func lowersLoss(_ rate: Double) -> Bool { loss(rate: rate) < loss }
}
