// Layers that are computed again give the same bits in less memory; micro-batches add up to their batch.
import Adapters
import Kernels
import Models
import ReferenceSupport
import Storage
import Testing

extension PlanTests {
  /// Loss and gradient of two steps, as bits.
  private func bits(
    _ base: BaseWeights, _ layout: AdapterLayout?, _ parameters: Buffer, _ batch: Batch, _ shape: BatchShape,
    _ checkpointing: Checkpointing, threads: Int = 1
  ) throws -> [UInt64] {
    let plan = Plan(
      base: base, adapter: layout, rule: .rslora, trainable: layout == nil ? .base : .adapter, shape: shape,
      pool: threads == 1 ? nil : ThreadPool(threads: threads), checkpointing: checkpointing)
    try plan.prepare(parameters: parameters)
    var bits: [UInt64] = []
    for step in 0..<2 {
      let loss = try plan.step(parameters: parameters, batch: batch, step: step, dropoutSeed: 5)
      bits += [loss.bitPattern] + plan.gradient.array().map { UInt64($0.bitPattern) }
    }
    return bits
  }

  /// With as many layers that the memory of one is used by several.
  private func deep(_ shape: TransformerShape) -> BaseWeights {
    var shape = shape
    shape.layers = 4
    return base(.transformer(shape))
  }

  private func expectSameBits(
    _ name: String, _ base: BaseWeights, _ layout: AdapterLayout?, _ batch: Batch, _ shape: BatchShape
  ) throws {
    var random = TestRandom(31)
    let parameters =
      layout.map { Buffer(random.floats($0.count).map { 0.3 * $0 }) } ?? base.values.copy()
    let kept = try bits(base, layout, parameters, batch, shape, .off)
    for checkpointing in [Checkpointing.full, .unsloth] {
      for threads in [1, 3] {
        let again = try bits(base, layout, parameters, batch, shape, checkpointing, threads: threads)
        #expect(again == kept, "\(name), \(checkpointing), \(threads) threads")
      }
    }
  }

  @Test(arguments: AdapterCase.all)
  func checkpointingChangesNoBitOfAKind(_ kind: AdapterCase) throws {
    let plain = Model(base: deep(PlanTests.forms[kind.form].1), description: "base")
    let model = try plain.attached(kind.configuration, mode: .rslora)
    let layout = try #require(model.adapter?.layout)
    let shape = BatchShape(sequences: 27, positions: 10)
    try expectSameBits(kind.name, model.base, layout, tokens(shape, vocabulary: 19), shape)
  }

  /// Factored and merged orders, modules of some layers alone, and all weights.
  @Test(arguments: forms.indices)
  func checkpointingChangesNoBitOfAForm(_ i: Int) throws {
    let (name, form) = PlanTests.forms[i]
    let base = deep(form)
    let shape = BatchShape(sequences: 12, positions: 10, parts: 3)
    let batch = tokens(shape, vocabulary: 19)
    try expectSameBits("\(name), all weights", base, nil, batch, shape)
    let cases: [(rank: Int, dropout: Double, layers: [Int])] = [
      (2, 0, []), (16, 0, []), (2, 0.3, []), (3, 0.3, [2]), (3, 0, [0, 3]),
    ]
    for (rank, dropout, layers) in cases {
      var configuration = LoRAConfiguration(
        rank: rank, alpha: .fixed(4), targets: .allLinear, dropout: dropout)
      if !layers.isEmpty { configuration.layers = layers }
      let layout = try AdapterLayout(configuration, modules: base.linearModules, standardTargets: [])
      try expectSameBits("\(name) r=\(rank), layers \(layers)", base, layout, batch, shape)
    }
  }

  @Test(arguments: [Activation.gelu, .none])
  func checkpointingChangesNoBitOfAPerceptron(_ activation: Activation) throws {
    let base = base(.perceptron(PerceptronShape(widths: [12, 20, 9, 16, 7], activation: activation)))
    let shape = BatchShape(sequences: 140, positions: 1)
    let batch = rows(shape, inputs: 12, outputs: 7)
    try expectSameBits("all weights", base, nil, batch, shape)
    for dropout in [0, 0.3] {
      let layout = try AdapterLayout(
        LoRAConfiguration(rank: 2, alpha: .fixed(4), targets: .allLinear, dropout: dropout),
        modules: base.linearModules, standardTargets: [])
      try expectSameBits("dropout \(dropout)", base, layout, batch, shape)
    }
  }

  /// The gradient is right, not only the same: the loss is computed by another plan.
  @Test func checkpointedGradientsAreThoseOfTheLoss() throws {
    let base = deep(PlanTests.forms[0].1)
    let shape = BatchShape(sequences: 8, positions: 10, parts: 2)
    let layout = try AdapterLayout(
      LoRAConfiguration(rank: 3, alpha: .fixed(4), targets: .allLinear, dropout: 0.2),
      modules: base.linearModules, standardTargets: [])
    try checkGradient(
      "checkpointed", base: base, adapter: layout, trainable: .adapter, batch: tokens(shape, vocabulary: 19),
      shape: shape, dropoutSeed: 3, checkpointing: .unsloth)
  }

  /// Six layers of width 384, as in the README's measurements.
  @Test func checkpointingTakesLessMemory() throws {
    let base = BaseWeights(
      .transformer(
        TransformerShape(
          layers: 6, width: 384, heads: 8, keyHeads: 8, feedForward: 1024, context: 64, vocabulary: 64)),
      seed: 0)
    let layout = try AdapterLayout(
      LoRAConfiguration(rank: 16, alpha: .fixed(16), targets: .allLinear), modules: base.linearModules,
      standardTargets: [])
    func memory(_ checkpointing: Checkpointing, parts: Int = 1, sequences: Int = 16) -> PlanMemory {
      Plan(
        base: base, adapter: layout, rule: .lora, trainable: .adapter,
        shape: BatchShape(sequences: sequences, positions: 64, parts: parts), checkpointing: checkpointing
      ).memory
    }
    let (off, full, unsloth) = (memory(.off), memory(.full), memory(.unsloth))
    let whole = off.activations + off.logits
    print(
      "activations: \(whole), full \(full.activations + full.logits), unsloth "
        + "\(unsloth.activations + unsloth.logits) and \(unsloth.offloaded) apart")
    #expect(Double(full.activations + full.logits) <= 0.4 * Double(whole))
    #expect(unsloth.activations < full.activations && full.offloaded == 0)
    // The inputs of five layers: the last is not computed again.
    #expect(unsloth.offloaded == 5 * 128 * 384 * 4)
    #expect(off.gradients == full.gradients && off.packed == full.packed && off.packed == unsloth.packed)
    // A batch of 16 goes through the model in eight shards already, two sequences each; in parts it is one.
    let parts = memory(.off, parts: 4)
    #expect(Double(parts.activations) < 0.55 * Double(off.activations))
    // Where shards are larger, parts take as much less as they are smaller.
    let (large, four) = (memory(.off, sequences: 64), memory(.off, parts: 4, sequences: 64))
    print(
      "batch 16: \(off.activations), 4 × 4: \(parts.activations); 64: \(large.activations), 4 × 16: \(four.activations)"
    )
    #expect(Double(four.activations) <= 0.4 * Double(large.activations))
  }

  // MARK: Micro-batches

  /// Every row is in one shard, a shard is of one part, and shards are whole sequences.
  @Test(arguments: [1, 2, 3, 7, 16], [1, 3, 10, 64])
  func partsShareOutTheRows(_ parts: Int, _ positions: Int) {
    for each in [1, 2, 5, 8, 9, 33] {
      let shape = BatchShape(sequences: each * parts, positions: positions, parts: parts)
      let alone = BatchShape(sequences: each, positions: positions)
      #expect(shape.groups == alone.groups && shape.shards == parts * alone.shards)
      #expect(shape.mostRows == alone.mostRows)
      var rows: [Int] = []
      for group in 0..<shape.groups {
        for shard in shape.shards(ofGroup: group) {
          let range = shape.rows(ofShard: shard)
          let part = range.lowerBound / alone.rows
          #expect(range.count.isMultiple(of: positions) && range.upperBound <= (part + 1) * alone.rows)
          rows += range
        }
      }
      #expect(rows.sorted() == Array(0..<shape.rows))
    }
  }

  /// The same sum in another order: of n summands in single precision each order is within n·2⁻²⁴ of the exact one,
  /// relative to the sum of their magnitudes. Rows that do not count, and dropout, stay the same.
  @Test(arguments: [0.0, 0.3])
  func partsAddUpToTheBatch(_ dropout: Double) throws {
    let base = base(PlanTests.transformer)
    let layout = try AdapterLayout(
      LoRAConfiguration(rank: 4, alpha: .fixed(4), targets: .allLinear, dropout: dropout),
      modules: base.linearModules, standardTargets: [])
    var random = TestRandom(4)
    let parameters = Buffer(random.floats(layout.count).map { 0.3 * $0 })
    func gradient(parts: Int, threads: Int = 1) throws -> (loss: Double, values: [Float]) {
      let shape = BatchShape(sequences: 16, positions: 10, parts: parts)
      var batch = tokens(shape, vocabulary: 19)
      // Prompts of 0 to 9 tokens: the parts have different numbers of rows that count.
      if let buffer = batch.tokens {
        for row in 0..<shape.rows where row % 10 < (row / 10 * 7) % 10 {
          buffer.targets[row] = ignoredTarget
        }
        batch.countedRows = (0..<shape.rows).count { buffer.targets[$0] != ignoredTarget }
      }
      let plan = Plan(
        base: base, adapter: layout, rule: .rslora, trainable: .adapter, shape: shape,
        pool: threads == 1 ? nil : ThreadPool(threads: threads))
      try plan.prepare(parameters: parameters)
      let loss = try plan.step(parameters: parameters, batch: batch, step: 2, dropoutSeed: 9)
      return (loss, plan.gradient.array())
    }
    let whole = try gradient(parts: 1)
    let norm = whole.values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    for parts in [2, 4, 16] {
      let (loss, values) = try gradient(parts: parts)
      // The losses of rows are the same numbers, added in the same order.
      #expect(loss == whole.loss)
      let difference = largestDifference(values, whole.values) / norm
      print("\(parts) parts, dropout \(dropout): largest difference \(difference) of the norm")
      #expect(difference < 160 * 0x1p-24)
      for threads in [2, 3] {
        let other = try gradient(parts: parts, threads: threads)
        #expect(other.loss == loss && other.values == values)
      }
    }
  }
}
