// LoRA's branch in PEFT's order: y += s·B·(A·dropout(x)).
import Adapters
import Kernels

/// u = s·dropout(x)·Aᵀ, then y += u·Bᵀ: six products of the rows with a factor. Letters: x [rows, in], r the rank.
final class FactoredBranch: AdapterBranch {
  let lowRank: LowRank
  /// A [r, in] and B [out, r] in the trainable parameters.
  let offsetA: Int
  let offsetB: Int
  /// Panels of Aᵀ [in, r] and Bᵀ [r, out] in the packed parameters.
  let columnsA: Int
  let columnsB: Int
  /// u [rows, r] in the arena.
  let hidden: Int
  let dropout: Dropout?

  /// The dropout of A's input: its probability, the masks' stream, and the places of what a step keeps of it.
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
    lowRank = module.lowRank
    let (inputs, outputs, rank) = (lowRank.inputs, lowRank.outputs, lowRank.rank)
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

  private var inputs: Int { lowRank.inputs }
  private var rank: Int { lowRank.rank }

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

  /// dropout(x) and u.
  func remake(_ layer: LinearOperation, _ shard: ShardView) {
    drop(layer, shard)
    lowRank.hidden(
      rows: shard.rows, x: branchInput(layer, shard), columnsA: shard.packed + columnsA, u: hidden(shard),
      stop: shard.stop)
  }

  /// Makes dropout(x) while training with dropout.
  func drop(_ layer: LinearOperation, _ shard: ShardView) {
    guard let dropout, let seed = shard.dropoutSeed else { return }
    dropoutForward(
      rows: shard.rows, columns: inputs, x: UnsafePointer(layer.input.value(shard)),
      stream: RandomStream(seed: seed, purpose: .dropout, index: dropout.index), step: shard.step,
      firstRow: shard.firstRow, probability: dropout.probability,
      mask: shard.place(dropout.mask, count: shard.rows * inputs),
      y: shard.place(dropout.dropped, count: shard.rows * inputs))
  }

  /// u = s·dropout(x)·Aᵀ; y = `initial` + u·Bᵀ.
  func add(
    _ layer: LinearOperation, _ shard: ShardView, to y: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>
  ) {
    lowRank.forward(
      rows: shard.rows, x: branchInput(layer, shard), columnsA: shard.packed + columnsA,
      columnsB: shard.packed + columnsB, u: hidden(shard), to: y, initial: initial, stop: shard.stop)
  }

  private func hidden(_ shard: ShardView) -> UnsafeMutablePointer<Float> {
    shard.place(hidden, count: shard.rows * rank)
  }

  /// The input of A: x itself while evaluating or without dropout.
  func branchInput(_ layer: LinearOperation, _ shard: ShardView) -> UnsafePointer<Float> {
    guard let dropout, shard.dropoutSeed != nil else { return UnsafePointer(layer.input.value(shard)) }
    return UnsafePointer(shard.place(dropout.dropped, count: shard.rows * inputs))
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
    lowRank.backwardToInputs(
      rows: rows, du: du, a: shard.parameters + offsetA, dx: target,
      initial: dropout == nil ? UnsafePointer(dx) : nil, stop: shard.stop)
    if let dropout {
      dropoutBackward(
        count: rows * inputs, dy: target, mask: shard.place(dropout.mask, count: rows * inputs), dx: dx,
        accumulate: true)
    }
  }

  /// du [rows, r] = s·dy·B; dB += dyᵀ·u; dA += duᵀ·dropout(x).
  func backwardToFactors(
    _ layer: LinearOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    du: UnsafeMutablePointer<Float>
  ) {
    lowRank.backward(
      rows: shard.rows, dy: dy, x: branchInput(layer, shard), u: hidden(shard),
      b: shard.parameters + offsetB, du: du, da: shard.gradient + offsetA, db: shard.gradient + offsetB,
      isFirst: shard.startsGroup, stop: shard.stop)
  }

  var finishCost: Int { lowRank.countA + lowRank.countB }

  /// Adds the groups' gradients of A and B.
  func finishGradient(_ step: StepView) {
    step.addGroups(offsetA, count: lowRank.countA)
    step.addGroups(offsetB, count: lowRank.countB)
  }
}
