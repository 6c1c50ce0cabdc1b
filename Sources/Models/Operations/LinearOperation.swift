// A linear layer with its adapter: y = x·Wᵀ + s·B·A·dropout(x), added to a residual where one is given.
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
  let branch: AdapterBranch?
  let outputs: Int
  let scratch: Int
  /// A copy of dy, where the place of the gradient is the residual's and goes on changing.
  let keptGradient: Int?
  /// Panels of x and u for the gradients of parameters, where their widths cannot be read in place.
  let packing: Int

  private var inputs: Int { input.columns }

  // MARK: Values

  func forward(_ shard: ShardView) {
    let x = input.value(shard)
    let y = output.values(shard)
    if let residual { y.update(from: residual.value(shard), count: shard.rows * outputs) }
    if let branch, case .merged(let merged) = branch.order {
      multiply(shard, x, forward: merged.forward, y)
      return
    }
    switch weight {
    case .frozen(let matrix):
      matrix.multiply(
        rows: shard.rows, x: x, y: y, accumulate: residual != nil, scratch: shard.arena + scratch)
    case .trained(_, let forward, _):
      multiply(shard, x, forward: forward, y)
    }
    if let branch, case .factored(let factored) = branch.order {
      forward(branch, factored, shard, x, y)
    }
  }

  /// y = x·panels.
  private func multiply(
    _ shard: ShardView, _ x: UnsafePointer<Float>, forward: Int, _ y: UnsafeMutablePointer<Float>
  ) {
    matrixProduct(
      rows: shard.rows, columns: outputs, depth: inputs, a: x, aRow: inputs, aColumn: 1,
      b: Panels(packed: shard.packed + forward, depth: inputs), c: y, cRow: outputs,
      accumulate: residual != nil)
  }

  /// u = s·dropout(x)·Aᵀ; y += u·Bᵀ.
  private func forward(
    _ branch: AdapterBranch, _ factored: AdapterBranch.Factored, _ shard: ShardView,
    _ x: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>
  ) {
    let (rows, r) = (shard.rows, branch.rank)
    let u = shard.arena + factored.hidden
    if let dropout = factored.dropout, let seed = shard.dropoutSeed {
      dropoutForward(
        rows: rows, columns: inputs, x: x,
        stream: RandomStream(seed: seed, purpose: .dropout, index: dropout.index), step: shard.step,
        firstRow: shard.firstRow, probability: dropout.probability, mask: shard.arena + dropout.mask,
        y: shard.arena + dropout.dropped)
    }
    matrixProduct(
      rows: rows, columns: r, depth: inputs, a: branchInput(factored, shard), aRow: inputs, aColumn: 1,
      b: Panels(packed: shard.packed + factored.columnsA, depth: inputs), c: u, cRow: r)
    scale(rows * r, u, by: branch.multiplier)
    matrixProduct(
      rows: rows, columns: outputs, depth: r, a: u, aRow: r, aColumn: 1,
      b: Panels(packed: shard.packed + factored.columnsB, depth: r), c: y, cRow: outputs, accumulate: true)
  }

  /// The input of A: x itself while evaluating or without dropout.
  private func branchInput(_ factored: AdapterBranch.Factored, _ shard: ShardView) -> UnsafePointer<Float> {
    guard let dropout = factored.dropout, shard.dropoutSeed != nil else {
      return UnsafePointer(input.value(shard))
    }
    return UnsafePointer(shard.arena + dropout.dropped)
  }

  // MARK: Gradients of values

  func backward(_ shard: ShardView) {
    guard let dy = output.gradients(shard) else { return }
    if let keptGradient {
      (shard.arena + keptGradient).update(from: dy, count: shard.rows * outputs)
    }
    let dx = input.gradient(shard)
    if let branch, case .merged(let merged) = branch.order {
      if let dx { multiplyTransposed(shard, dy, backward: merged.backward, dx) }
      return
    }
    if let dx {
      switch weight {
      case .frozen(let matrix):
        matrix.multiplyTransposed(
          rows: shard.rows, dy: dy, dx: dx, accumulate: input.accumulates, scratch: shard.arena + scratch)
      case .trained(_, _, let backward):
        multiplyTransposed(shard, dy, backward: backward, dx)
      }
    }
    if let branch, case .factored(let factored) = branch.order {
      backward(branch, factored, shard, dy, dx)
    }
  }

  private func multiplyTransposed(
    _ shard: ShardView, _ dy: UnsafePointer<Float>, backward: Int, _ dx: UnsafeMutablePointer<Float>
  ) {
    matrixProduct(
      rows: shard.rows, columns: inputs, depth: outputs, a: dy, aRow: outputs, aColumn: 1,
      b: Panels(packed: shard.packed + backward, depth: outputs), c: dx, cRow: inputs,
      accumulate: input.accumulates)
  }

  /// du = s·dy·B; dx += mask∘(du·A).
  private func backward(
    _ branch: AdapterBranch, _ factored: AdapterBranch.Factored, _ shard: ShardView,
    _ dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>?
  ) {
    let (rows, r) = (shard.rows, branch.rank)
    let du = shard.arena + factored.hiddenGradient
    matrixProduct(
      rows: rows, columns: r, depth: outputs, a: dy, aRow: outputs, aColumn: 1,
      b: self.rows(of: branch.offsetB, factored.rowsB, shard, depth: outputs, columns: r), c: du, cRow: r)
    scale(rows * r, du, by: branch.multiplier)
    guard let dx else { return }
    let a = self.rows(of: branch.offsetA, factored.rowsA, shard, depth: r, columns: inputs)
    guard let dropout = factored.dropout, shard.dropoutSeed != nil else {
      matrixProduct(
        rows: rows, columns: inputs, depth: r, a: du, aRow: r, aColumn: 1, b: a, c: dx, cRow: inputs,
        accumulate: true)
      return
    }
    let dropped = shard.arena + dropout.gradient
    matrixProduct(
      rows: rows, columns: inputs, depth: r, a: du, aRow: r, aColumn: 1, b: a, c: dropped, cRow: inputs)
    dropoutBackward(
      count: rows * inputs, dy: dropped, mask: shard.arena + dropout.mask, dx: dx, accumulate: true)
  }

  /// Rows of a factor: its panels, or the parameters themselves.
  private func rows(of offset: Int, _ panels: Int?, _ shard: ShardView, depth K: Int, columns N: Int)
    -> Panels
  {
    guard let panels else { return Panels(rowMajor: shard.parameters + offset, rowStride: N) }
    return Panels(packed: shard.packed + panels, depth: K)
  }

  // MARK: Gradients of parameters

  var isTrained: Bool {
    if case .trained = weight { true } else { branch != nil }
  }

  func parameterGradient(_ step: StepView) {
    if case .trained(let offset, _, _) = weight {
      sumOfProducts(step, into: step.gradient + offset, outputs, outputGradient, inputs) {
        UnsafePointer(input.value($0))
      }
    }
    guard let branch else { return }
    switch branch.order {
    case .factored(let factored):
      sumOfProducts(step, into: step.gradient + branch.offsetB, outputs, outputGradient, branch.rank) {
        UnsafePointer($0.arena + factored.hidden)
      }
      sumOfProducts(
        step, into: step.gradient + branch.offsetA, branch.rank,
        { UnsafePointer($0.arena + factored.hiddenGradient) }, inputs
      ) { branchInput(factored, $0) }
    case .merged(let merged):
      fold(branch, merged, step)
    }
  }

  /// dW' = Σ dyᵀ·x; dB = s·dW'·Aᵀ; dA = s·Bᵀ·dW'.
  private func fold(_ branch: AdapterBranch, _ merged: AdapterBranch.Merged, _ step: StepView) {
    let r = branch.rank
    let dw = step.packed + merged.gradient
    sumOfProducts(step, into: dw, outputs, outputGradient, inputs) { UnsafePointer(input.value($0)) }
    let (da, db) = (step.gradient + branch.offsetA, step.gradient + branch.offsetB)
    matrixProduct(
      rows: outputs, columns: r, depth: inputs, a: dw, aRow: inputs, aColumn: 1,
      b: Panels(packed: step.packed + merged.columnsA, depth: inputs), c: db, cRow: r)
    // The sum W' is not read any more in this step: its place takes panels of dW' where they are needed.
    matrixProduct(
      .tn, rows: r, columns: inputs, depth: outputs, a: step.parameters + branch.offsetB, b: dw, c: da,
      scratch: step.packed + merged.backward)
    scale(r * inputs, da, by: branch.multiplier)
    scale(outputs * r, db, by: branch.multiplier)
  }

  private func outputGradient(_ shard: ShardView) -> UnsafePointer<Float> {
    UnsafePointer(shard.arena + (keptGradient ?? output.gradient ?? 0))
  }

  /// out [M, N] = Σ aᵀ·b over the shards in their order, for a [rows, M] and b [rows, N].
  private func sumOfProducts(
    _ step: StepView, into out: UnsafeMutablePointer<Float>, _ M: Int,
    _ a: (ShardView) -> UnsafePointer<Float>, _ N: Int, _ b: (ShardView) -> UnsafePointer<Float>
  ) {
    var isFirst = true
    step.forEachShard { shard in
      matrixProduct(
        .tn, rows: M, columns: N, depth: shard.rows, a: a(shard), b: b(shard), c: out, accumulate: !isFirst,
        scratch: shard.arena + packing)
      isFirst = false
    }
  }
}
