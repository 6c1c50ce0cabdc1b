// A linear layer with its adapter: y = x·Wᵀ + b + s·B·A·dropout(x), added to a residual where one is given.
import Kernels

/// The weight of a linear layer.
enum MatrixSource: Sendable {
  case frozen(FrozenMatrix)
  /// W [outputs, inputs] at an offset of the trainable parameters, and its panels in the packed ones.
  case trained(offset: Int, forward: Int, backward: Int)
}

struct LinearOperation: Operation {
  let input: Input
  let output: Slot
  let residual: Input?
  let weight: MatrixSource
  let bias: VectorSource?
  let branch: AdapterBranch?
  let outputs: Int

  var inputs: Int { input.columns }

  /// Floats of scratch: what a frozen weight's products take, then in their place du and the gradient of dropped inputs.
  static func scratchCount(rows: Int, inputs: Int, weight: MatrixSource, branch: AdapterBranch?)
    -> Int
  {
    var count = 0
    if case .frozen(let matrix) = weight { count = matrix.scratchCount(rows: rows) }
    guard let branch else { return count }
    switch branch.order {
    case .factored(let factored) where factored.direction != nil:
      return count + decomposedScratch(rows: rows, inputs: inputs, branch)
    case .factored(let factored):
      return max(count, rows * branch.rank + (factored.dropout == nil ? 0 : rows * inputs))
    case .merged: return count
    }
  }

  // MARK: Values

  func forward(_ shard: ShardView) {
    let x = UnsafePointer(input.value(shard))
    let y = output.values(shard)
    let initial = start(shard, y)
    if let branch, case .merged(let merged) = branch.order {
      multiply(shard, x, by: shard.packed + merged.forward, y, initial)
      return
    }
    switch weight {
    case .frozen(let matrix):
      matrix.multiply(
        rows: shard.rows, x: x, y: y, initial: initial, scratch: shard.scratch, stop: shard.stop)
    case .trained(_, let forward, _):
      multiply(shard, x, by: shard.packed + forward, y, initial)
    }
    if let branch, case .factored(let factored) = branch.order {
      if let magnitude = branch.magnitude {
        forward(branch, factored, magnitude, shard, y)
      } else {
        forward(branch, factored, shard, x, y)
      }
    }
  }

  /// What the product is added to: residual and bias.
  private func start(_ shard: ShardView, _ y: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>? {
    let residual = residual.map { UnsafePointer($0.value(shard)) }
    guard let bias else { return residual }
    addBias(rows: shard.rows, columns: outputs, bias: bias.pointer(shard), to: residual, into: y)
    return UnsafePointer(y)
  }

  /// y = x·panels, or `initial` + x·panels.
  private func multiply(
    _ shard: ShardView, _ x: UnsafePointer<Float>, by panels: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>, _ initial: UnsafePointer<Float>?
  ) {
    matrixProduct(
      rows: shard.rows, columns: outputs, depth: inputs, a: x, aRow: inputs, aColumn: 1,
      b: Panels(packed: panels, depth: inputs), c: y, cRow: outputs, initial: initial, stop: shard.stop)
  }

  /// u = s·dropout(x)·Aᵀ; y += u·Bᵀ.
  private func forward(
    _ branch: AdapterBranch, _ factored: AdapterBranch.Factored, _ shard: ShardView,
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    drop(factored, shard, x)
    addBranch(branch, factored, shard, to: y, initial: UnsafePointer(y))
  }

  /// Makes dropout(x) while training with dropout.
  func drop(_ factored: AdapterBranch.Factored, _ shard: ShardView, _ x: UnsafePointer<Float>) {
    guard let dropout = factored.dropout, let seed = shard.dropoutSeed else { return }
    dropoutForward(
      rows: shard.rows, columns: inputs, x: x,
      stream: RandomStream(seed: seed, purpose: .dropout, index: dropout.index), step: shard.step,
      firstRow: shard.firstRow, probability: dropout.probability, mask: shard.arena + dropout.mask,
      y: shard.arena + dropout.dropped)
  }

  /// u = s·dropout(x)·Aᵀ; y = `initial` + u·Bᵀ.
  func addBranch(
    _ branch: AdapterBranch, _ factored: AdapterBranch.Factored, _ shard: ShardView,
    to y: UnsafeMutablePointer<Float>, initial: UnsafePointer<Float>
  ) {
    let (rows, r) = (shard.rows, branch.rank)
    let u = shard.arena + factored.hidden
    matrixProduct(
      rows: rows, columns: r, depth: inputs, a: branchInput(factored, shard), aRow: inputs, aColumn: 1,
      b: Panels(packed: shard.packed + factored.columnsA, depth: inputs), c: u, cRow: r,
      stop: shard.stop)
    scale(rows * r, u, by: branch.multiplier)
    matrixProduct(
      rows: rows, columns: outputs, depth: r, a: u, aRow: r, aColumn: 1,
      b: Panels(packed: shard.packed + factored.columnsB, depth: r), c: y, cRow: outputs, initial: initial,
      stop: shard.stop)
  }

  /// The input of A: x itself while evaluating or without dropout.
  func branchInput(_ factored: AdapterBranch.Factored, _ shard: ShardView) -> UnsafePointer<Float> {
    guard let dropout = factored.dropout, shard.dropoutSeed != nil else {
      return UnsafePointer(input.value(shard))
    }
    return UnsafePointer(shard.arena + dropout.dropped)
  }

  // MARK: Gradients

  func backward(_ shard: ShardView) {
    guard let gradient = output.gradients(shard) else { return }
    let dy = UnsafePointer(gradient)
    let dx = input.gradient(shard)
    let initial = input.accumulates ? dx.map { UnsafePointer($0) } : nil
    if let sum = bias?.gradient(shard, count: outputs) {
      addColumnSums(rows: shard.rows, columns: outputs, dy, to: sum)
    }
    if let branch, case .merged(let merged) = branch.order {
      if let dx {
        multiplyTransposed(
          shard, dy, by: Panels(rowMajor: shard.packed + merged.sum, rowStride: merged.rowStride), dx,
          initial)
      }
      addProduct(
        shard, outputs, dy, inputs, UnsafePointer(input.value(shard)), to: shard.sums + merged.gradient)
      return
    }
    switch weight {
    case .frozen(let matrix):
      if let dx {
        matrix.multiplyTransposed(
          rows: shard.rows, dy: dy, dx: dx, initial: initial, scratch: shard.scratch, stop: shard.stop)
      }
    case .trained(let offset, _, let backward):
      if let dx {
        multiplyTransposed(
          shard, dy, by: Panels(packed: shard.packed + backward, depth: outputs), dx, initial)
      }
      addProduct(shard, outputs, dy, inputs, UnsafePointer(input.value(shard)), to: shard.gradient + offset)
    }
    if let branch, case .factored(let factored) = branch.order {
      if let magnitude = branch.magnitude {
        backward(branch, factored, magnitude, shard, dy, dx)
      } else {
        backward(branch, factored, shard, dy, dx)
      }
    }
  }

  /// dx = dy·W, or `initial` + dy·W.
  private func multiplyTransposed(
    _ shard: ShardView, _ dy: UnsafePointer<Float>, by w: Panels, _ dx: UnsafeMutablePointer<Float>,
    _ initial: UnsafePointer<Float>?
  ) {
    matrixProduct(
      rows: shard.rows, columns: inputs, depth: outputs, a: dy, aRow: outputs, aColumn: 1, b: w, c: dx,
      cRow: inputs, initial: initial, stop: shard.stop)
  }

  /// du = s·dy·B; dx += mask∘(du·A); dB += dyᵀ·u; dA += duᵀ·dropout(x).
  private func backward(
    _ branch: AdapterBranch, _ factored: AdapterBranch.Factored, _ shard: ShardView,
    _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>?
  ) {
    let (rows, r) = (shard.rows, branch.rank)
    let (a, b) = (shard.parameters + branch.offsetA, shard.parameters + branch.offsetB)
    let du = shard.scratch
    matrixProduct(
      rows: rows, columns: r, depth: outputs, a: dy, aRow: outputs, aColumn: 1,
      b: Panels(rowMajor: b, rowStride: r), c: du, cRow: r, stop: shard.stop)
    scale(rows * r, du, by: branch.multiplier)
    addProduct(
      shard, outputs, dy, r, UnsafePointer(shard.arena + factored.hidden), to: shard.gradient + branch.offsetB
    )
    addProduct(
      shard, r, UnsafePointer(du), inputs, branchInput(factored, shard), to: shard.gradient + branch.offsetA)
    guard let dx else { return }
    let dropout = shard.dropoutSeed == nil ? nil : factored.dropout
    let target = dropout == nil ? dx : du + rows * r
    matrixProduct(
      rows: rows, columns: inputs, depth: r, a: du, aRow: r, aColumn: 1,
      b: Panels(rowMajor: a, rowStride: inputs), c: target, cRow: inputs,
      initial: dropout == nil ? UnsafePointer(dx) : nil, stop: shard.stop)
    if let dropout {
      dropoutBackward(
        count: rows * inputs, dy: target, mask: shard.arena + dropout.mask, dx: dx, accumulate: true)
    }
  }

  /// out [M, N] += aᵀ·b for a [rows, M] and b [rows, N]; without the addition in the group's first shard.
  func addProduct(
    _ shard: ShardView, _ M: Int, _ a: UnsafePointer<Float>, _ N: Int, _ b: UnsafePointer<Float>,
    to out: UnsafeMutablePointer<Float>
  ) {
    matrixProduct(
      rows: M, columns: N, depth: shard.rows, a: a, aRow: 1, aColumn: M,
      b: Panels(rowMajor: b, rowStride: N), c: out, cRow: N,
      initial: shard.startsGroup ? nil : UnsafePointer(out), stop: shard.stop)
  }

  // MARK: The groups together

  var finishCost: Int {
    if case .trained = weight { return outputs * (inputs + 1) }
    guard let branch else { return bias?.isTrained == true ? outputs : 0 }
    switch branch.order {
    case .factored: return branch.rank * (inputs + outputs)
    case .merged: return 2 * branch.rank * inputs * outputs
    }
  }

  func finishGradient(_ step: StepView) {
    if case .trained(let offset, _, _) = weight { step.addGroups(offset, count: outputs * inputs) }
    bias?.finishGradient(step, count: outputs)
    guard let branch else { return }
    switch branch.order {
    case .factored:
      step.addGroups(branch.offsetA, count: branch.rank * inputs)
      step.addGroups(branch.offsetB, count: outputs * branch.rank)
      if let magnitude = branch.magnitude { step.addGroups(magnitude.offset, count: outputs) }
    case .merged(let merged): fold(branch, merged, step)
    }
  }

  /// dB = s·dW'·Aᵀ; dA = s·Bᵀ·dW'.
  private func fold(
    _ branch: AdapterBranch, _ merged: AdapterBranch.Merged, _ step: StepView
  ) {
    let r = branch.rank
    let dw = step.mergedGradient(merged.gradient, count: outputs * inputs)
    if let magnitude = branch.magnitude { takeMagnitude(magnitude, dw, step) }
    let (da, db) = (step.gradient + branch.offsetA, step.gradient + branch.offsetB)
    matrixProduct(
      rows: outputs, columns: r, depth: inputs, a: dw, aRow: inputs, aColumn: 1,
      b: Panels(packed: step.packed + merged.columnsA, depth: inputs), c: db, cRow: r,
      stop: step.stop)
    matrixProduct(
      rows: r, columns: inputs, depth: outputs, a: step.parameters + branch.offsetB, aRow: 1, aColumn: r,
      b: Panels(rowMajor: dw, rowStride: inputs), c: da, cRow: inputs, stop: step.stop)
    scale(r * inputs, da, by: branch.multiplier)
    scale(outputs * r, db, by: branch.multiplier)
  }
}
