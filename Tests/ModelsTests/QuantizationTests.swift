// Quantised bases: what is computed with them has the bits of what the expanded weights compute.
import Adapters
import Kernels
import Models
import ReferenceSupport
import Storage
import Testing

@Suite struct QuantizationTests {
  static let fourBits = [
    Quantization(.fourBit(.nf4, isDouble: false)), Quantization(.fourBit(.nf4, isDouble: true)),
    Quantization(.fourBit(.fp4, isDouble: false)), Quantization(.fourBit(.fp4, isDouble: true)),
  ]
  static let all = fourBits + [Quantization(.int8(threshold: 6)), Quantization(.int8(threshold: 0))]

  /// Sizes at which rows end within a block of 64, and within a byte.
  private func shape(_ form: TransformerForm) -> TransformerShape {
    TransformerShape(
      form, layers: 2, width: 24, heads: 4, keyHeads: form.isFused ? 4 : 2, feedForward: 39, context: 10,
      vocabulary: 19)
  }

  private func base(_ architecture: Architecture) -> BaseWeights {
    let values = BaseWeights(architecture, seed: 3).values
    var random = TestRandom(9)
    for i in 0..<values.count { values.pointer[i] += 0.2 * random.float() }
    return BaseWeights(architecture, values: values)
  }

  private func batch(_ shape: BatchShape) -> Batch {
    let tokens = TokenBuffer(rows: shape.rows)
    for i in 0..<shape.rows {
      tokens.tokens[i] = Int32(i * 7 % 19)
      tokens.targets[i] = Int32((i + 1) * 7 % 19)
    }
    return Batch(tokens: tokens, countedRows: shape.rows)
  }

  @Test(arguments: all, FormTests.forms)
  func onlyLinearLayersAreQuantised(_ quantization: Quantization, _ form: TransformerForm) throws {
    let base = base(.transformer(shape(form)))
    let quantized = try base.quantized(quantization)
    for (i, shape) in quantized.shapes.enumerated() {
      #expect(quantized.matrix(i).isQuantized == (shape.role == .linear), "\(shape.name)")
      if shape.role != .linear {
        #expect(
          quantized.matrix(i).storedElements(isTransposed: false)(0..<shape.count)
            == base.matrix(i).storedElements(isTransposed: false)(0..<shape.count))
      }
    }
    let again = try quantized.dequantized()
    #expect(again.quantization == nil)
    #expect(again.values.array() == quantized.values.array())
  }

  /// Logits and the step of an adapter, in the order that a quantised base is computed in: the same bits as with the
  /// expanded weights, on one thread and on two.
  @Test(arguments: fourBits, FormTests.forms)
  func stepsHaveTheBitsOfExpandedWeights(_ quantization: Quantization, _ form: TransformerForm) throws {
    let quantized = try base(.transformer(shape(form))).quantized(quantization)
    let expanded = try quantized.dequantized()
    let shape = BatchShape(sequences: 7, positions: 10)
    let batch = batch(shape)
    #expect(try logits(quantized, batch, shape) == logits(expanded, batch, shape))
    for isDecomposed in [false, true] {
      for dropout in [0, 0.3] {
        var configuration = LoRAConfiguration(
          rank: 3, alpha: .fixed(6), targets: .allLinear, dropout: dropout)
        configuration.usesDoRA = isDecomposed
        let expected = try step(expanded, configuration, batch, shape, threads: 1)
        for threads in [1, 2] {
          let found = try step(quantized, configuration, batch, shape, threads: threads)
          #expect(found == expected, "DoRA \(isDecomposed), dropout \(dropout), \(threads) threads")
        }
      }
    }
  }

  private func logits(_ base: BaseWeights, _ batch: Batch, _ shape: BatchShape) throws -> [UInt32] {
    let plan = Plan(base: base, adapter: nil, rule: .lora, trainable: .nothing, shape: shape)
    let outputs = Buffer(count: shape.rows * base.architecture.outputs)
    _ = try plan.evaluate(parameters: .empty, batch: batch, rows: shape.rows, outputs: outputs)
    return outputs.array().map(\.bitPattern)
  }

  /// Loss, gradient and start of one step in PEFT's order.
  private func step(
    _ base: BaseWeights, _ configuration: LoRAConfiguration, _ batch: Batch, _ shape: BatchShape,
    threads: Int
  ) throws -> [UInt32] {
    let adapter = try #require(try Model(base: base, description: "base").attached(configuration).adapter)
    let parameters = adapter.parameters.copy()
    var random = TestRandom(17)
    for site in adapter.layout.sites {
      for i in site.b.range { parameters.pointer[i] = 0.3 * random.float() }
    }
    let plan = Plan(
      base: base, adapter: adapter.layout, rule: .lora, trainable: .adapter, shape: shape,
      pool: threads > 1 ? ThreadPool(threads: threads) : nil, isPlain: true)
    try plan.prepare(parameters: parameters)
    let loss = try plan.step(
      parameters: parameters, batch: batch, step: 0, dropoutSeed: configuration.dropout > 0 ? 5 : nil)
    return [Float(loss).bitPattern] + (plan.gradient.array() + parameters.array()).map(\.bitPattern)
  }
}
