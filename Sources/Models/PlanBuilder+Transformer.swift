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
    append(
      EmbeddingOperation(
        output: x, table: trainedOffset(table).map { .trained(offset: $0) } ?? .frozen(base.matrix(table)),
        tableCount: shape.vocabulary * shape.width,
        sharesGradient: shape.isTied,
        noise: Float(
          request.embeddingNoise / (Double(request.positions) * Double(shape.width)).squareRoot())), x,
      as: .stream, of: shape.form.embedding)
    if request.embeddingNoise > 0 { places.needScratch(shape.width) }
    var rotary: RotaryTable?
    if let positions {
      append(
        PositionOperation(
          slot: x, table: vector(positions), tableCount: shape.positionCount * shape.width,
          positions: request.positions), x, as: .stream, of: base.shapes[positions].module)
    } else {
      rotary = RotaryTable(
        positions: request.positions, headWidth: shape.headWidth, angles: shape.angles)
    }
    for block in 0..<shape.layers {
      x = layer(x, isLast: block == shape.layers - 1) { builder in
        builder.block(
          x, shape, rotary, module: "\(shape.form.blocks).\(block).\(shape.form.attention)"
        ) { parts.take(.block(block, $0)) }
      }
    }
    let last = norm(x, parts.take(.lastNorm), shape)
    let logits = linear(
      last, shape.isTied ? table : parts.take(.outputLayer), module: shape.form.outputLayer, isLast: true)
    parts.finish()
    output = logits
    operations.append(CrossEntropyOperation(logits: input(logits), rounding: lossRounding(logits)))
  }

  /// One block: attention and MLP, each added to the residual stream x.
  ///
  /// - Parameters:
  ///   - module: the path of its attention.
  ///   - index: the number of a part's weight; asked for in the order of the form's parts.
  private mutating func block(
    _ x: Slot, _ shape: TransformerShape, _ rotary: RotaryTable?, module: String,
    _ index: (BlockPart) -> Int
  ) -> Slot {
    let attended = norm(x, index(.norm(.attention)), shape)
    let (q, k, v) = queriesKeysAndValues(attended, index, shape)
    if let rotary {
      for (slot, heads) in [(q, shape.heads), (k, shape.keyHeads)] {
        operations.append(
          RotaryOperation(
            slot: slot, heads: heads, table: rotary, positions: request.positions,
            rounding: RotaryRounding(slot, of: module, in: &self)))
      }
    }
    let mixed = attention(q, k, v, shape, of: module)
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
      let weight = index(.linear(.up))
      let up = linear(x, weight)
      let activated = slot(shape.feedForward, hasGradient: up.gradient != nil)
      let input = input(up)
      append(
        ActivationOperation(input: input, output: activated, activation: shape.activation), activated,
        as: .activation, input: input, of: PlanBuilder.parent(of: request.base.shapes[weight].module))
      return activated
    }
    let weight = index(.linear(.gate))
    let gate = linear(x, weight)
    let up = linear(x, index(.linear(.up)))
    let gated = slot(shape.feedForward, hasGradient: gate.gradient != nil || up.gradient != nil)
    kinds[gated.id] = .activation
    let module = PlanBuilder.parent(of: request.base.shapes[weight].module)
    let rounding = GateRounding(module, hasGradient: gated.gradient != nil, in: &self)
    operations.append(GateOperation(gate: input(gate), up: input(up), output: gated, rounding: rounding))
    return gated
  }

  private mutating func norm(_ x: Slot, _ weight: Int, _ shape: TransformerShape) -> Slot {
    let module = request.base.shapes[weight].module
    let hasGradient = x.gradient != nil || isTrained(withBias: weight)
    if shape.form.norm == .rootMeanSquare, request.precision.format(of: .norm) != .fp32 {
      return roundedNorm(x, weight, hasGradient: hasGradient, epsilon: Float(shape.normEpsilon), of: module)
    }
    let y = slot(x.columns, hasGradient: hasGradient)
    let epsilon = Float(shape.normEpsilon)
    let input = input(x)
    let operation: any Operation =
      switch shape.form.norm {
      case .rootMeanSquare:
        NormOperation(
          input: input, output: y, weight: vector(weight), epsilon: epsilon,
          reciprocal: places.allocate(rows))
      case .layer:
        LayerNormOperation(
          input: input, output: y, weight: vector(weight), bias: vector(bias(of: weight)),
          epsilon: epsilon,
          mean: places.allocate(rows), reciprocal: places.allocate(rows))
      }
    append(operation, y, as: .norm, input: input, of: module)
    return y
  }

  private func bias(of weight: Int) -> Int {
    guard let bias = request.base.bias(ofWeight: weight) else {
      preconditionFailure("a LayerNorm without bias")
    }
    return bias
  }

  private mutating func attention(
    _ q: Slot, _ k: Slot, _ v: Slot, _ shape: TransformerShape, of module: String
  ) -> Slot {
    let attention = AttentionShape(
      positions: request.positions, heads: shape.heads, keyHeads: shape.keyHeads, headWidth: shape.headWidth)
    let hasGradient = q.gradient != nil || k.gradient != nil || v.gradient != nil
    let y = slot(shape.queryWidth, hasGradient: hasGradient)
    kinds[y.id] = .attention
    let rounding = AttentionRounding(module, hasGradient: hasGradient, in: &self)
    places.needScratch(rounding == nil ? attention.scratchCount : attention.roundedScratchCount)
    operations.append(
      AttentionOperation(
        query: input(q), key: input(k), value: input(v), output: y, shape: attention,
        probabilities: places.allocate(rows / request.positions * attention.probabilityCount),
        rounding: rounding))
    return y
  }
}
