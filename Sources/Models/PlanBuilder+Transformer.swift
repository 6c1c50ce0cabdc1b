// The operations of a transformer, from its parts.
import Kernels

extension PlanBuilder {
  mutating func addTransformer(_ shape: TransformerShape) {
    let base = request.base
    var parts = PartIndices(shape)
    let table = parts.take(.embedding)
    var positions: Int?
    if case .learned = shape.form.positions { positions = parts.take(.positions) }
    var x = slot(
      shape.width, hasGradient: isTrained(table) || positions.map { isTrained($0) } ?? false,
      isLayerInput: true)
    operations.append(
      EmbeddingOperation(
        output: x, table: trainedOffset(table).map { .trained(offset: $0) } ?? .frozen(base.matrix(table)),
        tableCount: shape.vocabulary * shape.width,
        sharesGradient: shape.isTied,
        noise: Float(
          request.embeddingNoise / (Double(request.positions) * Double(shape.width)).squareRoot())))
    if request.embeddingNoise > 0 { places.needScratch(shape.width) }
    var rotary: RotaryTable?
    if let positions {
      operations.append(
        PositionOperation(
          slot: x, table: vector(positions), tableCount: shape.positionCount * shape.width,
          positions: request.positions))
    } else {
      rotary = RotaryTable(
        positions: request.positions, headWidth: shape.headWidth, angles: shape.angles)
    }
    for block in 0..<shape.layers {
      x = layer(x, isLast: block == shape.layers - 1) { builder in
        builder.block(x, shape, rotary) { parts.take(.block(block, $0)) }
      }
    }
    let last = norm(x, parts.take(.lastNorm), shape)
    let logits = linear(
      last, shape.isTied ? table : parts.take(.outputLayer), module: shape.form.outputLayer)
    parts.finish()
    output = logits
    operations.append(CrossEntropyOperation(logits: input(logits)))
  }

  /// One block: attention and MLP, each added to the residual stream x.
  ///
  /// - Parameter index: the number of a part's weight; asked for in the order of the form's parts.
  private mutating func block(
    _ x: Slot, _ shape: TransformerShape, _ rotary: RotaryTable?, _ index: (BlockPart) -> Int
  ) -> Slot {
    let attended = norm(x, index(.norm(.attention)), shape)
    let (q, k, v) = queriesKeysAndValues(attended, index, shape)
    if let rotary {
      operations.append(
        RotaryOperation(slot: q, heads: shape.heads, table: rotary, positions: request.positions))
      operations.append(
        RotaryOperation(slot: k, heads: shape.keyHeads, table: rotary, positions: request.positions))
    }
    let mixed = attention(q, k, v, shape)
    let middle = linear(mixed, index(.linear(.o)), residual: x)
    let entered = norm(middle, index(.norm(.mlp)), shape)
    let hidden = hidden(entered, index, shape)
    return linear(hidden, index(.linear(.down)), residual: middle, isLayerInput: true)
  }

  private mutating func queriesKeysAndValues(
    _ x: Slot, _ index: (BlockPart) -> Int, _ shape: TransformerShape
  ) -> (q: Slot, k: Slot, v: Slot) {
    guard shape.form.isFused else {
      return (
        linear(x, index(.linear(.q))), linear(x, index(.linear(.k))), linear(x, index(.linear(.v)))
      )
    }
    let all = linear(x, index(.linear(.qkv)))
    let parts = [shape.queryWidth, shape.keyWidth, shape.keyWidth].map {
      slot($0, hasGradient: all.gradient != nil)
    }
    operations.append(SplitOperation(input: input(all), outputs: parts))
    return (parts[0], parts[1], parts[2])
  }

  /// What the MLP's last layer reads.
  private mutating func hidden(_ x: Slot, _ index: (BlockPart) -> Int, _ shape: TransformerShape) -> Slot {
    guard shape.form.isGated else {
      let up = linear(x, index(.linear(.up)))
      let activated = slot(shape.feedForward, hasGradient: up.gradient != nil)
      operations.append(
        ActivationOperation(input: input(up), output: activated, activation: shape.activation))
      return activated
    }
    let gate = linear(x, index(.linear(.gate)))
    let up = linear(x, index(.linear(.up)))
    let gated = slot(shape.feedForward, hasGradient: gate.gradient != nil || up.gradient != nil)
    operations.append(GateOperation(gate: input(gate), up: input(up), output: gated))
    return gated
  }

  private mutating func norm(_ x: Slot, _ weight: Int, _ shape: TransformerShape) -> Slot {
    let y = slot(x.columns, hasGradient: x.gradient != nil || isTrained(withBias: weight))
    let epsilon = Float(shape.normEpsilon)
    switch shape.form.norm {
    case .rootMeanSquare:
      operations.append(
        NormOperation(
          input: input(x), output: y, weight: vector(weight), epsilon: epsilon,
          reciprocal: places.allocate(rows)))
    case .layer:
      operations.append(
        LayerNormOperation(
          input: input(x), output: y, weight: vector(weight), bias: vector(bias(of: weight)),
          epsilon: epsilon,
          mean: places.allocate(rows), reciprocal: places.allocate(rows)))
    }
    return y
  }

  private func bias(of weight: Int) -> Int {
    guard let bias = request.base.bias(ofWeight: weight) else {
      preconditionFailure("a LayerNorm without bias")
    }
    return bias
  }

  private mutating func attention(_ q: Slot, _ k: Slot, _ v: Slot, _ shape: TransformerShape) -> Slot {
    let attention = AttentionShape(
      positions: request.positions, heads: shape.heads, keyHeads: shape.keyHeads, headWidth: shape.headWidth)
    let hasGradient = q.gradient != nil || k.gradient != nil || v.gradient != nil
    let y = slot(shape.queryWidth, hasGradient: hasGradient)
    places.needScratch(attention.scratchCount)
    operations.append(
      AttentionOperation(
        query: input(q), key: input(k), value: input(v), output: y, shape: attention,
        probabilities: places.allocate(rows / request.positions * attention.probabilityCount)))
    return y
  }
}
