// A plan's gradients against central differences of its loss, and its independence of shards and threads.
import Adapters
import Kernels
import Models
import ReferenceSupport
import Storage
import Testing

@Suite struct PlanTests {
  static let transformer = Architecture.transformer(
    TransformerShape(
      layers: 2, width: 24, heads: 4, keyHeads: 2, feedForward: 40, context: 10, vocabulary: 19))
  static let perceptron = Architecture.perceptron(
    PerceptronShape(widths: [12, 20, 7], activation: .gelu))

  func tokens(_ shape: BatchShape, vocabulary: Int) -> Batch {
    var random = TestRandom(5)
    let buffer = TokenBuffer(rows: shape.rows)
    for i in 0..<shape.rows {
      buffer.tokens[i] = Int32(random.next() % UInt64(vocabulary))
      buffer.targets[i] = Int32(random.next() % UInt64(vocabulary))
    }
    return Batch(tokens: buffer, countedRows: shape.rows)
  }

  func rows(_ shape: BatchShape, inputs: Int, outputs: Int) -> Batch {
    var random = TestRandom(6)
    return Batch(
      inputs: Buffer(random.floats(shape.rows * inputs)),
      targets: Buffer(random.floats(shape.rows * outputs)),
      rows: shape.rows)
  }

  /// Weights large enough that every gradient matters.
  func base(_ architecture: Architecture) -> BaseWeights {
    let values = BaseWeights(architecture, seed: 3).values
    var random = TestRandom(9)
    for i in 0..<values.count { values.pointer[i] += 0.2 * random.float() }
    return BaseWeights(architecture, values: values)
  }

  /// - Parameters:
  ///   - start: the adapter's parameters; random ones without it.
  ///   - hold: keeps what counts as constant in the gradient as it was at the start.
  func checkGradient(
    _ name: String, base: BaseWeights, adapter: AdapterLayout?, trainable: Trainable, batch: Batch,
    shape: BatchShape, dropoutSeed: UInt64? = nil, start: Buffer? = nil,
    checkpointing: Checkpointing = .off, hold: (Buffer) throws -> Void = { _ in }
  ) throws {
    let plan = Plan(
      base: base, adapter: adapter, rule: .rslora, trainable: trainable, shape: shape,
      checkpointing: checkpointing)
    var random = TestRandom(17)
    let parameters =
      start?.copy() ?? (trainable == .base ? base.values.copy() : Buffer(count: plan.parameterCount))
    if trainable == .adapter, start == nil {
      for i in 0..<parameters.count { parameters.pointer[i] = 0.3 * random.float() }
    }
    func loss(_ parameters: Buffer) throws -> Double {
      try plan.prepare(parameters: parameters)
      return try plan.step(
        parameters: parameters, batch: batch, step: 4, dropoutSeed: dropoutSeed)
    }
    _ = try loss(parameters)
    let gradient = plan.gradient.copy()
    for trial in 0..<4 {
      // The direction of one tensor after another would hide a wrong scale between them; a random one does not.
      let direction = random.floats(parameters.count)
      let step: Float = 1e-3
      let (up, down) = (parameters.copy(), parameters.copy())
      addScaled(up.count, direction, by: step, to: up.pointer)
      addScaled(down.count, direction, by: -step, to: down.pointer)
      try hold(up)
      try hold(down)
      let numeric = try (loss(up) - loss(down)) / (2 * Double(step))
      let analytic = direction.indices.reduce(0.0) {
        $0 + Double(direction[$1]) * Double(gradient.pointer[$1])
      }
      let scale = sumOfSquares(gradient.pointer, count: gradient.count).squareRoot()
      print("\(name), direction \(trial): difference \(abs(numeric - analytic) / scale)")
      #expect(abs(numeric - analytic) / scale < 0.01, "\(name): \(numeric) and \(analytic)")
    }
  }

  private func layout(_ base: BaseWeights, rank: Int, dropout: Double = 0) throws -> AdapterLayout {
    try AdapterLayout(
      LoRAConfiguration(
        rank: rank, alpha: .fixed(4), targets: .allLinear, dropout: dropout,
        rankPattern: base.linearModules.count > 3 ? [("v_proj", 3)] : []),
      modules: base.linearModules, standardTargets: [])
  }

  @Test(arguments: [1, 5, 16, 30], [0.0, 0.3])
  func transformerAdapter(_ rank: Int, _ dropout: Double) throws {
    let base = base(PlanTests.transformer)
    let shape = BatchShape(sequences: 7, positions: 10)
    try checkGradient(
      "transformer r=\(rank) dropout \(dropout)", base: base,
      adapter: try layout(base, rank: rank, dropout: dropout), trainable: .adapter,
      batch: tokens(shape, vocabulary: 19), shape: shape, dropoutSeed: dropout > 0 ? 3 : nil)
  }

  /// With one module of one layer adapted, no other one asks for a gradient in its place.
  @Test(arguments: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "lm_head"])
  func oneModuleAlone(_ name: String) throws {
    let base = base(
      .transformer(
        TransformerShape(
          layers: 1, width: 24, heads: 4, keyHeads: 2, feedForward: 40, context: 10, vocabulary: 19)))
    let shape = BatchShape(sequences: 7, positions: 10)
    let layout = try AdapterLayout(
      LoRAConfiguration(rank: 3, alpha: .fixed(4), targets: .names([name])), modules: base.linearModules,
      standardTargets: [])
    try checkGradient(
      name, base: base, adapter: layout, trainable: .adapter, batch: tokens(shape, vocabulary: 19),
      shape: shape)
  }

  @Test func transformerBase() throws {
    let shape = BatchShape(sequences: 7, positions: 10)
    try checkGradient(
      "transformer, all weights", base: base(PlanTests.transformer), adapter: nil, trainable: .base,
      batch: tokens(shape, vocabulary: 19), shape: shape)
  }

  /// Each kind of part that models of the hub have.
  static let forms: [(String, TransformerShape)] = {
    let llama = TransformerShape(
      layers: 2, width: 24, heads: 3, keyHeads: 3, feedForward: 20, context: 10, vocabulary: 19)
    var (wide, biased, tied) = (llama, llama, llama)
    wide.givenHeadWidth = 6
    biased.biases = [.q, .k, .v, .o, .gate, .up, .down]
    tied.keyHeads = 1
    tied.isTied = true
    tied.angles = RotaryAngles(theta: 100, scaling: .llama3(factor: 4, low: 1, high: 4, context: 8))
    let gpt2 = TransformerShape(
      .gpt2, layers: 2, width: 24, heads: 3, feedForward: 20, context: 10, vocabulary: 19)
    var untied = gpt2
    untied.isTied = false
    untied.activation = .gelu
    let qwen2 = TransformerShape(
      .qwen2, layers: 2, width: 24, heads: 3, keyHeads: 1, feedForward: 20, context: 10, vocabulary: 19,
      isTied: true)
    return [
      ("head width", wide), ("biases", biased), ("tied", tied), ("gpt2", gpt2), ("gpt2 untied", untied),
      ("qwen2", qwen2),
    ]
  }()

  @Test(arguments: forms.indices)
  func formsOfTransformers(_ i: Int) throws {
    let (name, form) = PlanTests.forms[i]
    let base = base(.transformer(form))
    let shape = BatchShape(sequences: 7, positions: 10)
    let batch = tokens(shape, vocabulary: 19)
    try checkGradient(
      "\(name), all weights", base: base, adapter: nil, trainable: .base, batch: batch, shape: shape)
    for rank in [2, 16] {
      let layout = try AdapterLayout(
        LoRAConfiguration(
          rank: rank, alpha: .fixed(4), targets: .pattern(".*"), dropout: rank == 2 ? 0.2 : 0),
        modules: base.linearModules, standardTargets: [])
      #expect(layout.sites.last?.module.path == "lm_head")
      try checkGradient(
        "\(name) r=\(rank)", base: base, adapter: layout, trainable: .adapter, batch: batch, shape: shape,
        dropoutSeed: 3)
    }
  }

  @Test(arguments: forms.indices)
  func formsGiveTheSameBitsOnThreads(_ i: Int) throws {
    let base = base(.transformer(PlanTests.forms[i].1))
    let shape = BatchShape(sequences: 27, positions: 10)
    let batch = tokens(shape, vocabulary: 19)
    let parameters = base.values.copy()
    let results = try [1, 2, 3].map { threads in
      let plan = Plan(
        base: base, adapter: nil, rule: .lora, trainable: .base, shape: shape,
        pool: threads == 1 ? nil : ThreadPool(threads: threads))
      try plan.prepare(parameters: parameters)
      let loss = try plan.step(parameters: parameters, batch: batch, step: 0, dropoutSeed: nil)
      return [loss.bitPattern] + plan.gradient.array().map { UInt64($0.bitPattern) }
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }

  /// A frozen base, its parameters trained from the same values, and weights that stand apart agree to the bit.
  @Test(arguments: forms.indices)
  func storageDoesNotMatter(_ i: Int) throws {
    let base = base(.transformer(PlanTests.forms[i].1))
    let shape = BatchShape(sequences: 4, positions: 10)
    let batch = tokens(shape, vocabulary: 19)
    let apart = BaseWeights(
      base.architecture,
      storage: base.shapes.indices.map { i in
        WeightStorage(
          Buffer(
            base.matrix(i).withFloats { Array(UnsafeBufferPointer(start: $0, count: base.shapes[i].count)) }))
      })
    #expect(apart.values.array() == base.values.array())
    func outputs(_ base: BaseWeights, _ trainable: Trainable) throws -> [Float] {
      let plan = Plan(base: base, adapter: nil, rule: .lora, trainable: trainable, shape: shape)
      let parameters = trainable == .base ? base.values : .empty
      try plan.prepare(parameters: parameters)
      return try plan.outputs(parameters: parameters, batch: batch)
    }
    let expected = try outputs(base, .nothing)
    #expect(try outputs(apart, .nothing) == expected)
    #expect(try outputs(base, .base) == expected)
  }

  /// Merging an adapter of a tied output layer leaves the embedding as it is.
  @Test func mergingUntiesAnAdaptedOutputLayer() throws {
    let base = Model(base: base(.transformer(PlanTests.forms[3].1)), description: "gpt2")
    let adapted = try base.attached(LoRAConfiguration(rank: 3, targets: .names(["lm_head", "c_attn"])))
    let adapter = try #require(adapted.adapter)
    var random = TestRandom(8)
    adapter.parameters = Buffer(random.floats(adapter.count).map { 0.3 * $0 })
    let merged = try adapted.merged(mode: .lora)
    let table = try #require(merged.base.index(ofModule: "transformer.wte"))
    #expect(merged.base.index(ofModule: "lm_head") != table)
    let shape = BatchShape(sequences: 2, positions: 10)
    let batch = tokens(shape, vocabulary: 19)
    func outputs(_ model: Model, _ parameters: Buffer) throws -> [Float] {
      let plan = Plan(model: model, rule: .lora, trainable: .nothing, shape: shape)
      try plan.prepare(parameters: parameters)
      return try plan.outputs(parameters: parameters, batch: batch)
    }
    let difference = try largestDifference(outputs(merged, .empty), outputs(adapted, adapter.parameters))
    print("merged against adapted, tied: largest difference \(difference)")
    #expect(difference < 1e-5)
  }

  @Test(arguments: [2, 16])
  func perceptronAdapter(_ rank: Int) throws {
    let base = base(PlanTests.perceptron)
    let shape = BatchShape(sequences: 8, positions: 1)
    try checkGradient(
      "mlp r=\(rank)", base: base, adapter: try layout(base, rank: rank, dropout: 0.2), trainable: .adapter,
      batch: rows(shape, inputs: 12, outputs: 7), shape: shape, dropoutSeed: 8)
  }

  @Test func perceptronBase() throws {
    let shape = BatchShape(sequences: 70, positions: 1)
    try checkGradient(
      "mlp, all weights", base: base(PlanTests.perceptron), adapter: nil, trainable: .base,
      batch: rows(shape, inputs: 12, outputs: 7), shape: shape)
  }

  /// The merged order against PEFT's, where the shapes choose it.
  @Test(arguments: [16, 30, 64])
  func contractionOrdersAgree(_ rank: Int) throws {
    let base = base(PlanTests.transformer)
    let shape = BatchShape(sequences: 9, positions: 10)
    #expect(isMergedCheaper(rows: 90, inputs: 24, outputs: 24, rank: rank))
    let layout = try layout(base, rank: rank)
    var random = TestRandom(21)
    let parameters = Buffer(random.floats(layout.count).map { 0.3 * $0 })
    let results = try [true, false].map { isPlain in
      let plan = Plan(
        base: base, adapter: layout, rule: .lora, trainable: .adapter, shape: shape, isPlain: isPlain)
      try plan.prepare(parameters: parameters)
      let batch = tokens(shape, vocabulary: 19)
      let loss = try plan.step(parameters: parameters, batch: batch, step: 0, dropoutSeed: nil)
      return try (loss, plan.gradient.array(), plan.outputs(parameters: parameters, batch: batch))
    }
    let gradients = largestDifference(results[1].1, results[0].1)
    let outputs = largestDifference(results[1].2, results[0].2)
    print("r=\(rank), merged against factored: gradients \(gradients), outputs \(outputs)")
    #expect(abs(results[0].0 - results[1].0) < 1e-5 && gradients < 1e-5 && outputs < 1e-4)
  }

  private func isMergedCheaper(rows: Int, inputs: Int, outputs: Int, rank: Int) -> Bool {
    LowRank(inputs: inputs, outputs: outputs, rank: rank, multiplier: 1).isMergedCheaper(rows: rows)
  }

  @Test func orderOfContractionFollowsTheShapes() {
    // The workloads of the benchmark: a rank near the width is merged, eight rows of a perceptron are not.
    #expect(isMergedCheaper(rows: 512, inputs: 128, outputs: 344, rank: 64))
    #expect(!isMergedCheaper(rows: 256, inputs: 64, outputs: 64, rank: 4))
    #expect(!isMergedCheaper(rows: 8, inputs: 64, outputs: 64, rank: 64))
  }

  @Test func shardsComeFromShapesAlone() {
    #expect(BatchShape(sequences: 8, positions: 32).shards == 8)
    #expect(BatchShape(sequences: 8, positions: 1).shards == 1)
    #expect(BatchShape(sequences: 3, positions: 100).shards == 3)
    #expect(BatchShape(sequences: 128, positions: 1).shards == 4)
    #expect(BatchShape(sequences: 1, positions: 1).shards == 1)
    #expect(BatchShape(sequences: 8, positions: 32).groups == 4)
    #expect(BatchShape(sequences: 3, positions: 100).groups == 3)
  }

  /// Threads share out the groups of shards; a single one adds each group as it comes.
  @Test(arguments: [(4, Trainable.adapter), (16, .adapter), (4, .base)])
  func threadsGiveTheSameBits(_ rank: Int, _ trainable: Trainable) throws {
    let base = base(PlanTests.transformer)
    let shape = BatchShape(sequences: 27, positions: 10)
    let layout = try layout(base, rank: rank)
    var random = TestRandom(4)
    let parameters =
      trainable == .base ? base.values.copy() : Buffer(random.floats(layout.count).map { 0.3 * $0 })
    let batch = tokens(shape, vocabulary: 19)
    let results = try [1, 2, 3, 5].map { threads in
      let plan = Plan(
        base: base, adapter: trainable == .base ? nil : layout, rule: .lora, trainable: trainable,
        shape: shape, pool: threads == 1 ? nil : ThreadPool(threads: threads))
      try plan.prepare(parameters: parameters)
      var losses: [Double] = []
      for step in 0..<2 {
        try losses.append(plan.step(parameters: parameters, batch: batch, step: step, dropoutSeed: nil))
      }
      return losses.map(\.bitPattern) + plan.gradient.array().map { UInt64($0.bitPattern) }
    }
    #expect(shape.shards == 8 && shape.groups == 4)
    for result in results.dropFirst() { #expect(result == results[0]) }
  }

  @Test func mergingAddsTheUpdateAndUnmergingGivesTheModelBack() throws {
    let base = Model(base: base(PlanTests.perceptron), description: "mlp")
    let model = try base.attached(LoRAConfiguration(rank: 3, alpha: .fixed(6)))
    let adapter = try #require(model.adapter)
    var random = TestRandom(1)
    let values = Buffer(random.floats(adapter.count))
    adapter.parameters = values
    let merged = try model.merged(mode: .lora)
    let shape = BatchShape(sequences: 5, positions: 1)
    let batch = rows(shape, inputs: 12, outputs: 7)
    func outputs(_ model: Model, _ parameters: Buffer) throws -> [Float] {
      let plan = Plan(model: model, rule: .lora, trainable: .nothing, shape: shape)
      try plan.prepare(parameters: parameters)
      return try plan.outputs(parameters: parameters, batch: batch)
    }
    let difference = try largestDifference(outputs(merged, .empty), outputs(model, values))
    print("merged against adapted: largest difference \(difference)")
    #expect(difference < 1e-5)
    #expect(try merged.unmerged() === model)
    #expect(try outputs(try model.detached(), .empty) == outputs(base, .empty))
    #expect(throws: AdapterError.alreadyAdapted) { try model.attached(LoRAConfiguration()) }
    #expect(throws: AdapterError.notAdapted) { try base.detached() }
    #expect(throws: AdapterError.notMerged) { try base.unmerged() }
  }

  @Test func shapesThatCannotBeAreRefused() {
    func error(_ layers: Int, _ width: Int, _ heads: Int, _ keyHeads: Int, memory: Double = 1e9)
      -> ModelError?
    {
      let shape = TransformerShape(
        layers: layers, width: width, heads: heads, keyHeads: keyHeads, feedForward: 64, context: 8,
        vocabulary: 16)
      do {
        try Architecture.transformer(shape).validate(memory: memory)
        return nil
      } catch { return error as? ModelError }
    }
    #expect(error(1, 64, 4, 2) == nil)
    #expect(
      error(1, 66, 4, 4) == .notDivisible(parameter: "width", value: 66, divisor: "heads", divisorValue: 4))
    #expect(
      error(1, 64, 4, 3) == .notDivisible(parameter: "heads", value: 4, divisor: "kv_heads", divisorValue: 3))
    #expect(error(1, 12, 4, 4) == .oddHeadWidth(width: 12, heads: 4))
    if case .tooLarge? = error(10_000, 1_000_000_000, 4, 4) {
    } else {
      Issue.record("a model beyond memory was taken")
    }
  }
}
