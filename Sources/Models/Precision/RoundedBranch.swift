// LoRA's branch with roundings, in PEFT's order: y += s·(B·(A·dropout(x))).
import Adapters
import Kernels
import Signals

/// u = round(x'·A16ᵀ), v = round(s·round(u·B16ᵀ)), y = round(y + v), with A16 and B16 the rounded masters and x' the
/// rounded dropout(x). Letters: x [rows, in], r the rank.
final class RoundedBranch: AdapterBranch {
  let lowRank: LowRank
  /// A [r, in] and B [out, r] among the trainable parameters.
  let offsetA: Int
  let offsetB: Int
  /// A16 and B16 as they stand, and panels of their transposes, in the packed parameters.
  let roundedA: Int
  let roundedB: Int
  let columnsA: Int
  let columnsB: Int
  /// u [rows, r] in the arena.
  let hidden: Int
  let dropout: FactoredBranch.Dropout?

  let hiddenRounding: Rounding?
  let updateRounding: Rounding?
  let updateGradient: Rounding?
  let hiddenGradient: Rounding?
  let factorGradient: Rounding?

  init(_ module: AdaptedModule, in builder: inout PlanBuilder) {
    let site = module.site
    lowRank = module.lowRank
    (offsetA, offsetB) = (site.a.offset, site.b.offset)
    let (inputs, outputs, rank) = (lowRank.inputs, lowRank.outputs, lowRank.rank)
    let rows = builder.rows
    builder.hasSummedParameters = true
    roundedA = builder.places.allocatePacked(lowRank.countA)
    roundedB = builder.places.allocatePacked(lowRank.countB)
    columnsA = builder.places.allocatePacked(Kernels.packedCount(depth: inputs, columns: rank))
    columnsB = builder.places.allocatePacked(Kernels.packedCount(depth: rank, columns: outputs))
    hidden = builder.places.allocate(rows * rank)
    dropout =
      module.dropout == 0
      ? nil
      : FactoredBranch.Dropout(
        probability: Float(module.dropout), index: UInt32(module.number),
        dropped: builder.places.allocate(rows * inputs), mask: builder.places.allocate(rows * inputs))
    let path = site.module.path
    hiddenRounding = builder.rounding(.hidden, of: path)
    updateRounding = builder.rounding(.update, of: path)
    updateGradient = builder.rounding(.update, gradient: true, of: path)
    hiddenGradient = builder.rounding(.hidden, gradient: true, of: path)
    factorGradient = builder.rounding(.factor, gradient: true, of: path)
    builder.prepareTasks.append(
      RoundedFactorsTask(branch: self, format: builder.request.precision.format(of: .factor)))
  }

  private var inputs: Int { lowRank.inputs }
  private var outputs: Int { lowRank.outputs }
  private var rank: Int { lowRank.rank }

  var offset: Int { offsetA }
  var replacesWeight: Bool { false }

  /// v or its gradient; du; its part of dx.
  func scratchCount(rows: Int, frozen: Int) -> Int { frozen + rows * (outputs + rank + inputs) }

  // MARK: Values

  func forward(
    _ layer: LinearOperation, _ shard: ShardView, _ y: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>?
  ) {
    guard let rounding = layer.rounding else { return }
    let count = shard.rows * outputs
    let v = shard.place(rounding.branchScratch, count: count)
    drop(layer, shard)
    update(branchInput(layer, shard), into: v, shard)
    add(count, v, to: y)
    rounding.output?.apply(count, y, shard)
  }

  /// x' and u.
  func remake(_ layer: LinearOperation, _ shard: ShardView) {
    drop(layer, shard)
    makeHidden(branchInput(layer, shard), shard)
  }

  /// u = round(x'·A16ᵀ).
  private func makeHidden(_ x: UnsafePointer<Float>, _ shard: ShardView) {
    let u = hidden(shard)
    matrixProduct(
      rows: shard.rows, columns: rank, depth: inputs, a: x, aRow: inputs, aColumn: 1,
      b: Panels(packed: shard.packed + columnsA, depth: inputs), c: u, cRow: rank, stop: shard.stop)
    hiddenRounding?.apply(shard.rows * rank, u, shard)
  }

  /// v = round(s·round(u·B16ᵀ)), with u from x'.
  private func update(_ x: UnsafePointer<Float>, into v: UnsafeMutablePointer<Float>, _ shard: ShardView) {
    let rows = shard.rows
    makeHidden(x, shard)
    let u = hidden(shard)
    matrixProduct(
      rows: rows, columns: outputs, depth: rank, a: u, aRow: rank, aColumn: 1,
      b: Panels(packed: shard.packed + columnsB, depth: rank), c: v, cRow: outputs, stop: shard.stop)
    updateRounding?.apply(rows * outputs, v, shard)
    multiplyUpdate(v, updateRounding, shard)
  }

  /// v = round(s·v).
  private func multiplyUpdate(_ v: UnsafeMutablePointer<Float>, _ rounding: Rounding?, _ shard: ShardView) {
    if lowRank.multiplier == 1 { return }
    scale(shard.rows * outputs, v, by: lowRank.multiplier)
    rounding?.apply(shard.rows * outputs, v, shard)
  }

  /// Makes round(dropout(x)) while training with dropout.
  private func drop(_ layer: LinearOperation, _ shard: ShardView) {
    guard let dropout, let seed = shard.dropoutSeed else { return }
    let count = shard.rows * inputs
    let dropped = shard.place(dropout.dropped, count: count)
    dropoutForward(
      rows: shard.rows, columns: inputs, x: UnsafePointer(layer.input.value(shard)),
      stream: RandomStream(seed: seed, purpose: .dropout, index: dropout.index), step: shard.step,
      firstRow: shard.firstRow, probability: dropout.probability,
      mask: shard.place(dropout.mask, count: count), y: dropped)
    hiddenRounding?.apply(count, dropped, shard)
  }

  private func hidden(_ shard: ShardView) -> UnsafeMutablePointer<Float> {
    shard.place(hidden, count: shard.rows * rank)
  }

  /// x'.
  private func branchInput(_ layer: LinearOperation, _ shard: ShardView) -> UnsafePointer<Float> {
    guard let dropout, shard.dropoutSeed != nil else { return UnsafePointer(layer.input.value(shard)) }
    return UnsafePointer(shard.place(dropout.dropped, count: shard.rows * inputs))
  }

  // MARK: Gradients

  /// dv = round(s·dy); dB += dvᵀ·u; du = round(dv·B16); dA += duᵀ·x'; dx += round(mask∘round(du·A16)).
  func backward(
    _ layer: LinearOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>?, initial: UnsafePointer<Float>?
  ) {
    guard let rounding = layer.rounding else { return }
    let rows = shard.rows
    let place = shard.place(rounding.branchScratch, count: rows * (outputs + rank + inputs))
    let (dv, du) = (place, place + rows * outputs)
    let isFirst = !layer.input.accumulates
    let part = isFirst ? dx ?? place : place + rows * (outputs + rank)
    dv.update(from: dy, count: rows * outputs)
    multiplyUpdate(dv, updateGradient, shard)
    matrixProduct(
      rows: rows, columns: rank, depth: outputs, a: dv, aRow: outputs, aColumn: 1,
      b: Panels(rowMajor: shard.packed + roundedB, rowStride: rank, depth: outputs), c: du, cRow: rank,
      stop: shard.stop)
    hiddenGradient?.apply(rows * rank, du, shard)
    shard.addGradient(dv, outputs, hidden(shard), rank, to: shard.gradient + offsetB)
    shard.addGradient(du, rank, branchInput(layer, shard), inputs, to: shard.gradient + offsetA)
    guard let dx else { return }
    matrixProduct(
      rows: rows, columns: inputs, depth: rank, a: du, aRow: rank, aColumn: 1,
      b: Panels(rowMajor: shard.packed + roundedA, rowStride: inputs, depth: rank), c: part, cRow: inputs,
      stop: shard.stop)
    if let dropout, shard.dropoutSeed != nil {
      rounding.part?.apply(rows * inputs, part, shard)
      multiply(rows * inputs, shard.place(dropout.mask, count: rows * inputs), into: part)
    }
    rounding.add(part: part, rows * inputs, to: dx, isFirst: isFirst, shard)
  }

  var finishCost: Int { lowRank.countA + lowRank.countB }

  /// Adds the groups' gradients of A and B, and rounds them.
  func finishGradient(_ step: StepView) {
    for (offset, count) in [(offsetA, lowRank.countA), (offsetB, lowRank.countB)] {
      step.addGroups(offset, count: count)
      factorGradient?.finish(count, step.gradient + offset, step)
    }
  }
}

/// Makes A16 and B16 of the masters before each step, and packs them.
struct RoundedFactorsTask: PrepareTask {
  let branch: RoundedBranch
  let format: FloatFormat

  func run(_ parameters: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>, stop: StopSignal) {
    let lowRank = branch.lowRank
    let (a, b) = (packed + branch.roundedA, packed + branch.roundedB)
    _ = round(lowRank.countA, parameters + branch.offsetA, to: format, into: a)
    _ = round(lowRank.countB, parameters + branch.offsetB, to: format, into: b)
    packTransposed(
      a, depth: lowRank.inputs, columns: lowRank.rank, rowStride: lowRank.inputs,
      into: packed + branch.columnsA)
    packTransposed(
      b, depth: lowRank.rank, columns: lowRank.outputs, rowStride: lowRank.rank,
      into: packed + branch.columnsB)
  }
}

extension PlanBuilder {
  /// LoRA's branch with roundings; nil in fp32.
  mutating func roundedBranch(_ module: AdaptedModule) -> (any AdapterBranch)? {
    request.precision.rounds ? RoundedBranch(module, in: &self) : nil
  }
}
