// A linear layer with roundings: forward, backward, and the layout of its places.
import Kernels

extension LinearRounding {
  // MARK: Values

  func forward(_ layer: LinearOperation, _ shard: ShardView) {
    let count = shard.rows * layer.outputs
    let y = layer.output.values(shard)
    var initial: UnsafePointer<Float>?
    if let vector = layer.bias {
      addBias(rows: shard.rows, columns: layer.outputs, bias: vector.pointer(shard), to: nil, into: y)
      bias?.apply(count, y, shard)
      initial = UnsafePointer(y)
    }
    layer.multiplyWeight(shard, UnsafePointer(layer.input.value(shard)), y, initial)
    output?.apply(count, y, shard)
    layer.branch?.forward(layer, shard, y, initial: UnsafePointer(y))
    if let residual = layer.residual {
      Kernels.add(count, residual.value(shard), to: y)
      sum?.apply(count, y, shard)
    }
  }

  // MARK: Gradients

  func backward(_ layer: LinearOperation, _ shard: ShardView) {
    guard var dy = layer.output.gradients(shard) else { return }
    let dx = layer.input.gradient(shard)
    if let outputGradient {
      let count = shard.rows * layer.outputs
      let rounded = shard.place(roundedGradient, count: count)
      outputGradient.apply(count, dy, into: rounded, shard)
      dy = rounded
    }
    if let sum = layer.bias?.gradient(shard, count: layer.outputs) {
      addColumnSums(rows: shard.rows, columns: layer.outputs, dy, to: sum)
    }
    // The branch comes first: autograd goes back from what was made last.
    layer.branch?.backward(layer, shard, dy, dx, initial: nil)
    if let dx {
      let count = shard.rows * layer.inputs
      let isFirst = !layer.input.accumulates && layer.branch == nil
      let target = isFirst ? dx : shard.place(inputPart, count: count)
      layer.multiplyWeightTransposed(shard, dy, target, nil)
      add(part: target, count, to: dx, isFirst: isFirst, shard)
    }
    if case .trained(let offset, _, _) = layer.weight {
      shard.addGradient(
        dy, layer.outputs, layer.input.value(shard), layer.inputs, to: shard.gradient + offset)
    }
  }

  /// Rounds a part of dx and adds it, or leaves it where it stands if it is the first.
  func add(
    part target: UnsafeMutablePointer<Float>, _ count: Int, to dx: UnsafeMutablePointer<Float>, isFirst: Bool,
    _ shard: ShardView
  ) {
    part?.apply(count, target, shard)
    if isFirst { return }
    Kernels.add(count, target, to: dx)
    inputGradient?.apply(count, dx, shard)
  }

  /// Rounds the gradient of W and b after all shards.
  func finish(_ layer: LinearOperation, _ step: StepView) {
    if case .trained(let offset, _, _) = layer.weight {
      weightGradient?.finish(layer.outputs * layer.inputs, step.gradient + offset, step)
    }
    if case .trained(let offset) = layer.bias {
      biasGradient?.finish(layer.outputs, step.gradient + offset, step)
    }
  }
}

extension PlanBuilder {
  /// Of the gradient that a loss makes of what it reads.
  mutating func lossRounding(_ slot: Slot) -> Rounding? {
    slot.gradient == nil ? nil : rounding(.logits, gradient: true, of: "loss")
  }

  /// The roundings of a layer; nil in fp32.
  ///
  /// - Parameters:
  ///   - index: the number of W; its bias follows it.
  ///   - hasResidual: whether y is the residual stream.
  ///   - isLast: whether y is what the loss reads.
  mutating func linearRounding(
    _ module: String, _ index: Int, x: Slot, y: Slot, weight: MatrixSource, hasResidual: Bool, isLast: Bool
  ) -> LinearRounding? {
    let kind: TensorKind = isLast ? .logits : .productOutput
    kinds[y.id] = hasResidual ? .stream : kind
    guard request.precision.rounds else { return nil }
    let bias = request.base.bias(ofWeight: index)
    let (inputs, outputs) = (x.columns, y.columns)
    let frozen: Int = if case .frozen(let matrix) = weight { matrix.scratchCount(rows: rows) } else { 0 }
    let isStreamSingle = request.precision.format(of: .stream, isGradient: true) == .fp32
    let hasOwnGradient = hasResidual && y.gradient != nil && isStreamSingle
    let hasInputGradient = x.gradient != nil
    let (roundedGradient, inputPart) = (frozen, frozen + (hasOwnGradient ? rows * outputs : 0))
    let branchScratch = inputPart + (hasInputGradient ? rows * inputs : 0)
    places.needScratch(branchScratch)
    return LinearRounding(
      bias: bias == nil ? nil : rounding(.bias, of: module), output: rounding(kind, of: module),
      sum: hasResidual ? rounding(.stream, of: module) : nil,
      outputGradient: hasOwnGradient ? rounding(.productOutput, gradient: true, of: module) : nil,
      part: hasInputGradient ? rounding(.productInput, gradient: true, of: module) : nil,
      inputGradient: hasInputGradient
        ? rounding(kinds[x.id] ?? .productInput, gradient: true, of: module) : nil,
      weightGradient: isTrained(index) ? rounding(.weight, gradient: true, of: module) : nil,
      biasGradient: bias.map { isTrained($0) } == true ? rounding(.bias, gradient: true, of: module) : nil,
      roundedGradient: roundedGradient, inputPart: inputPart, branchScratch: branchScratch)
  }
}
