// LoRA's branch in PEFT's order: y += s·B·(A·dropout(x)).
import Adapters
import Kernels

/// u = s·dropout(x)·Aᵀ, then y += u·Bᵀ: six products of the rows with a factor. Letters: x [rows, in], r the rank.
struct FactoredBranch: AdapterBranch {
  let inputs: Int
  let outputs: Int
  let rank: Int
  let multiplier: Float
  /// A [r, in] and B [out, r] in the trainable parameters.
  let offsetA: Int
  let offsetB: Int
  /// Panels of Aᵀ [in, r] and Bᵀ [r, out] in the packed parameters.
  let columnsA: Int
  let columnsB: Int
  /// u [rows, r] in the arena.
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

  init(_ module: AdaptedModule, in builder: inout PlanBuilder) {
    let site = module.site
    (rank, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    multiplier = module.factor
    (offsetA, offsetB) = (site.a.offset, site.b.offset)
    let rows = builder.rows
    builder.hasSummedParameters = true
    columnsA = builder.pack(offsetA, depth: inputs, columns: rank, isTransposed: true)
    columnsB = builder.pack(offsetB, depth: rank, columns: outputs, isTransposed: true)
    hidden = builder.places.allocate(rows * rank)
    dropout =
      module.dropout == 0
      ? nil
      : Dropout(
        probability: Float(module.dropout), index: UInt32(module.number),
        dropped: builder.places.allocate(rows * inputs), mask: builder.places.allocate(rows * inputs))
  }

  var offset: Int { offsetA }
  var replacesWeight: Bool { false }

  /// du and the gradient of dropped inputs, in the place of what the weight's products took.
  func scratchCount(rows: Int, frozen: Int) -> Int {
    max(frozen, rows * rank + (dropout == nil ? 0 : rows * inputs))
  }

  // MARK: Values

  func forward(
    _ layer: LinearOperation, _ shard: ShardView, _ y: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>?
  ) {
    drop(layer, shard)
    add(layer, shard, to: y, initial: UnsafePointer(y))
  }

  /// Makes dropout(x) while training with dropout.
  func drop(_ layer: LinearOperation, _ shard: ShardView) {
    guard let dropout, let seed = shard.dropoutSeed else { return }
    dropoutForward(
      rows: shard.rows, columns: inputs, x: UnsafePointer(layer.input.value(shard)),
      stream: RandomStream(seed: seed, purpose: .dropout, index: dropout.index), step: shard.step,
      firstRow: shard.firstRow, probability: dropout.probability, mask: shard.arena + dropout.mask,
      y: shard.arena + dropout.dropped)
  }

  /// u = s·dropout(x)·Aᵀ; y = `initial` + u·Bᵀ.
  func add(
    _ layer: LinearOperation, _ shard: ShardView, to y: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>
  ) {
    let rows = shard.rows
    let u = shard.arena + hidden
    matrixProduct(
      rows: rows, columns: rank, depth: inputs, a: branchInput(layer, shard), aRow: inputs, aColumn: 1,
      b: Panels(packed: shard.packed + columnsA, depth: inputs), c: u, cRow: rank, stop: shard.stop)
    scale(rows * rank, u, by: multiplier)
    matrixProduct(
      rows: rows, columns: outputs, depth: rank, a: u, aRow: rank, aColumn: 1,
      b: Panels(packed: shard.packed + columnsB, depth: rank), c: y, cRow: outputs, initial: initial,
      stop: shard.stop)
  }

  /// The input of A: x itself while evaluating or without dropout.
  func branchInput(_ layer: LinearOperation, _ shard: ShardView) -> UnsafePointer<Float> {
    guard let dropout, shard.dropoutSeed != nil else { return UnsafePointer(layer.input.value(shard)) }
    return UnsafePointer(shard.arena + dropout.dropped)
  }

  // MARK: Gradients

  /// dx += mask∘(du·A), with du from `backwardToFactors`.
  func backward(
    _ layer: LinearOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>?, initial: UnsafePointer<Float>?
  ) {
    let rows = shard.rows
    let du = shard.scratch
    backwardToFactors(layer, shard, dy, du: du)
    guard let dx else { return }
    let dropout = shard.dropoutSeed == nil ? nil : dropout
    let target = dropout == nil ? dx : du + rows * rank
    matrixProduct(
      rows: rows, columns: inputs, depth: rank, a: du, aRow: rank, aColumn: 1,
      b: Panels(rowMajor: shard.parameters + offsetA, rowStride: inputs), c: target, cRow: inputs,
      initial: dropout == nil ? UnsafePointer(dx) : nil, stop: shard.stop)
    if let dropout {
      dropoutBackward(
        count: rows * inputs, dy: target, mask: shard.arena + dropout.mask, dx: dx, accumulate: true)
    }
  }

  /// du [rows, r] = s·dy·B; dB += dyᵀ·u; dA += duᵀ·dropout(x).
  func backwardToFactors(
    _ layer: LinearOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    du: UnsafeMutablePointer<Float>
  ) {
    matrixProduct(
      rows: shard.rows, columns: rank, depth: outputs, a: dy, aRow: outputs, aColumn: 1,
      b: Panels(rowMajor: shard.parameters + offsetB, rowStride: rank), c: du, cRow: rank,
      stop: shard.stop)
    scale(shard.rows * rank, du, by: multiplier)
    shard.addProduct(
      outputs, dy, rank, UnsafePointer(shard.arena + hidden), to: shard.gradient + offsetB)
    shard.addProduct(
      rank, UnsafePointer(du), inputs, branchInput(layer, shard), to: shard.gradient + offsetA)
  }

  var finishCost: Int { rank * (inputs + outputs) }

  func finishGradient(_ step: StepView) {
    step.addGroups(offsetA, count: rank * inputs)
    step.addGroups(offsetB, count: outputs * rank)
  }
}
