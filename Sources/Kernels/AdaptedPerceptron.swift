// A perceptron with LoRA in every layer, in one block of memory: its shape, its places and its beginning.

/// A perceptron whose weights are frozen and whose every layer has an adapter A, B: all that training it takes, in
/// memory that the caller gives once. Nothing here allocates.
///
///     let count = AdaptedPerceptron.memoryCount(shape)         // floats that the caller gives
///     let net = AdaptedPerceptron(shape, multiplier: 2, memory: memory)
///     net.draw(weights: 0, adapter: 1)                         // as mlp(…, seed=0) and a run of seed 1 begin
///     let step = net.step(inputs: x, targets: t, SGDStep(learningRate: 0.1, momentum: 0, weightDecay: 0))
///
/// Losses, gradients and parameters have the bits that a plan of the Models module gives for the same model: both make
/// their products by `LowRank`, in the same order of contraction, over the same shards and groups of rows.
/// Letters: n rows of a batch; d₀ … dₗ the widths; r the rank.
package struct AdaptedPerceptron {
  /// What the memory is laid out for.
  package struct Shape {
    /// Inputs, hidden widths, outputs: one layer less than there are widths. Read while the places are given out.
    package var widths: UnsafeBufferPointer<Int>
    /// Between the layers; none after the last.
    package var activation: Activation
    /// The rank in every layer.
    package var rank: Int
    /// Rows of every batch.
    package var rows: Int

    /// - Precondition: at least two widths; all numbers are positive.
    package init(widths: UnsafeBufferPointer<Int>, activation: Activation, rank: Int, rows: Int) {
      precondition(widths.count >= 2, "a perceptron without layers")
      for width in widths { precondition(width > 0, "a layer without width") }
      precondition(rank > 0 && rows > 0, "a rank or a batch of nothing")
      self.widths = widths
      self.activation = activation
      self.rank = rank
      self.rows = rows
    }
  }

  /// A layer and the places of what belongs to it, in floats from the beginning of the memory.
  struct Layer {
    var lowRank: LowRank
    /// Whether the adapter is merged with the weight before each step.
    let isMerged: Bool
    /// Whether the activation follows.
    let isActivated: Bool
    /// W [out, in].
    let weight: Int
    /// Factored: panels of Wᵀ and of W. Merged: those of W'ᵀ, and W' [out, in] with rows `sumRow` apart.
    let forward: Int
    let backward: Int
    let sumRow: Int
    /// Panels of Aᵀ, and, factored, of Bᵀ.
    let columnsA: Int
    let columnsB: Int
    /// Factored: u [n, r].
    let hidden: Int
    /// Merged: the gradient of W', of the first group and of the one that is added to it.
    let sums: (Int, Int)
    /// The offsets of A and B among the parameters.
    let a: Int
    let b: Int
    /// y [n, out], what follows it (y itself without activation), and their gradients.
    let value: Int
    let output: Int
    let gradient: Int
    let outputGradient: Int
  }

  /// Places of all layers together.
  struct Places {
    var parameters = 0
    var parameterCount = 0
    /// The gradient, and that of a group that is added to it.
    var gradients = (0, 0)
    /// AdamW's means of g and g²; momentum's velocity in the first.
    var first = 0
    var second = 0
    var losses = 0
    var scratch = 0
    /// Floats of all.
    var count = 0

    /// A place for `count` floats, at a multiple of 16.
    fileprivate mutating func take(_ count: Int) -> Int {
      defer { self.count += (count + 15) / 16 * 16 }
      return self.count
    }
  }

  let memory: UnsafeMutablePointer<Float>
  let layers: UnsafeMutableBufferPointer<Layer>
  let places: Places
  let batch: BatchShape
  package let activation: Activation
  package let inputs: Int
  package let outputs: Int

  /// Floats of memory that a shape takes.
  package static func memoryCount(_ shape: Shape) -> Int { layOut(shape, nil, multiplier: 0).count }

  /// Lays out the memory and sets all of it to zero: weights and parameters are set by the caller, or by `draw`.
  ///
  /// - Parameters:
  ///   - multiplier: s of every adapter.
  ///   - memory: `memoryCount` floats, aligned to 64 bytes, that nobody else uses while this is in use.
  package init(_ shape: Shape, multiplier: Float, memory: UnsafeMutablePointer<Float>) {
    precondition(UInt(bitPattern: memory).isMultiple(of: 64), "memory that is not aligned to 64 bytes")
    memory.update(repeating: 0, count: AdaptedPerceptron.memoryCount(shape))
    let table = UnsafeMutableRawPointer(memory).bindMemory(to: Layer.self, capacity: shape.widths.count - 1)
    places = AdaptedPerceptron.layOut(shape, table, multiplier: multiplier)
    layers = UnsafeMutableBufferPointer(start: table, count: shape.widths.count - 1)
    self.memory = memory
    batch = BatchShape(sequences: shape.rows, positions: 1)
    activation = shape.activation
    inputs = shape.widths[0]
    outputs = shape.widths[shape.widths.count - 1]
  }

  /// Gives out the places, and writes the layers into `table` where it is given.
  private static func layOut(
    _ shape: Shape, _ table: UnsafeMutablePointer<Layer>?, multiplier: Float
  ) -> Places {
    let count = shape.widths.count - 1
    let rows = BatchShape(sequences: shape.rows, positions: 1).mostRows
    var places = Places()
    _ = places.take(count * MemoryLayout<Layer>.stride / MemoryLayout<Float>.stride)
    for i in 0..<count {
      let (inputs, outputs) = (shape.widths[i], shape.widths[i + 1])
      let lowRank = LowRank(inputs: inputs, outputs: outputs, rank: shape.rank, multiplier: multiplier)
      let isMerged = lowRank.isMergedCheaper(rows: shape.rows)
      let isActivated = i < count - 1 && shape.activation != .none
      let sumRow = spacedRow(inputs)
      let weight = places.take(outputs * inputs)
      let forward = places.take(packedCount(depth: inputs, columns: outputs))
      let backward = places.take(
        isMerged ? outputs * sumRow : packedCount(depth: outputs, columns: inputs))
      let columnsA = places.take(packedCount(depth: inputs, columns: shape.rank))
      let columnsB = places.take(isMerged ? 0 : packedCount(depth: shape.rank, columns: outputs))
      let hidden = places.take(isMerged ? 0 : rows * shape.rank)
      let sums = (places.take(isMerged ? lowRank.count : 0), places.take(isMerged ? lowRank.count : 0))
      let a = places.parameterCount
      places.parameterCount += lowRank.countA + lowRank.countB
      let value = places.take(rows * outputs)
      let output = isActivated ? places.take(rows * outputs) : value
      let gradient = places.take(rows * outputs)
      let layer = Layer(
        lowRank: lowRank, isMerged: isMerged, isActivated: isActivated, weight: weight, forward: forward,
        backward: backward, sumRow: sumRow, columnsA: columnsA, columnsB: columnsB, hidden: hidden,
        sums: sums,
        a: a, b: a + lowRank.countA, value: value, output: output, gradient: gradient,
        outputGradient: isActivated ? places.take(rows * outputs) : gradient)
      if let table { (table + i).initialize(to: layer) }
    }
    places.parameters = places.take(places.parameterCount)
    places.gradients = (places.take(places.parameterCount), places.take(places.parameterCount))
    places.first = places.take(places.parameterCount)
    places.second = places.take(places.parameterCount)
    places.losses = places.take(shape.rows)
    places.scratch = places.take(rows * shape.rank)
    // Products read up to 31 floats beyond a row.
    _ = places.take(panelWidth)
    return places
  }

  // MARK: What stands in the memory

  package var layerCount: Int { layers.count }
  /// Rows of every batch.
  package var rows: Int { batch.rows }

  /// W [out, in] of a layer. After a change of it, `packWeights` is called.
  package func weight(_ layer: Int) -> UnsafeMutablePointer<Float> { memory + layers[layer].weight }

  /// A [r, in] and B [out, r] of each layer, layer by layer. After a change of them, `prepare` is called.
  package var parameters: UnsafeMutablePointer<Float> { memory + places.parameters }
  package var parameterCount: Int { places.parameterCount }
  /// The gradient of the mean loss of the last step.
  package var gradient: UnsafePointer<Float> { UnsafePointer(memory + places.gradients.0) }

  // MARK: The beginning

  /// Draws weights and adapters, as `mlp` and a run with LoRA's usual start do: W from N(0, 2/in), in the last layer from
  /// N(0, 1/in); A from U(±1/√in), B zero. The state of an optimiser begins anew.
  package func draw(weights seed: UInt64, adapter adapterSeed: UInt64) {
    for (i, layer) in layers.enumerated() {
      let lowRank = layer.lowRank
      let (index, bound) = (UInt32(truncatingIfNeeded: i), kaimingBound(inputs: lowRank.inputs))
      RandomStream(seed: seed, purpose: .weights, index: index).fillNormal(
        memory + layer.weight, count: lowRank.count,
        deviation: perceptronDeviation(inputs: lowRank.inputs, isLast: i == layers.count - 1))
      RandomStream(seed: adapterSeed, purpose: .adapter, index: index).fillUniform(
        parameters + layer.a, count: lowRank.countA, from: -bound, to: bound)
      (parameters + layer.b).update(repeating: 0, count: lowRank.countB)
    }
    (memory + places.first).update(repeating: 0, count: parameterCount)
    (memory + places.second).update(repeating: 0, count: parameterCount)
    packWeights()
    prepare()
  }

  /// Makes panels of the frozen weights.
  package func packWeights() {
    for layer in layers where !layer.isMerged {
      let (w, inputs, outputs) = (memory + layer.weight, layer.lowRank.inputs, layer.lowRank.outputs)
      packTransposed(w, depth: inputs, columns: outputs, rowStride: inputs, into: memory + layer.forward)
      packRows(w, depth: outputs, columns: inputs, rowStride: inputs, into: memory + layer.backward)
    }
  }

  /// Makes of the parameters what the next step reads in their place.
  ///
  /// - Parameter multiplier: s of every adapter from now on; nil leaves it as it is.
  package func prepare(multiplier: Float? = nil) {
    for i in layers.indices {
      if let multiplier { layers[i].lowRank.multiplier = multiplier }
      let layer = layers[i]
      let (lowRank, a, b) = (layer.lowRank, parameters + layer.a, parameters + layer.b)
      if layer.isMerged {
        let sum = memory + layer.backward
        lowRank.writeProduct(a: a, b: b, into: sum, rowStride: layer.sumRow)
        lowRank.addWeight(rows: lowRank.outputs, memory + layer.weight, to: sum, rowStride: layer.sumRow)
        packTransposed(
          sum, depth: lowRank.inputs, columns: lowRank.outputs, rowStride: layer.sumRow,
          into: memory + layer.forward)
      } else {
        packTransposed(
          b, depth: lowRank.rank, columns: lowRank.outputs, rowStride: lowRank.rank,
          into: memory + layer.columnsB)
      }
      packTransposed(
        a, depth: lowRank.inputs, columns: lowRank.rank, rowStride: lowRank.inputs,
        into: memory + layer.columnsA)
    }
  }
}

/// The standard deviation that a perceptron's weights are drawn with: √(2/in), in the last layer √(1/in).
package func perceptronDeviation(inputs: Int, isLast: Bool) -> Float {
  (Float(isLast ? 1 : 2) / Float(inputs)).squareRoot()
}

/// The bound of A's uniform draws, 1/√in: PEFT's `kaiming_uniform_` with a = √5.
package func kaimingBound(inputs: Int) -> Float { 1 / Float(inputs).squareRoot() }
