// DoRA's branches: merged with the weight, in PEFT's order, and in that with the input dropped.
import Kernels

/// y = x·W″ᵀ: the merged branch of LoRA, whose weight carries the magnitudes.
final class MergedDecomposedBranch: AdapterBranch {
  let merged: MergedBranch
  let magnitude: Magnitude

  init(_ module: AdaptedModule, _ magnitude: Magnitude, in builder: inout PlanBuilder) {
    merged = MergedBranch(module, in: &builder)
    self.magnitude = magnitude
  }

  var offset: Int { merged.offset }
  var replacesWeight: Bool { true }
  var finishCost: Int { merged.finishCost }

  func scratchCount(rows: Int, frozen: Int) -> Int { merged.scratchCount(rows: rows, frozen: frozen) }

  func forward(
    _ layer: LinearOperation, _ shard: ShardView, _ y: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>?
  ) {
    merged.forward(layer, shard, y, initial: initial)
  }

  func remake(_ layer: LinearOperation, _ shard: ShardView) { merged.remake(layer, shard) }

  func backward(
    _ layer: LinearOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>?, initial: UnsafePointer<Float>?
  ) {
    merged.backward(layer, shard, dy, dx, initial: initial)
  }

  /// dm from the gradient of W″, which becomes that of W + s·B·A and is folded down to A and B.
  func finishGradient(_ step: StepView) {
    let (outputs, inputs) = (magnitude.outputs, magnitude.inputs)
    let dw = step.mergedGradient(merged.gradient, count: outputs * inputs)
    for row in 0..<outputs {
      let gradient = dw + row * inputs
      step.gradient[magnitude.offset + row] =
        dot(gradient, step.packed + magnitude.direction + row * magnitude.rowStride, count: inputs)
        * step.packed[magnitude.reciprocals + row]
      scale(inputs, gradient, by: step.packed[magnitude.gains + row])
    }
    merged.fold(dw, step)
  }
}

/// With g = m/n: y = g∘(W·x + s·B·A·x), as PEFT computes without dropout, W in its own storage.
final class FactoredDecomposedBranch: AdapterBranch {
  let factored: FactoredBranch
  let magnitude: Magnitude
  /// z = (W + s·B·A)·x [rows, out] in the arena.
  let direction: Int

  init(_ module: AdaptedModule, _ magnitude: Magnitude, in builder: inout PlanBuilder) {
    factored = FactoredBranch(module, in: &builder)
    self.magnitude = magnitude
    direction = builder.places.allocate(builder.rows * magnitude.outputs)
  }

  private var outputs: Int { magnitude.outputs }

  var offset: Int { factored.offset }
  var replacesWeight: Bool { true }
  var finishCost: Int { factored.finishCost }

  /// Beyond the frozen weight's: g∘z or g∘dy, and du.
  func scratchCount(rows: Int, frozen: Int) -> Int {
    frozen + rows * (outputs + factored.lowRank.rank)
  }

  func forward(
    _ layer: LinearOperation, _ shard: ShardView, _ y: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>?
  ) {
    guard case .frozen(let matrix) = layer.weight else { return }
    let (rows, count) = (shard.rows, shard.rows * outputs)
    remake(layer, shard)
    let z = shard.place(direction, count: count)
    let scaled = shard.scratch + matrix.scratchCount(rows: rows)
    scaleColumns(rows: rows, columns: outputs, z, by: shard.packed + magnitude.gains, into: scaled)
    guard let initial else {
      y.update(from: scaled, count: count)
      return
    }
    if initial != UnsafePointer(y) { y.update(from: initial, count: count) }
    add(count, scaled, to: y)
  }

  /// u and z, with the product W·x.
  func remake(_ layer: LinearOperation, _ shard: ShardView) {
    guard case .frozen(let matrix) = layer.weight else { return }
    let z = shard.place(direction, count: shard.rows * outputs)
    matrix.multiply(
      rows: shard.rows, x: factored.branchInput(layer, shard), y: z, initial: nil, scratch: shard.scratch,
      stop: shard.stop)
    factored.add(layer, shard, to: z, initial: UnsafePointer(z))
  }

  /// With t = g∘dy: dm += Σ dy∘z/n; dB += tᵀ·u; du = s·t·B; dA += duᵀ·x; dx = t·W + du·A.
  func backward(
    _ layer: LinearOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>?, initial: UnsafePointer<Float>?
  ) {
    guard case .frozen(let matrix) = layer.weight else { return }
    let (rows, count) = (shard.rows, shard.rows * outputs)
    let t = shard.scratch + matrix.scratchCount(rows: rows)
    let du = t + count
    scaleColumns(rows: rows, columns: outputs, dy, by: shard.packed + magnitude.gains, into: t)
    magnitude.addGradient(shard, dy, z: shard.place(direction, count: count))
    factored.backwardToFactors(layer, shard, UnsafePointer(t), du: du)
    guard let dx else { return }
    matrix.multiplyTransposed(
      rows: rows, dy: t, dx: dx, initial: initial, scratch: shard.scratch, stop: shard.stop)
    factored.lowRank.backwardToInputs(
      rows: rows, du: du, a: shard.parameters + factored.offsetA, dx: dx, initial: UnsafePointer(dx),
      stop: shard.stop)
  }

  func finishGradient(_ step: StepView) {
    factored.finishGradient(step)
    step.addGroups(magnitude.offset, count: outputs)
  }
}

extension Magnitude {
  /// dm += Σ dy∘z/n. z is overwritten.
  func addGradient(
    _ shard: ShardView, _ dy: UnsafePointer<Float>, z: UnsafeMutablePointer<Float>
  ) {
    let sum = shard.gradient + offset
    if shard.startsGroup { sum.update(repeating: 0, count: outputs) }
    multiply(shard.rows * outputs, dy, into: z)
    scaleColumns(rows: shard.rows, columns: outputs, z, by: shard.packed + reciprocals, into: z)
    addColumnSums(rows: shard.rows, columns: outputs, z, to: sum)
  }
}

/// With g = m/n and x' = dropout(x): y += g∘(W·x' + s·B·A·x') − W·x', as PEFT computes with dropout. While evaluating
/// x' is x.
final class DecomposedBranch: AdapterBranch {
  let factored: FactoredBranch
  let magnitude: Magnitude
  /// (W + s·B·A)·x' [rows, out] in the arena.
  let direction: Int

  init(_ module: AdaptedModule, _ magnitude: Magnitude, in builder: inout PlanBuilder) {
    factored = FactoredBranch(module, in: &builder)
    self.magnitude = magnitude
    direction = builder.places.allocate(builder.rows * magnitude.outputs)
  }

  private var inputs: Int { magnitude.inputs }
  private var outputs: Int { magnitude.outputs }

  var offset: Int { factored.offset }
  var replacesWeight: Bool { false }
  var finishCost: Int { factored.finishCost }

  /// Beyond the frozen weight's: g∘dy and g∘dy − dy, or W·x' in their place; du; and the gradient of the dropped inputs.
  func scratchCount(rows: Int, frozen: Int) -> Int {
    frozen + rows * (2 * outputs + factored.lowRank.rank + inputs)
  }

  func forward(
    _ layer: LinearOperation, _ shard: ShardView, _ y: UnsafeMutablePointer<Float>,
    initial: UnsafePointer<Float>?
  ) {
    guard let base = makeDirection(layer, shard) else { return }
    let (rows, count) = (shard.rows, shard.rows * outputs)
    addScaled(count, base, by: -1, to: y)
    scaleColumns(
      rows: rows, columns: outputs, shard.place(direction, count: count), by: shard.packed + magnitude.gains,
      into: base)
    add(count, base, to: y)
  }

  /// x', u and z, which takes the product W·x' again.
  func remake(_ layer: LinearOperation, _ shard: ShardView) { _ = makeDirection(layer, shard) }

  /// x', u and z = (W + s·B·A)·x'.
  ///
  /// - Returns: W·x' [rows, out] in the scratch.
  private func makeDirection(
    _ layer: LinearOperation, _ shard: ShardView
  ) -> UnsafeMutablePointer<Float>? {
    guard case .frozen(let matrix) = layer.weight else { return nil }
    factored.drop(layer, shard)
    let base = shard.scratch + matrix.scratchCount(rows: shard.rows)
    matrix.multiply(
      rows: shard.rows, x: factored.branchInput(layer, shard), y: base, initial: nil, scratch: shard.scratch,
      stop: shard.stop)
    factored.add(
      layer, shard, to: shard.place(direction, count: shard.rows * outputs), initial: UnsafePointer(base))
    return base
  }

  /// With t = g∘dy: dm += Σ dy∘z/n; dB += tᵀ·u; du = s·t·B; dA += duᵀ·x'; dx' = (t − dy)·W + du·A.
  func backward(
    _ layer: LinearOperation, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    _ dx: UnsafeMutablePointer<Float>?, initial: UnsafePointer<Float>?
  ) {
    guard case .frozen(let matrix) = layer.weight else { return }
    let (rows, r, count) = (shard.rows, factored.lowRank.rank, shard.rows * outputs)
    let t = shard.scratch + matrix.scratchCount(rows: rows)
    let (rest, du) = (t + count, t + 2 * count)
    let dropped = du + rows * r
    scaleColumns(rows: rows, columns: outputs, dy, by: shard.packed + magnitude.gains, into: t)
    magnitude.addGradient(shard, dy, z: shard.place(direction, count: count))
    factored.backwardToFactors(layer, shard, UnsafePointer(t), du: du)
    guard let dx else { return }
    rest.update(from: t, count: count)
    addScaled(count, dy, by: -1, to: rest)
    matrix.multiplyTransposed(
      rows: rows, dy: rest, dx: dropped, initial: nil, scratch: shard.scratch, stop: shard.stop)
    factored.lowRank.backwardToInputs(
      rows: rows, du: du, a: shard.parameters + factored.offsetA, dx: dropped,
      initial: UnsafePointer(dropped),
      stop: shard.stop)
    if let dropout = factored.dropout, shard.dropoutSeed != nil {
      dropoutBackward(
        count: rows * inputs, dy: dropped, mask: shard.place(dropout.mask, count: rows * inputs), dx: dx,
        accumulate: true)
    } else {
      add(rows * inputs, dropped, to: dx)
    }
  }

  func finishGradient(_ step: StepView) {
    factored.finishGradient(step)
    step.addGroups(magnitude.offset, count: outputs)
  }
}
