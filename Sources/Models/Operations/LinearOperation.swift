// A linear layer with its adapter: y = x·Wᵀ + b and what the adapter makes of it, added to a residual where one is given.
import Kernels
import Storage

/// The weight of a linear layer.
enum MatrixSource: Sendable {
  case frozen(FrozenMatrix)
  /// W [outputs, inputs] at an offset of the trainable parameters, and its panels in the packed ones.
  case trained(offset: Int, forward: Int, backward: Int)
}

/// y [n, out] = x·Wᵀ + b, plus the residual and what the adapter makes of x; x is [n, in], W [out, in].
///
/// The product starts from residual and bias in place of zero. A branch that `replacesWeight` makes the product with W
/// too, and then the layer makes none.
final class LinearOperation: Operation {
  let input: Input
  let output: Slot
  let residual: Input?
  let weight: MatrixSource
  let bias: VectorSource?
  let branch: (any AdapterBranch)?
  /// nil in fp32.
  let rounding: LinearRounding?
  let outputs: Int

  init(
    input: Input, output: Slot, residual: Input?, weight: MatrixSource, bias: VectorSource?,
    branch: (any AdapterBranch)?, rounding: LinearRounding? = nil
  ) {
    (self.input, self.output, self.residual) = (input, output, residual)
    (self.weight, self.bias, self.branch) = (weight, bias, branch)
    self.rounding = rounding
    outputs = output.columns
  }

  var inputs: Int { input.columns }

  var part: OperationPart { .linear }
  var outputSlots: [Slot] { [output] }
  var inputSlots: [Slot] { [input.slot] }

  /// Floats of scratch: what a frozen weight's products take, and what the adapter's branch does.
  ///
  /// - Parameter reserved: what stands before the branch's at least.
  static func scratchCount(
    rows: Int, weight: MatrixSource, branch: (any AdapterBranch)?, reserved: Int = 0
  ) -> Int {
    var count = reserved
    if case .frozen(let matrix) = weight { count = max(count, matrix.scratchCount(rows: rows)) }
    return branch?.scratchCount(rows: rows, frozen: count) ?? count
  }

  // MARK: Values

  func forward(_ shard: ShardView) {
    if let rounding { return rounding.forward(self, shard) }
    let x = UnsafePointer(input.value(shard))
    let y = output.values(shard)
    let initial = start(shard, y)
    if let branch, branch.replacesWeight {
      branch.forward(self, shard, y, initial: initial)
      return
    }
    multiplyWeight(shard, x, y, initial)
    branch?.forward(self, shard, y, initial: initial)
  }

  /// y = x·Wᵀ, or `initial` + x·Wᵀ.
  func multiplyWeight(
    _ shard: ShardView, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    _ initial: UnsafePointer<Float>?
  ) {
    switch weight {
    case .frozen(let matrix):
      matrix.multiply(
        rows: shard.rows, x: x, y: y, initial: initial, scratch: shard.scratch, stop: shard.stop)
    case .trained(_, let forward, _):
      multiply(shard, x, by: shard.packed + forward, y, initial)
    }
  }

  /// What the branch keeps for its gradient: the product is not made again.
  func remake(_ shard: ShardView) { branch?.remake(self, shard) }

  /// What the product is added to: residual and bias.
  private func start(_ shard: ShardView, _ y: UnsafeMutablePointer<Float>) -> UnsafePointer<Float>? {
    let residual = residual.map { UnsafePointer($0.value(shard)) }
    guard let bias else { return residual }
    addBias(rows: shard.rows, columns: outputs, bias: bias.pointer(shard), to: residual, into: y)
    return UnsafePointer(y)
  }

  /// y = x·panels, or `initial` + x·panels.
  func multiply(
    _ shard: ShardView, _ x: UnsafePointer<Float>, by panels: UnsafePointer<Float>,
    _ y: UnsafeMutablePointer<Float>, _ initial: UnsafePointer<Float>?
  ) {
    matrixProduct(
      rows: shard.rows, columns: outputs, depth: inputs, a: x, aRow: inputs, aColumn: 1,
      b: Panels(packed: panels, depth: inputs), c: y, cRow: outputs, initial: initial, stop: shard.stop)
  }

  // MARK: Gradients

  /// dx = dy·W, and of what is trained dW += dyᵀ·x and db += Σ dy; the branch adds its own. The gradient of the
  /// residual is dy itself and has the same place.
  func backward(_ shard: ShardView) {
    if let rounding { return rounding.backward(self, shard) }
    guard let gradient = output.gradients(shard) else { return }
    let dy = UnsafePointer(gradient)
    let dx = input.gradient(shard)
    let initial = input.accumulates ? dx.map { UnsafePointer($0) } : nil
    if let sum = bias?.gradient(shard, count: outputs) {
      addColumnSums(rows: shard.rows, columns: outputs, dy, to: sum)
    }
    if let branch, branch.replacesWeight {
      branch.backward(self, shard, dy, dx, initial: initial)
      return
    }
    if let dx { multiplyWeightTransposed(shard, dy, dx, initial) }
    if case .trained(let offset, _, _) = weight {
      shard.addGradient(dy, outputs, input.value(shard), inputs, to: shard.gradient + offset)
    }
    branch?.backward(self, shard, dy, dx, initial: initial)
  }

  /// dx = dy·W, or `initial` + dy·W.
  func multiplyWeightTransposed(
    _ shard: ShardView, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ initial: UnsafePointer<Float>?
  ) {
    switch weight {
    case .frozen(let matrix):
      matrix.multiplyTransposed(
        rows: shard.rows, dy: dy, dx: dx, initial: initial, scratch: shard.scratch, stop: shard.stop)
    case .trained(_, _, let backward):
      multiplyTransposed(
        shard, dy, by: Panels(packed: shard.packed + backward, depth: outputs), dx, initial)
    }
  }

  /// dx = dy·W, or `initial` + dy·W.
  func multiplyTransposed(
    _ shard: ShardView, _ dy: UnsafePointer<Float>, by w: Panels, _ dx: UnsafeMutablePointer<Float>,
    _ initial: UnsafePointer<Float>?
  ) {
    matrixProduct(
      rows: shard.rows, columns: inputs, depth: outputs, a: dy, aRow: outputs, aColumn: 1, b: w, c: dx,
      cRow: inputs, initial: initial, stop: shard.stop)
  }

  // MARK: The groups together

  var finishCost: Int {
    if case .trained = weight { return outputs * (inputs + 1) }
    return branch?.finishCost ?? (bias?.isTrained == true ? outputs : 0)
  }

  /// Adds the groups' gradients of W, of b and of the branch's parameters, each where it is trained.
  func finishGradient(_ step: StepView) {
    if case .trained(let offset, _, _) = weight { step.addGroups(offset, count: outputs * inputs) }
    bias?.finishGradient(step, count: outputs)
    branch?.finishGradient(step)
    rounding?.finish(self, step)
  }
}

extension ShardView {
  /// out [M, N] += dyᵀ·x for dy [rows, M] and x [rows, N]; without the addition in the group's first shard.
  func addGradient(
    _ dy: UnsafePointer<Float>, _ M: Int, _ x: UnsafePointer<Float>, _ N: Int,
    to out: UnsafeMutablePointer<Float>
  ) {
    Kernels.addGradient(
      rows: rows, ofOutputs: dy, M, inputs: x, N, to: out, isFirst: startsGroup, stop: stop)
  }
}
