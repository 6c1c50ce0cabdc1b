// A linear layer with its adapter: y = x·Wᵀ + s·B·A·dropout(x), added to a residual where one is given.
import Kernels

/// The weight of a linear layer.
enum MatrixSource: Sendable {
  case frozen(FrozenMatrix)
  /// W [outputs, inputs] at an offset of the trainable parameters, and its packed forms.
  case trained(offset: Int, forward: Int, backward: Int, outputs: Int, inputs: Int)
}

/// A and B of one adapted module, in the plan's order of contraction: A first, then B, as PEFT.
struct AdapterBranch: Sendable {
  let rank: Int
  let multiplier: Float
  /// A [r, in] and B [out, r] in the trainable parameters.
  let offsetA: Int
  let offsetB: Int
  /// Panels of Aᵀ [in, r], Bᵀ [r, out], A [r, in] and B [out, r] in the packed parameters.
  let packedA: Int
  let packedB: Int
  let rowsA: Int
  let rowsB: Int
  /// u = s·dropout(x)·Aᵀ [rows, r].
  let hidden: Int
  let dropout: Dropout?

  struct Dropout: Sendable {
    let probability: Float
    /// The module's number: with the seed it names the stream of masks.
    let index: UInt32
    /// Dropped inputs and mask, [rows, in] each.
    let dropped: Int
    let mask: Int
  }
}

struct LinearOperation: Operation {
  let input: Input
  let output: Slot
  let residual: Input?
  let weight: MatrixSource
  let branch: AdapterBranch?
  let outputs: Int
  let scratch: Int

  func forward(_ shard: ShardView) {
    let (rows, inputs) = (shard.rows, input.columns)
    let x = input.value(shard)
    let y = output.values(shard)
    let scratch = shard.arena + scratch
    if let residual { y.update(from: residual.value(shard), count: rows * outputs) }
    switch weight {
    case .frozen(let matrix):
      matrix.multiply(rows: rows, x: x, y: y, accumulate: residual != nil, scratch: scratch)
    case .trained(_, let forward, _, _, _):
      matrixProduct(
        rows: rows, columns: outputs, depth: inputs, a: x, aRow: inputs, aColumn: 1,
        b: Panels(packed: shard.packed + forward, depth: inputs), c: y, cRow: outputs,
        accumulate: residual != nil)
    }
    guard let branch else { return }
    let r = branch.rank
    let u = shard.arena + branch.hidden
    matrixProduct(
      rows: rows, columns: r, depth: inputs, a: dropped(x, branch, shard), aRow: inputs, aColumn: 1,
      b: Panels(packed: shard.packed + branch.packedA, depth: inputs), c: u, cRow: r)
    scale(rows * r, u, by: branch.multiplier)
    matrixProduct(
      rows: rows, columns: outputs, depth: r, a: u, aRow: r, aColumn: 1,
      b: Panels(packed: shard.packed + branch.packedB, depth: r), c: y, cRow: outputs, accumulate: true)
  }

  func backward(_ shard: ShardView) {
    guard let dy = output.gradients(shard) else { return }
    let (rows, inputs) = (shard.rows, input.columns)
    let x = input.value(shard)
    let dx = input.gradient(shard)
    let scratch = shard.arena + scratch
    switch weight {
    case .frozen(let matrix):
      if let dx {
        matrix.multiplyTransposed(
          rows: rows, dy: dy, dx: dx, accumulate: input.accumulates, scratch: scratch)
      }
    case .trained(let offset, _, let backward, _, _):
      productOfTransposed(
        rows: rows, dy, outputs, x, inputs, into: shard.gradients + offset, scratch: scratch)
      if let dx {
        matrixProduct(
          rows: rows, columns: inputs, depth: outputs, a: dy, aRow: outputs, aColumn: 1,
          b: Panels(packed: shard.packed + backward, depth: outputs), c: dx, cRow: inputs,
          accumulate: input.accumulates)
      }
    }
    if let branch { branchBackward(branch, shard, x: x, dy: dy, dx: dx) }
  }

  /// dB = dyᵀ·u; du = s·dy·B; dA = duᵀ·dropout(x); dx += mask∘(du·A).
  private func branchBackward(
    _ branch: AdapterBranch, _ shard: ShardView, x: UnsafeMutablePointer<Float>,
    dy: UnsafeMutablePointer<Float>, dx: UnsafeMutablePointer<Float>?
  ) {
    let (rows, inputs, r) = (shard.rows, input.columns, branch.rank)
    let du = shard.arena + scratch
    let dropped = du + rows * r
    let packing = dropped + (branch.dropout == nil ? 0 : rows * inputs)
    let u = shard.arena + branch.hidden
    productOfTransposed(
      rows: rows, dy, outputs, u, r, into: shard.gradients + branch.offsetB, scratch: packing)
    matrixProduct(
      rows: rows, columns: r, depth: outputs, a: dy, aRow: outputs, aColumn: 1,
      b: Panels(packed: shard.packed + branch.rowsB, depth: outputs), c: du, cRow: r)
    scale(rows * r, du, by: branch.multiplier)
    var inputOfA = UnsafePointer(x)
    if let dropout = branch.dropout, shard.dropoutSeed != nil {
      inputOfA = UnsafePointer(shard.arena + dropout.dropped)
    }
    productOfTransposed(
      rows: rows, du, r, inputOfA, inputs, into: shard.gradients + branch.offsetA, scratch: packing)
    guard let dx else { return }
    let a = Panels(packed: shard.packed + branch.rowsA, depth: r)
    if let dropout = branch.dropout, shard.dropoutSeed != nil {
      matrixProduct(
        rows: rows, columns: inputs, depth: r, a: du, aRow: r, aColumn: 1, b: a, c: dropped, cRow: inputs)
      dropoutBackward(
        count: rows * inputs, dy: dropped, mask: shard.arena + dropout.mask, dx: dx, accumulate: true)
    } else {
      matrixProduct(
        rows: rows, columns: inputs, depth: r, a: du, aRow: r, aColumn: 1, b: a, c: dx, cRow: inputs,
        accumulate: true)
    }
  }

  /// The input of A: x itself while evaluating or without dropout.
  private func dropped(
    _ x: UnsafeMutablePointer<Float>, _ branch: AdapterBranch, _ shard: ShardView
  ) -> UnsafePointer<Float> {
    guard let dropout = branch.dropout, let seed = shard.dropoutSeed else { return UnsafePointer(x) }
    let out = shard.arena + dropout.dropped
    dropoutForward(
      rows: shard.rows, columns: input.columns, x: x,
      stream: RandomStream(seed: seed, purpose: .dropout, index: dropout.index), step: shard.step,
      firstRow: shard.firstRow, probability: dropout.probability, mask: shard.arena + dropout.mask, y: out)
    return UnsafePointer(out)
  }

  /// Floats of scratch for `rows` rows.
  static func scratchCount(
    rows: Int, inputs: Int, outputs: Int, rank: Int, hasDropout: Bool, weight: MatrixSource
  ) -> Int {
    let packing = packedCount(depth: rows, columns: max(inputs, rank))
    let branch = rows * rank + (hasDropout ? rows * inputs : 0) + packing
    if case .frozen(let matrix) = weight { return max(branch, matrix.scratchCount) }
    return branch
  }
}

/// out [M, N] = aᵀ·b for a [rows, M] and b [rows, N]: the gradient of a weight.
private func productOfTransposed(
  rows: Int, _ a: UnsafePointer<Float>, _ M: Int, _ b: UnsafePointer<Float>, _ N: Int,
  into out: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
) {
  matrixProduct(.tn, rows: M, columns: N, depth: rows, a: a, b: b, c: out, scratch: scratch)
}
