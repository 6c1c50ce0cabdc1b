// The branch of a module whose adapter is merged with its weight before each step: y = x·(W + s·B·A)ᵀ.
import Adapters
import Kernels
import Signals

/// W' [out, in] takes the place of W; its gradient is folded down to A and B after the step.
package struct MergedBranch: AdapterBranch {
  let inputs: Int
  let outputs: Int
  let rank: Int
  let multiplier: Float
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
    let site = module.site
    (rank, inputs, outputs) = (site.rank, site.module.inputs, site.module.outputs)
    multiplier = module.factor
    (offsetA, offsetB) = (site.a.offset, site.b.offset)
    rowStride = PlanPlaces.rowStride(inputs)
    sum = builder.places.allocatePacked(outputs * rowStride)
    forward = builder.places.allocatePacked(Kernels.packedCount(depth: inputs, columns: outputs))
    columnsA = builder.places.allocatePacked(Kernels.packedCount(depth: inputs, columns: rank))
    gradient = builder.places.allocateMerged(outputs * inputs)
  }

  /// Multiplications of a step: the factored order makes six products of rows with a factor, the merged one three of
  /// the size of W with the rank and one of the rows with W for the gradient.
  package static func isCheaper(rows: Int, inputs: Int, outputs: Int, rank: Int) -> Bool {
    let factored = 3 * Double(rows) * Double(rank) * Double(inputs + outputs)
    // Packing the sum anew costs about as much as a product of depth 16.
    let merged = Double(inputs) * Double(outputs) * Double(3 * rank + rows + 16)
    return merged < factored
  }

  var offset: Int { offsetA }
  var replacesWeight: Bool { true }

  func scratchCount(rows: Int, frozen: Int) -> Int { frozen }

  func forward(
    _ layer: LinearOperation, _ shard: ShardView, _ y: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>?
  ) {
    layer.multiply(
      shard, UnsafePointer(layer.input.value(shard)), by: shard.packed + forward, y, initial)
  }

  func backward(
    _ layer: LinearOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>?, initial: UnsafePointer<Float>?
  ) {
    if let dx {
      layer.multiplyTransposed(
        shard, dy, by: Panels(rowMajor: shard.packed + sum, rowStride: rowStride), dx, initial)
    }
    shard.addProduct(
      outputs, dy, inputs, UnsafePointer(layer.input.value(shard)), to: shard.sums + gradient)
  }

  var finishCost: Int { 2 * rank * inputs * outputs }

  func finishGradient(_ step: StepView) {
    fold(step.mergedGradient(gradient, count: outputs * inputs), step)
  }

  /// dB = s·dW'·Aᵀ; dA = s·Bᵀ·dW'.
  func fold(_ dw: UnsafeMutablePointer<Float>, _ step: StepView) {
    let (da, db) = (step.gradient + offsetA, step.gradient + offsetB)
    matrixProduct(
      rows: outputs, columns: rank, depth: inputs, a: dw, aRow: inputs, aColumn: 1,
      b: Panels(packed: step.packed + columnsA, depth: inputs), c: db, cRow: rank, stop: step.stop)
    matrixProduct(
      rows: rank, columns: inputs, depth: outputs, a: step.parameters + offsetB, aRow: 1, aColumn: rank,
      b: Panels(rowMajor: dw, rowStride: inputs), c: da, cRow: inputs, stop: step.stop)
    scale(rank * inputs, da, by: multiplier)
    scale(outputs * rank, db, by: multiplier)
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
    updated.write(parameters, into: packed + branch.sum, rowStride: branch.rowStride, stop: stop)
    if stop.isAsked { return }
    branch.pack(parameters, packed)
  }
}

extension MergedBranch {
  /// Packs W', which stands in its place, and A.
  func pack(_ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>) {
    packTransposed(
      packed + sum, depth: inputs, columns: outputs, rowStride: rowStride, into: packed + forward)
    packTransposed(
      parameters + offsetA, depth: inputs, columns: rank, rowStride: inputs, into: packed + columnsA)
  }
}

/// W + s·B·A of one module, made of the trainable parameters.
struct UpdatedWeight: Sendable {
  let weight: StoredMatrix
  let rank: Int
  let multiplier: Float
  let offsetA: Int
  let offsetB: Int

  init(_ module: AdaptedModule) {
    weight = module.weight
    rank = module.site.rank
    multiplier = module.factor
    (offsetA, offsetB) = (module.site.a.offset, module.site.b.offset)
  }

  /// - Parameters:
  ///   - sum: [out, in], its rows `rowStride` floats apart.
  ///   - stop: where it is asked, the rest is left undone.
  func write(
    _ parameters: UnsafePointer<Float>, into sum: UnsafeMutablePointer<Float>, rowStride: Int,
    stop: StopSignal
  ) {
    let (inputs, outputs) = (weight.columns, weight.rows)
    // B·A is made first and added with its multiplier in one rounding, as PEFT merges.
    matrixProduct(
      rows: outputs, columns: inputs, depth: rank, a: parameters + offsetB, aRow: rank, aColumn: 1,
      b: Panels(rowMajor: parameters + offsetA, rowStride: inputs), c: sum, cRow: rowStride,
      stop: stop)
    if stop.isAsked { return }
    // A few rows at a time, so that a weight that is expanded takes little memory.
    for start in stride(from: 0, to: outputs, by: 64) {
      let rows = start..<min(start + 64, outputs)
      weight.withRows(rows) { w in
        for row in rows {
          scaleAndAdd(
            inputs, sum + row * rowStride, by: multiplier, plus: w + (row - start) * inputs)
        }
      }
    }
  }
}
