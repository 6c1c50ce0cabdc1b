// Gradients and bits of adapters that train more than A and B, or begin elsewhere than at zero.
import Adapters
import Kernels
import Models
import ReferenceSupport
import Storage
import Testing

/// An adapter of a kind, and with a start, on a form of `PlanTests.forms`.
struct AdapterCase: CustomTestStringConvertible, Sendable {
  var name: String
  var form: Int
  var configuration: LoRAConfiguration
  var testDescription: String { name }

  init(_ name: String, form: Int, rank: Int, _ change: (inout LoRAConfiguration) -> Void) {
    self.name = name
    self.form = form
    configuration = LoRAConfiguration(rank: rank, alpha: .fixed(4), targets: .allLinear)
    change(&configuration)
  }

  static let all = [
    AdapterCase("dora", form: 0, rank: 2) { $0.usesDoRA = true },
    AdapterCase("dora, dropout", form: 0, rank: 2) {
      $0.usesDoRA = true
      $0.dropout = 0.3
    },
    AdapterCase("dora, merged", form: 1, rank: 16) { $0.usesDoRA = true },
    AdapterCase("dora, gpt2, dropout", form: 3, rank: 16) {
      $0.usesDoRA = true
      $0.dropout = 0.2
    },
    AdapterCase("bias all", form: 1, rank: 3) { $0.bias = .all },
    AdapterCase("bias all, gpt2", form: 3, rank: 16) { $0.bias = .all },
    AdapterCase("bias lora_only, dora", form: 1, rank: 3) {
      $0.bias = .loraOnly
      $0.usesDoRA = true
    },
    AdapterCase("saved", form: 0, rank: 2) { $0.savedModules = ["lm_head", "norm", "embed_tokens"] },
    AdapterCase("saved, tied", form: 3, rank: 2) { $0.savedModules = ["wte", "ln_f"] },
    AdapterCase("saved, a linear module", form: 1, rank: 3) {
      $0.savedModules = ["up_proj"]
      $0.bias = .all
      $0.dropout = 0.2
    },
    AdapterCase("random", form: 2, rank: 5) { $0.initialization = .random },
    AdapterCase("pissa", form: 1, rank: 4) { $0.initialization = .pissa },
    AdapterCase("olora, dora", form: 0, rank: 4) {
      $0.initialization = .olora
      $0.usesDoRA = true
    },
  ]

  /// DoRA's m.
  static func magnitude(_ site: AdapterSite) -> AdapterPart? {
    site.parts.first { $0.role.name == "lora_magnitude_vector" }
  }

  /// ‖W + s·B·A‖ of each row of each site with a magnitude.
  static func norms(_ parameters: Buffer, _ layout: AdapterLayout, _ base: BaseWeights, rule: ScalingRule)
    throws
    -> [Float]
  {
    try layout.sites.filter { magnitude($0) != nil }.flatMap { site -> [Float] in
      guard let index = base.index(ofModule: site.module.path) else { return [] }
      let sum = Buffer(count: site.module.inputs * site.module.outputs)
      base.matrix(index).copy(into: sum.pointer)
      try addUpdate(of: site, parameters: parameters, multiplier: site.factor(rule), to: sum.pointer)
      let norms = Buffer(count: site.module.outputs)
      rowNorms(
        rows: site.module.outputs, columns: site.module.inputs, sum.pointer, rowStride: site.module.inputs,
        into: norms.pointer)
      return norms.array()
    }
  }
}

extension PlanTests {
  private static let shape = BatchShape(sequences: 7, positions: 10)

  /// The adapter on its base, its parameters moved away from where it begins.
  private func adapted(_ kind: AdapterCase) throws -> (base: BaseWeights, layout: AdapterLayout, Buffer) {
    let plain = Model(base: base(.transformer(PlanTests.forms[kind.form].1)), description: "base")
    let model = try plain.attached(kind.configuration, mode: .rslora)
    let adapter = try #require(model.adapter)
    var random = TestRandom(31)
    let parameters = adapter.parameters.copy()
    for i in 0..<parameters.count { parameters.pointer[i] += 0.2 * random.float() }
    return (model.base, adapter.layout, parameters)
  }

  /// A kind or a start that is in a table is among the cases, or is LoRA as usual, which the other tests are about.
  @Test func everyKindAndStartHasACase() {
    let kinds = AdapterCase.all.map(\.configuration.kind.title) + ["LoRA"]
    #expect(Set(kinds) == Set(adapterKinds.map(\.title)))
    let starts = AdapterCase.all.map(\.configuration.initialization) + [.gaussian]
    #expect(Set(starts) == Set(LoRAConfiguration.Initialization.allCases))
  }

  /// PEFT takes DoRA's norms n for constants. Only m/n enters the loss, so m·n/n₀ in place of m holds n at n₀.
  @Test(arguments: AdapterCase.all)
  func kindsOfAdapters(_ kind: AdapterCase) throws {
    let (base, layout, parameters) = try adapted(kind)
    let held = try AdapterCase.norms(parameters, layout, base, rule: .rslora)
    #expect(held.isEmpty == !kind.configuration.usesDoRA)
    try checkGradient(
      kind.name, base: base, adapter: layout, trainable: .adapter,
      batch: tokens(PlanTests.shape, vocabulary: 19), shape: PlanTests.shape, dropoutSeed: 3,
      start: parameters
    ) { moved in
      let norms = try AdapterCase.norms(moved, layout, base, rule: .rslora)
      var row = 0
      for site in layout.sites {
        guard let magnitude = AdapterCase.magnitude(site) else { continue }
        for i in 0..<site.module.outputs {
          moved.pointer[magnitude.offset + i] *= norms[row] / held[row]
          row += 1
        }
      }
    }
  }

  @Test(arguments: AdapterCase.all)
  func kindsGiveTheSameBitsOnThreads(_ kind: AdapterCase) throws {
    let (base, layout, parameters) = try adapted(kind)
    let shape = BatchShape(sequences: 27, positions: 10)
    let batch = tokens(shape, vocabulary: 19)
    let results = try [1, 2, 3].map { threads in
      let plan = Plan(
        base: base, adapter: layout, rule: .rslora, trainable: .adapter, shape: shape,
        pool: threads == 1 ? nil : ThreadPool(threads: threads))
      try plan.prepare(parameters: parameters)
      let loss = try plan.step(parameters: parameters, batch: batch, step: 1, dropoutSeed: 5)
      return [loss.bitPattern] + plan.gradient.array().map { UInt64($0.bitPattern) }
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }

  /// The gradient of every trained weight that is no A, B or magnitude is that of training the base itself.
  @Test(
    arguments: AdapterCase.all.filter {
      $0.configuration.bias == .all || !$0.configuration.savedModules.isEmpty
    })
  func trainedWeightsHaveTheGradientOfTheBase(_ kind: AdapterCase) throws {
    var kind = kind
    kind.configuration.dropout = 0
    let plain = Model(base: base(.transformer(PlanTests.forms[kind.form].1)), description: "base")
    let model = try plain.attached(kind.configuration)
    let adapter = try #require(model.adapter)
    #expect(!adapter.layout.weights.isEmpty)
    let batch = tokens(PlanTests.shape, vocabulary: 19)
    func gradient(_ trainable: Trainable, _ parameters: Buffer) throws -> [Float] {
      let plan = Plan(
        base: model.base, adapter: trainable == .base ? nil : adapter.layout, rule: .lora,
        trainable: trainable,
        shape: PlanTests.shape)
      try plan.prepare(parameters: parameters)
      _ = try plan.step(parameters: parameters, batch: batch, step: 0, dropoutSeed: nil)
      return plan.gradient.array()
    }
    // B is zero, so the adapted model computes what the base does.
    let all = try gradient(.base, model.base.values.copy())
    let own = try gradient(.adapter, adapter.parameters)
    for weight in adapter.layout.weights {
      let start = model.base.offsets[weight.index]
      let difference = largestDifference(
        Array(own[weight.offset..<weight.offset + weight.weight.count]),
        Array(all[start..<start + weight.weight.count]))
      #expect(difference < 1e-5, "\(weight.weight.name)")
    }
  }
}
