// The branch of a module whose adapter is merged with its weight before each step: y = x·(W + s·B·A)ᵀ.
import Adapters
import Kernels
import Signals

/// W' [out, in] = W + s·B·A takes the place of W in the products of a step; its gradient is folded down to A and B
/// after the step.
final class MergedBranch: AdapterBranch {
  let lowRank: LowRank
  /// A [r, in] and B [out, r] in the trainable parameters.
  let offsetA: Int
  let offsetB: Int
  /// W' [out, in], its rows `rowStride` floats apart, and panels of its transpose, in the packed parameters.
  let sum: Int
  let forward: Int
  let rowStride: Int
  /// Panels of Aᵀ [in, r].
  let columnsA: Int
  /// The gradient of W' [out, in], in the sums of each group.
  let gradient: Int

  /// Lays out the places; who does appends a task that makes W' and packs it.
  init(_ module: AdaptedModule, in builder: inout PlanBuilder) {
    lowRank = module.lowRank
    let (inputs, outputs, rank) = (lowRank.inputs, lowRank.outputs, lowRank.rank)
    (offsetA, offsetB) = (module.site.a.offset, module.site.b.offset)
    rowStride = spacedRow(inputs)
    sum = builder.places.allocatePacked(outputs * rowStride)
    forward = builder.places.allocatePacked(Kernels.packedCount(depth: inputs, columns: outputs))
    columnsA = builder.places.allocatePacked(Kernels.packedCount(depth: inputs, columns: rank))
    gradient = builder.places.allocateMerged(lowRank.count)
  }

  var offset: Int { offsetA }
  var replacesWeight: Bool { true }

  func scratchCount(rows: Int, frozen: Int) -> Int { frozen }

  /// y = x·W'ᵀ, or `initial` + x·W'ᵀ.
  func forward(
    _ layer: LinearOperation, _ shard: ShardView, _ y: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>?
  ) {
    layer.multiply(
      shard, UnsafePointer(layer.input.value(shard)), by: shard.packed + forward, y, initial)
  }

  /// Nothing: it keeps no values of a shard.
  func remake(_ layer: LinearOperation, _ shard: ShardView) {}

  /// dx = dy·W', and dW' += dyᵀ·x in the group's sums.
  func backward(
    _ layer: LinearOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>?, initial: UnsafePointer<Float>?
  ) {
    if let dx {
      layer.multiplyTransposed(
        shard, dy, by: Panels(rowMajor: shard.packed + sum, rowStride: rowStride), dx, initial)
    }
    shard.addGradient(
      dy, lowRank.outputs, layer.input.value(shard), lowRank.inputs, to: shard.sums + gradient)
  }

  var finishCost: Int { 2 * lowRank.rank * lowRank.count }

  /// Adds the groups' gradients of W' and folds them down to A and B.
  func finishGradient(_ step: StepView) {
    fold(step.mergedGradient(gradient, count: lowRank.count), step)
  }

  /// dB = s·dW'·Aᵀ; dA = s·Bᵀ·dW'.
  func fold(_ dw: UnsafeMutablePointer<Float>, _ step: StepView) {
    lowRank.fold(
      dw, columnsA: step.packed + columnsA, b: step.parameters + offsetB, da: step.gradient + offsetA,
      db: step.gradient + offsetB, stop: step.stop)
  }
}

/// Makes W' = W + s·B·A of a merged branch before each step, and packs it and A.
struct MergeTask: PrepareTask {
  let updated: UpdatedWeight
  let branch: MergedBranch

  func run(
    _ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>,
    stop: StopSignal
  ) {
    updated.write(
      0..<updated.weight.rows, parameters, into: packed + branch.sum, rowStride: branch.rowStride, stop: stop)
    if stop.isAsked { return }
    branch.pack(parameters, packed)
  }
}

extension MergedBranch {
  /// Packs W', which stands in its place, and A.
  func pack(_ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>) {
    packTransposed(
      packed + sum, depth: lowRank.inputs, columns: lowRank.outputs, rowStride: rowStride,
      into: packed + forward)
    packTransposed(
      parameters + offsetA, depth: lowRank.inputs, columns: lowRank.rank, rowStride: lowRank.inputs,
      into: packed + columnsA)
  }
}

/// W + s·B·A of one module, made of the trainable parameters.
struct UpdatedWeight: Sendable {
  let weight: StoredMatrix
  let lowRank: LowRank
  let offsetA: Int
  let offsetB: Int

  init(_ module: AdaptedModule) {
    weight = module.weight
    lowRank = module.lowRank
    (offsetA, offsetB) = (module.site.a.offset, module.site.b.offset)
  }

  /// Writes some of its rows.
  ///
  /// - Parameters:
  ///   - sum: the first of these rows [in], which are `rowStride` floats apart.
  ///   - stop: where it is asked, the rest is left undone.
  func write(
    _ range: Range<Int>, _ parameters: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>,
    rowStride: Int, stop: StopSignal
  ) {
    let part = LowRank(
      inputs: lowRank.inputs, outputs: range.count, rank: lowRank.rank, multiplier: lowRank.multiplier)
    part.writeProduct(
      a: parameters + offsetA, b: parameters + offsetB + range.lowerBound * lowRank.rank, into: sum,
      rowStride: rowStride, stop: stop)
    if stop.isAsked { return }
    // A few rows at a time, so that a weight that is expanded takes little memory.
    for start in stride(from: range.lowerBound, to: range.upperBound, by: 64) {
      let rows = start..<min(start + 64, range.upperBound)
      weight.withRows(rows) {
        lowRank.addWeight(
          rows: rows.count, $0, to: sum + (start - range.lowerBound) * rowStride, rowStride: rowStride)
      }
    }
  }
}
