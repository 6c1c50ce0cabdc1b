// NEFTune's noise on the embeddings: exactly the stream's numbers, in steps alone, on any number of threads.
import Adapters
import Kernels
import Models
import ReferenceSupport
import Storage
import Testing
import Training

@Suite struct EmbeddingNoiseTests {
  private let shape = TransformerShape(
    layers: 1, width: 24, heads: 4, keyHeads: 2, feedForward: 40, context: 8, vocabulary: 80, isTied: false)
  private let rows = BatchShape(sequences: 9, positions: 8)

  /// Every row has a token of its own, so that the noise of a row can be put into the table.
  private var batch: Batch {
    let buffer = TokenBuffer(rows: rows.rows)
    for row in 0..<rows.rows {
      buffer.tokens[row] = Int32(row)
      buffer.targets[row] = Int32((row * 7) % 80)
    }
    return Batch(tokens: buffer, countedRows: rows.rows)
  }

  private func plan(_ base: BaseWeights, noise: Double = 0, threads: Int = 1) throws -> (Plan, Buffer) {
    let layout = try AdapterLayout(
      LoRAConfiguration(rank: 4, alpha: .fixed(4), targets: .allLinear), modules: base.linearModules,
      standardTargets: [], others: { _ in [] })
    let plan = Plan(
      base: base, adapter: layout, rule: .lora, trainable: .adapter, shape: rows,
      pool: threads > 1 ? ThreadPool(threads: threads) : nil, embeddingNoise: noise)
    var random = TestRandom(3)
    let parameters = Buffer(random.floats(layout.count))
    try plan.prepare(parameters: parameters)
    return (plan, parameters)
  }

  @Test(arguments: [1, 2]) func theNoiseIsThatOfTheStream(threads: Int) throws {
    let base = BaseWeights(.transformer(shape), seed: 5)
    let (plan, parameters) = try plan(base, noise: 5, threads: threads)
    let loss = try plan.step(parameters: parameters, batch: batch, step: 3, dropoutSeed: 11)
    let most = Float(5 / (8.0 * 24).squareRoot())
    let table = base.values.copy()
    let stream = RandomStream(seed: 11, purpose: .embedding)
    let noise = Buffer(count: 24)
    for row in 0..<rows.rows {
      stream.fillUniform(noise.pointer, count: 24, position: 3 << 32 | UInt64(row), from: -most, to: most)
      add(24, UnsafePointer(noise.pointer), to: table.pointer + row * 24)
    }
    let (moved, sameParameters) = try self.plan(BaseWeights(.transformer(shape), values: table))
    #expect(try moved.step(parameters: sameParameters, batch: batch, step: 3, dropoutSeed: 11) == loss)
    #expect(moved.gradient.array() == plan.gradient.array())
    let (quiet, _) = try self.plan(base)
    #expect(try quiet.step(parameters: parameters, batch: batch, step: 3, dropoutSeed: 11) != loss)
    // Evaluations, and steps that draw nothing, have none.
    #expect(
      try plan.step(parameters: parameters, batch: batch, step: 3, dropoutSeed: nil)
        == quiet.step(parameters: parameters, batch: batch, step: 3, dropoutSeed: nil))
    #expect(
      try plan.evaluate(parameters: parameters, batch: batch, rows: rows.rows)
        == quiet.evaluate(parameters: parameters, batch: batch, rows: rows.rows))
  }
}
