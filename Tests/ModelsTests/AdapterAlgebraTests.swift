// Sums of adapters, other ranks and several active ones, against the same in full matrices.
import Adapters
import Kernels
import Models
import Signals
import ReferenceSupport
import Storage
import Testing

@Suite struct AdapterAlgebraTests {
  private static let architecture = Architecture.transformer(
    TransformerShape(
      layers: 1, width: 16, heads: 2, keyHeads: 1, feedForward: 24, context: 8, vocabulary: 19))
  private let base = Model(base: BaseWeights(architecture, seed: 2), description: "base")

  private func adapted(
    rank: Int, alpha: Double, rule: ScalingRule, targets: [String], seed: UInt64,
    patterns: [(pattern: String, rank: Int)] = []
  ) throws -> Model {
    let model = try base.attached(
      LoRAConfiguration(
        rank: rank, alpha: .fixed(alpha), targets: .names(targets), scaling: .own(rule), rankPattern: patterns
      ))
    let adapter = try #require(model.adapter)
    var random = TestRandom(seed)
    adapter.parameters = Buffer(random.floats(adapter.count).map { 0.3 * $0 })
    return model
  }

  /// Σ wᵢ·sᵢ·Bᵢ·Aᵢ of a module as a full matrix, in double precision.
  private func dense(_ adapters: [(Adapter, ScalingRule, Double)], _ path: String) -> [Double] {
    var sum: [Double] = []
    for (adapter, rule, weight) in adapters {
      guard let site = adapter.layout.sites.first(where: { $0.module.path == path }) else { continue }
      let (inputs, outputs, r) = (site.module.inputs, site.module.outputs, site.rank)
      if sum.isEmpty { sum = Array(repeating: 0, count: inputs * outputs) }
      let values = adapter.parameters.array()
      let factor = weight * site.multiplier(rule)
      for row in 0..<outputs {
        for column in 0..<inputs {
          for k in 0..<r {
            sum[row * inputs + column] +=
              factor * Double(values[site.b.offset + row * r + k])
              * Double(values[site.a.offset + k * inputs + column])
          }
        }
      }
    }
    return sum
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  private func norm(_ a: [Double]) -> Double { distance(a, Array(repeating: 0, count: a.count)) }

  private func sum(_ models: [Model], rules: [ScalingRule], weights: [Double], rank: Int?) throws -> (
    Adapter, [RankError]
  ) {
    try Adapter.combined(
      try models.map { try #require($0.adapter) }, weights: weights, rules: rules, rank: rank,
      madeBy: Provenance())
  }

  /// The modules of a sum stand in the model's order, whatever that of the adapters: each order attaches, and its updates
  /// are those of the others.
  @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]])
  func theOrderOfTheAdaptersDoesNotMatter(_ order: [Int]) throws {
    let all = [
      try adapted(
        rank: 2, alpha: 8, rule: .rslora, targets: ["q_proj", "v_proj"], seed: 1, patterns: [("v_proj", 4)]),
      try adapted(rank: 3, alpha: 5, rule: .lora, targets: ["q_proj", "o_proj"], seed: 2),
      try adapted(rank: 2, alpha: 4, rule: .rslora, targets: ["down_proj", "k_proj"], seed: 3),
    ]
    let rules: [ScalingRule] = [.rslora, .lora, .rslora]
    let weights = [0.7, -0.4, 2]
    let (combined, _) = try sum(
      order.map { all[$0] }, rules: order.map { rules[$0] }, weights: order.map { weights[$0] }, rank: nil)
    let paths = combined.layout.sites.map(\.module.path)
    #expect(paths == base.base.linearModules.map(\.path).filter(paths.contains) && paths.count == 5)
    let attached = try #require(try base.attached(combined).adapter)
    #expect(attached.parameters.array() == combined.parameters.array())
    let parts = try zip(zip(all, rules), weights).map { (try #require($0.0.adapter), $0.1, $1) }
    for path in paths {
      let expected = dense(parts, path)
      #expect(distance(expected, dense([(attached, .lora, 1)], path)) < 1e-6 * norm(expected), "\(path)")
    }
  }

  /// An adapter that lists its modules in another order than the model is taken by their paths; one that lacks a module
  /// or has another rank is not.
  @Test func attachingGoesByPaths() throws {
    let model = try adapted(
      rank: 2, alpha: 4, rule: .lora, targets: ["q_proj", "v_proj", "up_proj"], seed: 4)
    let adapter = try #require(model.adapter)
    let names = LoRAConfiguration.Targets.names(adapter.layout.sites.map(\.module.path))
    let configuration = LoRAConfiguration(rank: 2, alpha: .fixed(4), targets: names, scaling: .own(.lora))
    let modules = adapter.layout.sites.map(\.module)
    func laidOut(_ modules: [LinearModule], rank: Int = 2) throws -> Adapter {
      var configuration = configuration
      configuration.rank = rank
      configuration.targets = .names(modules.map(\.path))
      let layout = try AdapterLayout(configuration, modules: modules, standardTargets: [])
      let values = layout.parameters(adapter.parameters, of: adapter.layout) ?? Buffer(count: layout.count)
      return Adapter(layout, of: Self.architecture, loaded: values, madeBy: Provenance())
    }
    let reversed = try laidOut(modules.reversed())
    #expect(reversed.layout.sites.map(\.module.path) == modules.map(\.path).reversed())
    let back = try #require(try base.attached(reversed).adapter)
    #expect(back.parameters.array() == adapter.parameters.array())
    #expect(reversed.layout.parameters(adapter.parameters, of: try laidOut(modules, rank: 3).layout) == nil)
    #expect(
      reversed.layout.parameters(adapter.parameters, of: try laidOut(Array(modules.dropLast())).layout) == nil
    )
  }

  /// rsLoRA beside LoRA, other ranks and other modules: the sum is the sum of the full updates.
  @Test func combining() throws {
    let models = [
      try adapted(
        rank: 4, alpha: 8, rule: .rslora, targets: ["q_proj", "v_proj"], seed: 1, patterns: [("v_proj", 2)]),
      try adapted(rank: 3, alpha: 5, rule: .lora, targets: ["q_proj", "up_proj"], seed: 2),
    ]
    let rules: [ScalingRule] = [.rslora, .lora]
    let weights = [0.7, -1.5]
    let (combined, _) = try sum(models, rules: rules, weights: weights, rank: nil)
    let parts = try zip(zip(models, rules), weights).map { (try #require($0.0.adapter), $0.1, $1) }
    #expect(combined.layout.sites.map(\.module.path).count == 3)
    for site in combined.layout.sites {
      let expected = dense(parts, site.module.path)
      let actual = dense([(combined, .lora, 1)], site.module.path)
      #expect(
        norm(expected) > 0.1 && distance(expected, actual) < 1e-6 * norm(expected), "\(site.module.path)")
      #expect(site.multiplier(.lora) == 1)
    }
  }

  /// One adapter with weight 1 is itself: PEFT's rsLoRA comes out √r too large.
  @Test(arguments: [ScalingRule.rslora, .lora, .power(0.75)], [nil, 4])
  func identity(_ rule: ScalingRule, _ rank: Int?) throws {
    let model = try adapted(rank: 4, alpha: 8, rule: rule, targets: ["q_proj", "down_proj"], seed: 3)
    let (same, errors) = try sum([model], rules: [rule], weights: [1], rank: rank)
    for site in same.layout.sites {
      let expected = dense([(try #require(model.adapter), rule, 1)], site.module.path)
      let actual = dense([(same, .lora, 1)], site.module.path)
      #expect(distance(expected, actual) < 2e-6 * norm(expected))
    }
    #expect(errors.allSatisfy { $0.relative < 1e-6 })
  }

  /// What a lower rank loses is the tail of the update's singular values, and what is left is that far away.
  @Test(arguments: [1, 2, 3, 6, 9], [ScalingRule.lora, .rslora])
  func resizing(_ rank: Int, _ rule: ScalingRule) throws {
    let model = try adapted(rank: 6, alpha: 3, rule: rule, targets: ["q_proj", "up_proj"], seed: 4)
    let adapter = try #require(model.adapter)
    let (small, errors) = try adapter.resized(rank: rank, rule: rule, madeBy: Provenance())
    #expect(small.layout.configuration.scaling == .own(rule) && errors.count == 2)
    for (site, error) in zip(small.layout.sites, errors) {
      #expect(site.rank == rank && site.alpha == 3 && error.oldRank == 6 && error.newRank == rank)
      let full = dense([(adapter, rule, 1)], site.module.path)
      let values = full.map(Float.init).withUnsafeBufferPointer { values in
        values.baseAddress.map {
          ColumnMatrix(rows: site.module.outputs, columns: site.module.inputs, rowMajor: $0)
            .singularDirections(min(site.module.outputs, site.module.inputs)).values
        } ?? []
      }
      let tail = values.dropFirst(rank).reduce(0) { $0 + $1 * $1 }.squareRoot() / norm(full)
      #expect(abs(error.relative - tail) < 1e-6)
      let left = distance(full, dense([(small, rule, 1)], site.module.path)) / norm(full)
      #expect(abs(left - tail) < 2e-6)
      #expect(rank < 6 ? tail > 0.01 : tail < 1e-6)
    }
  }

  private func logits(_ model: Model) throws -> [Float] {
    let shape = BatchShape(sequences: 3, positions: 8)
    let buffer = TokenBuffer(rows: shape.rows)
    var random = TestRandom(6)
    for i in 0..<shape.rows {
      buffer.tokens[i] = Int32(random.next() % 19)
      buffer.targets[i] = 0
    }
    let rule = model.adapter?.layout.configuration.rule(mode: .lora) ?? .lora
    let plan = Plan(model: model, rule: rule, trainable: .nothing, shape: shape)
    let parameters = model.adapter?.parameters ?? .empty
    try plan.prepare(parameters: parameters)
    return try plan.outputs(parameters: parameters, batch: Batch(tokens: buffer, countedRows: shape.rows))
  }

  /// Active adapters add up, as PEFT's: the base with both updates in its weights gives the same.
  @Test func activating() throws {
    let first = try adapted(rank: 4, alpha: 8, rule: .rslora, targets: ["q_proj", "v_proj"], seed: 1)
    let second = try adapted(rank: 3, alpha: 5, rule: .lora, targets: ["q_proj", "up_proj"], seed: 2)
    let set = try #require(try AdapterSet(first)).adding(try #require(second.adapter), name: "b")
    let weights = try base.base.changed(Array(base.base.shapes.indices), .never) {
      index, values throws(Interruption) in
      for (model, rule) in [(first, ScalingRule.rslora), (second, .lora)] {
        guard let adapter = model.adapter else { continue }
        for site in adapter.layout.sites where base.base.index(ofModule: site.module.path) == index {
          try addUpdate(
            of: site, parameters: adapter.parameters, multiplier: site.factor(rule), to: values)
        }
      }
    }
    let expected = try logits(Model(base: weights, description: "both"))
    for names in [["default", "b"], ["b", "default"]] {
      let both = try set.model(active: names, mode: .lora)
      let difference = try largestDifference(logits(both), expected)
      print("\(names): largest difference of logits \(difference)")
      #expect(difference < 1e-5)
      #expect(try AdapterSet(both)?.active == names)
    }
    #expect(try logits(try set.model(active: ["default"], mode: .lora)) == logits(first))
    #expect(try logits(try set.model(active: ["b"], mode: .lora)) == logits(second))
    #expect(try largestDifference(logits(first), expected) > 1e-3)
  }

  @Test func namesOfASet() throws {
    let first = try adapted(rank: 2, alpha: 8, rule: .lora, targets: ["q_proj"], seed: 1)
    let adapter = try #require(first.adapter)
    let set = try #require(try AdapterSet(try first.named("a"))).adding(adapter, name: "b")
    #expect(set.names == ["a", "b"] && set.active == ["b"])
    #expect(throws: AdapterError.nameTaken(name: "a")) { try set.adding(adapter, name: "a") }
    #expect(throws: AdapterError.unknownName(name: "c", names: ["a", "b"])) {
      try set.model(active: ["c"], mode: .lora)
    }
    #expect(throws: AdapterError.noneActive(names: ["a", "b"])) { try set.model(active: [], mode: .lora) }
    let left = try set.removing("b")
    #expect(left.names == ["a"] && left.active == ["a"])
    #expect(throws: AdapterError.noneActive(names: ["a"])) { try left.removing("a") }
    let split = try base.attached(LoRAConfiguration(rank: 2, initialization: .pissa))
    #expect(throws: AdapterError.self) {
      try #require(try AdapterSet(split)).adding(adapter, name: "b")
    }
  }
}
