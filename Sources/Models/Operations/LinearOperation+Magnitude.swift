// DoRA's part of a linear layer: the rows of W + s·B·A brought to trained magnitudes.
import Kernels

extension LinearOperation {
  /// Floats of scratch beyond those of the frozen weight: g∘dy and g∘dy − dy, or W·dropout(x) in their place; du; and
  /// the gradient of the dropped inputs.
  static func decomposedScratch(rows: Int, inputs: Int, _ branch: AdapterBranch) -> Int {
    rows * (2 * branch.outputs + branch.rank + inputs)
  }

  /// With g = m/n and x' = dropout(x): y += g∘(W·x' + s·B·A·x') − W·x', as PEFT computes with dropout. While evaluating
  /// x' is x.
  func forward(
    _ branch: AdapterBranch, _ factored: AdapterBranch.Factored, _ magnitude: AdapterBranch.Magnitude,
    _ shard: ShardView, _ y: UnsafeMutablePointer<Float>
  ) {
    guard case .frozen(let matrix) = weight, let place = factored.direction else { return }
    let (rows, count) = (shard.rows, shard.rows * outputs)
    drop(factored, shard, UnsafePointer(input.value(shard)))
    let base = shard.scratch + matrix.scratchCount(rows: rows)
    matrix.multiply(
      rows: rows, x: branchInput(factored, shard), y: base, initial: nil, scratch: shard.scratch,
      stop: shard.stop)
    let z = shard.arena + place
    addBranch(branch, factored, shard, to: z, initial: UnsafePointer(base))
    addScaled(count, base, by: -1, to: y)
    scaleColumns(rows: rows, columns: outputs, z, by: shard.packed + magnitude.gains, into: base)
    add(count, base, to: y)
  }

  /// With t = g∘dy: dm += Σ dy∘z/n; dB += tᵀ·u; du = s·t·B; dA += duᵀ·x'; dx' = (t − dy)·W + du·A.
  func backward(
    _ branch: AdapterBranch, _ factored: AdapterBranch.Factored, _ magnitude: AdapterBranch.Magnitude,
    _ shard: ShardView, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>?
  ) {
    guard case .frozen(let matrix) = weight, let place = factored.direction else { return }
    let (rows, r, count) = (shard.rows, branch.rank, shard.rows * outputs)
    let t = shard.scratch + matrix.scratchCount(rows: rows)
    let (rest, du) = (t + count, t + 2 * count)
    let dropped = du + rows * r
    scaleColumns(rows: rows, columns: outputs, dy, by: shard.packed + magnitude.gains, into: t)
    addMagnitudeGradient(magnitude, shard, dy, z: shard.arena + place)
    addProduct(
      shard, outputs, UnsafePointer(t), r, UnsafePointer(shard.arena + factored.hidden),
      to: shard.gradient + branch.offsetB)
    matrixProduct(
      rows: rows, columns: r, depth: outputs, a: t, aRow: outputs, aColumn: 1,
      b: Panels(rowMajor: shard.parameters + branch.offsetB, rowStride: r), c: du, cRow: r,
      stop: shard.stop)
    scale(rows * r, du, by: branch.multiplier)
    addProduct(
      shard, r, UnsafePointer(du), inputs, branchInput(factored, shard), to: shard.gradient + branch.offsetA)
    guard let dx else { return }
    rest.update(from: t, count: count)
    addScaled(count, dy, by: -1, to: rest)
    matrix.multiplyTransposed(
      rows: rows, dy: rest, dx: dropped, initial: nil, scratch: shard.scratch, stop: shard.stop)
    matrixProduct(
      rows: rows, columns: inputs, depth: r, a: du, aRow: r, aColumn: 1,
      b: Panels(rowMajor: shard.parameters + branch.offsetA, rowStride: inputs), c: dropped, cRow: inputs,
      initial: UnsafePointer(dropped), stop: shard.stop)
    if let dropout = factored.dropout, shard.dropoutSeed != nil {
      dropoutBackward(
        count: rows * inputs, dy: dropped, mask: shard.arena + dropout.mask, dx: dx, accumulate: true)
    } else {
      add(rows * inputs, dropped, to: dx)
    }
  }

  /// z is overwritten.
  private func addMagnitudeGradient(
    _ magnitude: AdapterBranch.Magnitude, _ shard: ShardView, _ dy: UnsafePointer<Float>,
    z: UnsafeMutablePointer<Float>
  ) {
    let sum = shard.gradient + magnitude.offset
    if shard.startsGroup { sum.update(repeating: 0, count: outputs) }
    multiply(shard.rows * outputs, dy, into: z)
    scaleColumns(rows: shard.rows, columns: outputs, z, by: shard.packed + magnitude.reciprocals, into: z)
    addColumnSums(rows: shard.rows, columns: outputs, z, to: sum)
  }

  /// In the merged order: dm from the gradient of W″, which becomes that of W + s·B·A.
  func takeMagnitude(
    _ magnitude: AdapterBranch.Magnitude, _ dw: UnsafeMutablePointer<Float>, _ step: StepView
  ) {
    for row in 0..<outputs {
      let gradient = dw + row * inputs
      step.gradient[magnitude.offset + row] =
        dot(gradient, step.packed + magnitude.direction + row * magnitude.rowStride, count: inputs)
        * step.packed[magnitude.reciprocals + row]
      scale(inputs, gradient, by: step.packed[magnitude.gains + row])
    }
  }
}
