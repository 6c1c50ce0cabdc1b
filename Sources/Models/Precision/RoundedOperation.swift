// An operation whose outcome is rounded, forward and backward.
import Kernels
import Storage

/// Runs an operation and rounds what it made: its output forward, and backward its input's gradient. Where that gradient is
/// a sum, the operation's part of it is rounded before it is added, and the sum after, as PyTorch adds tensors of 16 bits.
struct RoundedOperation: Operation {
  let inner: any Operation
  let output: Slot
  let value: Rounding?
  /// The input, where the operation has one apart from the output that it changes in place.
  let input: Input?
  let gradient: Rounding?
  /// [rows, columns] of the input: what others have added to the gradient before; where it is a sum.
  let others: Int?

  var part: OperationPart { inner.part }
  var outputSlots: [Slot] { inner.outputSlots }
  var inputSlots: [Slot] { inner.inputSlots }

  func forward(_ shard: ShardView) {
    inner.forward(shard)
    value?.apply(output, shard)
  }

  func backward(_ shard: ShardView) {
    let slot = input?.slot ?? output
    guard let gradient, let dx = slot.gradients(shard) else { return inner.backward(shard) }
    let count = shard.rows * slot.columns
    guard let others else {
      inner.backward(shard)
      gradient.apply(count, dx, shard)
      return
    }
    let kept = shard.place(others, count: count)
    kept.update(from: dx, count: count)
    dx.update(repeating: 0, count: count)
    inner.backward(shard)
    gradient.apply(count, dx, shard)
    add(count, kept, to: dx)
    gradient.apply(count, dx, shard)
  }

  func remake(_ shard: ShardView) { inner.remake(shard) }

  var finishCost: Int { inner.finishCost }

  func finishGradient(_ step: StepView) { inner.finishGradient(step) }
}

extension PlanBuilder {
  /// Appends an operation, rounded as the table has it.
  ///
  /// - Parameters:
  ///   - output: what it makes, or changes in place.
  ///   - kind: of the output.
  ///   - input: whose gradient it makes; nil for an operation in place.
  mutating func append(
    _ operation: any Operation, _ output: Slot, as kind: TensorKind, input: Input? = nil, of module: String
  ) {
    // What reads an output in fp32 beside products reads none of this kind.
    let value = rounding(kind, of: module) ?? (kind == .norm ? rounding(.productInput, of: module) : nil)
    let isGradientMade = input == nil ? output.gradient != nil : input?.slot.gradient != nil
    let gradient =
      isGradientMade ? rounding(kinds[input?.slot.id ?? output.id] ?? kind, gradient: true, of: module) : nil
    kinds[output.id] = kind
    guard value != nil || gradient != nil else {
      operations.append(operation)
      return
    }
    let others = input.flatMap { input in
      gradient != nil && input.accumulates ? places.allocate(rows * input.columns) : nil
    }
    operations.append(
      RoundedOperation(
        inner: operation, output: output, value: value, input: input, gradient: gradient, others: others))
  }
}

/// y = x∘w in every row, for x [n, d] and w [d]: the second half of a norm whose first half is rounded.
struct ScaleOperation: Operation {
  let input: Input
  let output: Slot
  let weight: VectorSource
  /// As many ones as there are rows.
  let ones: Buffer

  var part: OperationPart { .normWeight }
  var outputSlots: [Slot] { [output] }
  var inputSlots: [Slot] { [input.slot] }

  func forward(_ shard: ShardView) {
    scaleColumns(
      rows: shard.rows, columns: input.columns, input.value(shard), by: weight.pointer(shard),
      into: output.values(shard))
  }

  func backward(_ shard: ShardView) {
    guard let dy = output.gradients(shard) else { return }
    if let dw = weight.gradient(shard, count: input.columns) {
      rmsNormWeightGradient(
        rows: shard.rows, columns: input.columns, x: input.value(shard), reciprocal: ones.pointer, dy: dy,
        dw: dw)
    }
    guard let dx = input.gradient(shard) else { return }
    scaleColumns(rows: shard.rows, columns: input.columns, dy, by: weight.pointer(shard), into: dx)
  }

  var finishCost: Int { weight.isTrained ? input.columns : 0 }

  func finishGradient(_ step: StepView) { weight.finishGradient(step, count: input.columns) }
}

extension PlanBuilder {
  /// RMSNorm as transformers computes it in 16 bits: round(w∘round(x/√(mean(x²) + ε))).
  mutating func roundedNorm(
    _ x: Slot, _ weight: Int, hasGradient: Bool, epsilon: Float, of module: String
  ) -> Slot {
    let ones = Buffer(count: max(rows, x.columns))
    ones.pointer.update(repeating: 1, count: ones.count)
    let normal = slot(x.columns, hasGradient: hasGradient)
    let entered = input(x)
    append(
      NormOperation(
        input: entered, output: normal, weight: .frozen(ones, offset: 0), epsilon: epsilon,
        reciprocal: places.allocate(rows)),
      normal, as: .norm, input: entered, of: module)
    let y = slot(x.columns, hasGradient: hasGradient)
    let scaled = input(normal)
    append(
      ScaleOperation(input: scaled, output: y, weight: vector(weight), ones: ones), y, as: .norm,
      input: scaled, of: module)
    return y
  }
}
