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

  /// LLM.int8's product and its gradient against bitsandbytes: whole numbers are exact, so that without outliers only the
  /// last additions can differ.
  @Test(arguments: [("mixed", 6, 0, 9), ("plain", 0, 0, 9), ("row", 6, 2, 1)])
  func productsOfBytes(_ name: String, _ threshold: Float, _ first: Int, _ rows: Int) throws {
    let fixture = try Fixture("quantized")
    let (outputs, inputs) = (70, 1100)
    let w = try fixture.floats("int8.w")
    let matrix = FrozenMatrix(
      StoredMatrix(
        WeightStorage(RowByteElements(rows: outputs, columns: inputs, w, threshold: threshold)),
        rows: outputs, columns: inputs), isPacked: true)
    let x = Buffer(Array(try fixture.floats("int8.x")[first * inputs..<(first + rows) * inputs]))
    let dy = Buffer(Array(try fixture.floats("int8.dy")[first * outputs..<(first + rows) * outputs]))
    let scratch = Buffer(Array(repeating: .nan, count: matrix.scratchCount(rows: rows)))
    let (y, dx) = (Buffer(count: rows * outputs), Buffer(count: rows * inputs))
    matrix.multiply(rows: rows, x: x.pointer, y: y.pointer, initial: nil, scratch: scratch.pointer)
    matrix.multiplyTransposed(
      rows: rows, dy: dy.pointer, dx: dx.pointer, initial: nil, scratch: scratch.pointer)
    let differences = (
      largestDifference(y.array(), try fixture.floats("int8.\(name).y")),
      largestDifference(dx.array(), try fixture.floats("int8.\(name).dx"))
    )
    print("\(name): differences \(differences)")
    #expect(differences.0 < (threshold == 0 ? 1e-9 : 2e-5))
    #expect(differences.1 < 1e-5)
    // The start is added to; the sums may be anything before.
    let start = Buffer(Array(repeating: 2, count: y.count))
    matrix.multiply(
      rows: rows, x: x.pointer, y: start.pointer, initial: UnsafePointer(start.pointer),
      scratch: scratch.pointer)
    #expect(largestDifference(start.array(), y.array().map { $0 + 2 }) < 1e-5)
  }

  @Test func doubleQuantisationTakesTheMeanOff() throws {
    let fixture = try Fixture("quantized")
    let scales = Buffer(try fixture.floats("double.scales"))
    guard case .nested(let codes, _, let outer, 256, let offset) = FourBitElements.Scales(quantizing: scales)
    else { return #expect(Bool(false), "not nested") }
    let expected = try fixture.floats("double.offset")[0]
    #expect(abs(offset - expected) <= expected.ulp)
    let near = zip(codes.array, try fixture.integers("double.codes")).allSatisfy { abs(Int($0) - $1) <= 1 }
    #expect(near)
    #expect(largestDifference(outer.array(), try fixture.floats("double.nested")) < 1e-6)
  }

  /// Bits a weight as they stand in memory.
  @Test func sizes() throws {
    let base = base(
      .transformer(
        TransformerShape(
          layers: 1, width: 128, heads: 4, keyHeads: 4, feedForward: 384, context: 10, vocabulary: 19)))
    let expected = [4.5, 4.127, 4.5, 4.127, 8.2, 8.2]
    for (quantization, bits) in zip(Self.all, expected) {
      let found = try #require(try base.quantized(quantization).bitsPerWeight)
      #expect(abs(found - bits) < 0.05, "\(quantization.title): \(found)")
    }
  }

  /// The gradient of the adapter on a quantised base against differences of the loss; of eight bits the loss has steps.
  @Test(arguments: fourBits, [false, true])
  func gradientsOfAdapters(_ quantization: Quantization, _ isDecomposed: Bool) throws {
    let base = try base(.transformer(shape(.llama))).quantized(quantization)
    var configuration = LoRAConfiguration(rank: 3, alpha: .fixed(6), targets: .allLinear)
    configuration.usesDoRA = isDecomposed
    let adapter = try #require(try Model(base: base, description: "base").attached(configuration).adapter)
    let shape = BatchShape(sequences: 7, positions: 10)
    let start = adapter.parameters.copy()
    var random = TestRandom(23)
    for site in adapter.layout.sites {
      for i in site.b.range { start.pointer[i] = 0.1 * random.float() }
    }
    try PlanTests().checkGradient(
      "\(quantization.title), DoRA \(isDecomposed)", base: base, adapter: adapter.layout, trainable: .adapter,
      batch: batch(shape), shape: shape, start: start,
      hold: isDecomposed ? { try self.holdNorms($0, adapter.layout, base, start) } : { _ in })
  }

  /// Brings the magnitudes to m·n'/n, so that the norms, which count as constants, stay what they were at the start.
  private func holdNorms(_ moved: Buffer, _ layout: AdapterLayout, _ base: BaseWeights, _ start: Buffer)
    throws
  {
    for site in layout.sites {
      guard let magnitude = site.parts.first(where: { $0.role.name == "lora_magnitude_vector" }),
        let index = base.index(ofModule: site.module.path)
      else { continue }
      let (rows, columns) = (site.module.outputs, site.module.inputs)
      func norms(_ parameters: Buffer) throws -> [Float] {
        let (sum, norms) = (Buffer(count: rows * columns), Buffer(count: rows))
        base.matrix(index).copy(into: sum.pointer)
        try addUpdate(of: site, parameters: parameters, multiplier: site.factor(.rslora), to: sum.pointer)
        rowNorms(rows: rows, columns: columns, sum.pointer, rowStride: columns, into: norms.pointer)
        return norms.array()
      }
      let (before, after) = (try norms(start), try norms(moved))
      for row in 0..<rows { moved.pointer[magnitude.offset + row] *= after[row] / before[row] }
    }
  }

  @Test func mergingQuantisesAgain() throws {
    for quantization in Self.all {
      let model = try Model(base: base(.transformer(shape(.llama))), description: "base")
        .quantized(quantization).attached(LoRAConfiguration(rank: 3, alpha: .fixed(6)))
      let adapter = try #require(model.adapter)
      let parameters = adapter.parameters.copy()
      var random = TestRandom(29)
      for i in 0..<parameters.count { parameters.pointer[i] = random.float() }
      adapter.parameters = parameters
      adapter.history = [.takeAdapter]
      let merged = try model.merged(mode: .lora)
      #expect(merged.base.quantization == quantization)
      let loss = try #require(try model.quantizationLoss(of: merged, mode: .lora))
      #expect(loss > 1e-4 && loss < 0.5, "\(quantization.title): \(loss)")
      // Whole, where the base is expanded first.
      let expanded = try model.dequantized()
      let whole = try expanded.merged(mode: .lora)
      #expect(whole.base.quantization == nil)
      #expect(try expanded.quantizationLoss(of: whole, mode: .lora) == nil)
      let site = try #require(adapter.layout.sites.first)
      let index = try #require(model.base.index(ofModule: site.module.path))
      let sum = Buffer(count: model.base.shapes[index].count)
      model.base.matrix(index).copy(into: sum.pointer)
      try addUpdate(
        of: site, parameters: parameters, multiplier: site.factor(.lora), to: sum.pointer)
      #expect(
        whole.base.matrix(index).withFloats { Array(UnsafeBufferPointer(start: $0, count: sum.count)) }
          == sum.array())
      // Not what the adapter leaves alone.
      let other = try #require(model.base.index(ofModule: "model.layers.0.mlp.up_proj"))
      let count = model.base.shapes[other].count
      #expect(
        merged.base.matrix(other).storedElements(isTransposed: false)(0..<count)
          == model.base.matrix(other).storedElements(isTransposed: false)(0..<count))
    }
  }

  @Test func beginningsThatNeedWholeWeightsAreRefused() throws {
    let model = try Model(base: base(.transformer(shape(.llama))), description: "base").quantized(
      Self.fourBits[0])
    var configuration = LoRAConfiguration(rank: 3, alpha: .fixed(6))
    configuration.initialization = .pissa
    #expect(throws: AdapterError.needsFullWeights(initialization: "pissa", quantization: "nf4")) {
      try model.attached(configuration)
    }
    // OLoRA's part is taken out of the expanded weights, and the rest quantised again, as PEFT does.
    configuration.initialization = .olora
    let adapted = try model.attached(configuration)
    #expect(adapted.base.quantization == Self.fourBits[0])
    configuration.initialization = .kaiming
    configuration.savedModules = ["up_proj"]
    #expect(throws: AdapterError.self) { try model.attached(configuration) }
    configuration.savedModules = ["lm_head"]
    #expect(try model.attached(configuration).adapter != nil)
    #expect(throws: ModelError.alreadyQuantized("nf4")) { try model.quantized(Self.all[4]) }
    #expect(throws: ModelError.notQuantized) { try model.dequantized().dequantized() }
  }
}
