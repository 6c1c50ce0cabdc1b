// What a layout holds: ranks and memory in their bounds, weights of the base that are trained, parameters of another order.
import Adapters
import Storage
import Testing

@Suite struct LayoutTests {
  private let modules = (0..<3).flatMap { layer in
    ["q", "v"].map { LinearModule(path: "layers.\(layer).\($0)", inputs: 8, outputs: 4) }
  }

  private let weights = (0..<3).flatMap { layer in
    [
      BaseWeight(module: "layers.\(layer).q", name: "layers.\(layer).q.bias", isBias: true, count: 4),
      BaseWeight(module: "layers.\(layer).v", name: "layers.\(layer).v.weight", isBias: false, count: 32),
      BaseWeight(module: "layers.\(layer).norm", name: "layers.\(layer).norm.bias", isBias: true, count: 5),
    ]
  }

  private func layout(
    _ targets: LoRAConfiguration.Targets = .names(["q"]), rank: Int = 2, memory: Double = .infinity,
    weights: [BaseWeight]? = nil, modules: [LinearModule]? = nil,
    _ change: (inout LoRAConfiguration) -> Void = { _ in }
  ) throws -> AdapterLayout {
    var configuration = LoRAConfiguration(rank: rank, targets: targets)
    change(&configuration)
    return try AdapterLayout(
      configuration, modules: modules ?? self.modules, standardTargets: [], weights: weights ?? self.weights,
      memory: memory, others: { _ in [] })
  }

  /// The alpha of a multiplier gives that multiplier back.
  @Test(arguments: [ScalingRule.lora, .rslora, .constant, .power(0.75), .power(0), .power(1)])
  func alphaAndMultiplier(rule: ScalingRule) {
    for rank in [1.0, 3, 16, 256] {
      let s = rule.multiplier(alpha: rule.alpha(multiplier: 0.3, rank: rank), rank: rank)
      #expect(abs(s - 0.3) < 1e-15)
    }
    #expect(ScalingRule.lora.alpha(multiplier: 3, rank: 16) == 48)
    #expect(ScalingRule.rslora.alpha(multiplier: 3, rank: 16) == 12)
    #expect(ScalingRule.constant.alpha(multiplier: 3, rank: 16) == 3)
    #expect(abs(ScalingRule.power(0.25).alpha(multiplier: 3, rank: 16) - 6) < 1e-12)
  }

  @Test func ranksAreAboveZero() throws {
    #expect(throws: AdapterError.rankNotPositive(rank: 0)) { try layout(rank: 0) }
    #expect(throws: AdapterError.rankNotPositive(rank: -1)) { try layout(rank: -1) }
    #expect(try layout(rank: 1).count == 3 * 12)
  }

  /// Six vectors of the parameters stand side by side: what does not fit below the memory is refused.
  @Test func whatDoesNotFit() throws {
    let count = try layout().count
    #expect(count == 3 * 2 * 12)
    #expect(throws: Never.self) { try layout(memory: 1e6) }
    #expect(throws: AdapterError.self) { try layout(memory: Double(count)) }
    let needed = AdapterError.tooLarge(bytesNeeded: 24.0 * (72 + 96), bytesAvailable: 3000)
    #expect(throws: needed) { try layout(memory: 3000) { $0.savedModules = ["v"] } }
    #expect(throws: Never.self) { try layout(memory: 24 * 168 + 1) { $0.savedModules = ["v"] } }
  }

  /// `bias` and `modules_to_save` choose weights of the base.
  @Test func weightsOfTheBase() throws {
    func names(_ change: (inout LoRAConfiguration) -> Void) throws -> [String] {
      try layout(.names(["0.q", "1.q"]), change).weights.map(\.weight.name)
    }
    #expect(try names { _ in } == [])
    #expect(try names { $0.bias = .loraOnly } == ["layers.0.q.bias", "layers.1.q.bias"])
    #expect(try names { $0.bias = .all }.count == 6)
    #expect(try names { $0.savedModules = ["2.v"] } == ["layers.2.v.weight"])
    let both = try layout(.names(["0.q"])) {
      $0.bias = .loraOnly
      $0.savedModules = ["2.v"]
    }
    #expect(both.count == 24 + 4 + 32)
    // A bias stands in the base already.
    #expect(both.addedCount == 24 + 32)
    #expect(both.weights.map(both.isWhole) == [false, true])
    #expect(throws: AdapterError.self) { try layout { $0.savedModules = ["nothing"] } }
  }

  /// Which modules are left out.
  @Test func modulesThatAreLeftOut() throws {
    func paths(_ change: (inout LoRAConfiguration) -> Void) throws -> [String] {
      try layout(.allLinear, change).sites.map(\.module.path)
    }
    #expect(try paths { $0.excluded = .names(["v"]) } == ["layers.0.q", "layers.1.q", "layers.2.q"])
    #expect(try paths { $0.savedModules = ["0.q", "v"] } == ["layers.1.q", "layers.2.q"])
    #expect(try paths { $0.layers = [1] } == ["layers.1.q", "layers.1.v"])
    #expect(throws: AdapterError.noTargetsLeft(parameter: "layers_to_transform")) {
      try paths { $0.layers = [7] }
    }
    #expect(throws: AdapterError.noTargetsLeft(parameter: "modules_to_save")) {
      try paths { $0.savedModules = ["q", "v"] }
    }
  }

  @Test func theRuleBecomesItsOwn() throws {
    #expect(try layout().withOwnRule(.rslora).configuration.scaling == .own(.rslora))
    #expect(try layout().withOwnRule(.rslora).sites == layout().sites)
  }

  /// The parameters of a layout whose modules and weights stand in another order.
  @Test func parametersInAnotherOrder() throws {
    let change: (inout LoRAConfiguration) -> Void = { $0.bias = .loraOnly }
    let (one, other) = (
      try layout(.names(["q"]), change),
      try layout(weights: weights.reversed(), modules: modules.reversed(), change)
    )
    let values = Buffer(count: one.count)
    for i in 0..<one.count { values.pointer[i] = Float(i) }
    let moved = try #require(other.parameters(values, of: one))
    #expect(moved.array() != values.array())
    #expect(Set(moved.array()) == Set(values.array()))
    #expect(one.parameters(moved, of: other)?.array() == values.array())
    let first = try #require(one.weights.first), last = try #require(other.weights.last)
    #expect(first.weight == last.weight)
    #expect(
      moved.array()[last.offset..<last.offset + 4] == values.array()[first.offset..<first.offset + 4])
    // Another alpha, rank or weight is another adapter.
    #expect(other.parameters(values, of: try layout(rank: 3, change)) == nil)
    #expect(other.parameters(values, of: try layout()) == nil)
  }
}
