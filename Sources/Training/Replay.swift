// Steps of a run computed again, to the same bits, with everything that they make looked at.
import Adapters
import Kernels
package import Models
import Signals
import Storage

/// Why a run cannot be computed again.
package enum ReplayError: Error, Equatable {
  /// The losses or the gradients of the two are not the same to the bit from this step on.
  case differs(step: Int)
}

/// A tensor of the trained parameters at a step.
package struct TensorRange: Equatable, Sendable {
  /// `layers.2.lora_B`.
  package var tensor: String
  /// Of its gradient, before clipping.
  package var gradient: ValueRange
  /// Of its values before and after the update; `after` is nil where none was made.
  package var before: ValueRange
  package var after: ValueRange?
}

/// A step of a run, computed again and looked at.
package struct StepReplay: Equatable, Sendable {
  /// From 0, as indices of `run.losses`.
  package var step: Int
  package var loss: Double
  /// NaN where the loss is not finite.
  package var gradientNorm: Double
  package var rate: Double
  /// What clipping multiplied the gradient with; 1 without.
  package var clipFactor: Double
  /// ‖update‖ ÷ ‖parameters‖; NaN where none was made.
  package var updateRatio: Double
  /// The loss of each row of the batch.
  package var rowLosses: [Double]
  /// Rows of a sequence: 1 for a regression.
  package var positions: Int
  /// Forward in the order of the operations, then backward.
  package var places: [PlaceRange]
  package var tensors: [TensorRange]

  /// Where a value is first met that is not finite, in the order in which a step computes.
  package enum FirstBad: Equatable, Sendable {
    case place(PlaceRange)
    case gradient(tensor: String, ValueRange)
    /// All values are finite, and their sum is not.
    case norm
    case update(tensor: String, ValueRange)
  }

  /// Nil where all are finite.
  package var firstBad: FirstBad? {
    if let place = places.first(where: { $0.range.bad > 0 }) { return .place(place) }
    if let tensor = tensors.first(where: { $0.gradient.bad > 0 }) {
      return .gradient(tensor: tensor.tensor, tensor.gradient)
    }
    if !loss.isFinite || !gradientNorm.isFinite { return .norm }
    for tensor in tensors {
      if let after = tensor.after, after.bad > 0 { return .update(tensor: tensor.tensor, after) }
    }
    return nil
  }

  /// The sequences (or rows) of the batch by their losses, the largest first: the number and its share of the batch's
  /// loss. Shares are NaN where the loss is not finite.
  package var largestRows: [(row: Int, share: Double)] {
    let sums = stride(from: 0, to: rowLosses.count, by: positions).map { first in
      rowLosses[first..<min(first + positions, rowLosses.count)].reduce(0, +)
    }
    let total = sums.reduce(0, +)
    return sums.enumerated().map { ($0, $1 / total) }.sorted {
      // What is not finite comes first.
      ($0.1.isNaN ? .infinity : $0.1, $1.0) > ($1.1.isNaN ? .infinity : $1.1, $0.0)
    }
  }
}

/// A step of the way to one that was looked at.
package struct StepFigures: Equatable, Sendable {
  package var step: Int
  package var loss: Double
  package var gradientNorm: Double
  package var rate: Double
  /// ‖update‖ ÷ ‖parameters‖.
  package var updateRatio: Double
}

extension Run {
  /// The step among the last fifty before the end whose batch's loss stands out, and its ratio to the median of the (up to)
  /// twenty losses before it: the first after which no loss falls below twice that median again, where the way to the end
  /// begins; without such a step that of the greatest ratio. Nil where none is twice that median.
  package var outlier: (step: Int, ratio: Double)? {
    let finite = Array(losses.prefix { $0.isFinite && $0 > 0 })
    var found: (step: Int, ratio: Double)?
    for step in max(3, finite.count - 50)..<max(3, finite.count) {
      let usual = median(Array(finite[max(0, step - 20)..<step]))
      let ratio = finite[step] / usual
      guard ratio >= 2 else { continue }
      if finite[step...].allSatisfy({ $0 >= 2 * usual }) { return (step, ratio) }
      if ratio > found?.ratio ?? 0 { found = (step, ratio) }
    }
    return found
  }
}

extension TrainingTask {
  /// Computes steps of a run of this task again: from its beginning, on to each of them, with the same bits, which is
  /// asserted of every loss and gradient norm on the way.
  ///
  /// - Parameters:
  ///   - steps: from 0, each below the number of steps that the run made.
  ///   - history: how many steps before each are given with the size of their updates.
  ///   - report: steps that are made so far, of all.
  /// - Throws: `ReplayError.differs`, `Interruption`.
  package func replay(
    _ steps: [Int], of run: Run, history: Int, _ environment: TrainingEnvironment,
    report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> (replays: [StepReplay], history: [StepFigures]) {
    let wanted = Set(steps).sorted()
    var state: Checkpoint?
    var replays: [StepReplay] = []
    var figures: [StepFigures] = []
    for step in wanted {
      precondition(step >= 0 && step < run.losses.count, "step \(step) of a run of \(run.losses.count)")
      if step > state?.step ?? 0 {
        state = try advance(from: state, to: step, of: run, watching: history, &figures, environment) {
          report($0, (wanted.last ?? 0) + 1)
        }
      }
      replays.append(try look(at: step, state, of: run, environment.stop))
    }
    return (replays, figures)
  }

  /// The state before a step, from an earlier one.
  private func advance(
    from earlier: Checkpoint?, to step: Int, of run: Run, watching history: Int,
    _ figures: inout [StepFigures],
    _ environment: TrainingEnvironment, report: (Int) -> Void
  ) throws -> Checkpoint {
    var trial = self
    trial.settings.stop = step
    trial.settings.seconds = nil
    (trial.settings.evalEvery, trial.settings.probeEvery) = (0, 0)
    (trial.settings.loadBest, trial.settings.patience) = (false, nil)
    var reached: Checkpoint?
    var before = (earlier?.run.parameters ?? start).copy()
    var made: [StepFigures] = []
    let plan = CheckpointPlan(.every(1)) { checkpoint in
      let parameters = checkpoint.run.parameters
      let t = checkpoint.step - 1
      if t >= step - history {
        made.append(
          StepFigures(
            step: t, loss: checkpoint.run.losses[t], gradientNorm: checkpoint.run.gradientNorms[t],
            rate: checkpoint.run.rate(step: t), updateRatio: changeRatio(from: before, to: parameters)))
      }
      if t + 1 >= step - history { before = parameters.copy() }
      guard checkpoint.step == step else { return }
      var kept = checkpoint
      kept.run.parameters = parameters.copy()
      kept.optimizer = checkpoint.optimizer.copy()
      reached = kept
    }
    let result = trial.run(environment, from: earlier, checkpoints: plan) { report($0.step) }
    for (t, loss) in result.run.losses.enumerated() where !isSame(loss, run.losses[t]) {
      throw ReplayError.differs(step: t)
    }
    for (t, norm) in result.run.gradientNorms.enumerated() where !isSame(norm, run.gradientNorms[t]) {
      throw ReplayError.differs(step: t)
    }
    guard result.run.ending != .interrupted else { throw Interruption() }
    guard let reached else { throw ReplayError.differs(step: result.run.losses.count) }
    let known = Set(figures.map(\.step))
    figures += made.filter { !known.contains($0.step) }
    return reached
  }

  private func isSame(_ a: Double, _ b: Double) -> Bool {
    a.bitPattern == b.bitPattern || a.isNaN && b.isNaN
  }

  /// The step itself, looked at on one thread.
  private func look(
    at t: Int, _ state: Checkpoint?, of run: Run, _ stop: StopSignal
  ) throws -> StepReplay {
    let stop = stop.urgent
    let parameters = (state?.run.parameters ?? start).copy()
    let optimizer = optimizer(from: state)
    let number = (resume?.step ?? 0) + t
    let plan = plan()
    let precision = precision(plan, from: state)
    try plan.prepare(parameters: parameters, stop: stop)
    let batch = try data.batches(seed: settings.seed, shape: shape, stop: stop).batch(step: number)
    let places = try plan.inspect(
      parameters: parameters, batch: batch, step: number, dropoutSeed: settings.seed,
      lossScale: precision.lossScale, architecture: base.architecture, stop: stop)
    let loss = try plan.step(
      parameters: parameters, batch: batch, step: number, dropoutSeed: settings.seed,
      lossScale: precision.lossScale, stop: stop)
    precision.unscale(plan.gradient, count: plan.parameterCount)
    let gradient = plan.gradient
    let norm =
      loss.isFinite
      ? sumOfSquares(gradient.pointer, count: plan.parameterCount).squareRoot() : .nan
    guard isSame(loss, run.losses[t]), isSame(norm, run.gradientNorms[t]) else {
      throw ReplayError.differs(step: t)
    }
    var replay = StepReplay(
      step: t, loss: loss, gradientNorm: norm, rate: run.rate(step: t), clipFactor: 1, updateRatio: .nan,
      rowLosses: plan.rowLosses.map(Double.init), positions: shape.positions,
      places: places,
      tensors: tensors.map { tensor in
        TensorRange(
          tensor: tensor.name,
          gradient: ValueRange(
            gradient.elements(tensor.range.lowerBound, count: tensor.range.count), count: tensor.range.count),
          before: ValueRange(
            parameters.elements(tensor.range.lowerBound, count: tensor.range.count), count: tensor.range.count
          ))
      })
    guard loss.isFinite, norm.isFinite else { return replay }
    let before = parameters.copy()
    let factor = settings.gradientScale(norm: norm)
    _ = optimizer.update(
      parameters, gradient: gradient, rate: run.rate(step: t),
      step: number + 1 - precision.allSkipped, gradientScale: factor, pool: nil)
    replay.clipFactor = Double(factor)
    replay.updateRatio = changeRatio(from: before, to: parameters)
    for (i, tensor) in tensors.enumerated() {
      replay.tensors[i].after = ValueRange(
        parameters.elements(tensor.range.lowerBound, count: tensor.range.count), count: tensor.range.count)
    }
    return replay
  }

  /// Every tensor of the trained parameters, in their order.
  private var tensors: [(name: String, range: Range<Int>)] {
    guard let adapter else {
      return zip(base.shapes, base.offsets).map { ($0.name, $1..<$1 + $0.count) }
    }
    return adapter.sites.flatMap { site in
      site.parts.map { ("\(site.module.path).\($0.role.name)", $0.range) }
    } + adapter.weights.map { ($0.weight.name, $0.offset..<$0.offset + $0.weight.count) }
  }
}

/// ‖b − a‖ ÷ ‖a‖; ∞ where a is 0.
private func changeRatio(from a: Buffer, to b: Buffer) -> Double {
  var (change, size) = (0.0, 0.0)
  for i in 0..<a.count {
    let x = Double(a.pointer[i])
    let d = Double(b.pointer[i]) - x
    change += d * d
    size += x * x
  }
  return (change / size).squareRoot()
}
