// Whole runs against PyTorch with PEFT: the same weights, batches and settings, fifty steps.
import Adapters
import Kernels
import Models
import ReferenceSupport
import Signals
import Storage
import Testing
import Training

/// Batches that a fixture holds, cycled.
struct FixtureData: TrainingData {
  var items: [Batch]
  var description: String { "fixture" }
  var details: [(name: String, value: String)] { [] }
  var floor: Double? { nil }
  var vocabulary: Int? { nil }
  var bytes: Int { 0 }
  var context: Int

  func check(_ architecture: Architecture) throws {}
  func positions(_ architecture: Architecture) -> Int { context }
  func batches(seed: UInt64, shape: BatchShape, stop: StopSignal) -> any BatchSource {
    Source(items)
  }

  func evaluation(shape: BatchShape, stop: StopSignal) -> EvaluationSet {
    EvaluationSet(batches: [items[0]], rows: shape.rows)
  }

  private final class Source: BatchSource {
    private let items: [Batch]
    init(_ items: [Batch]) { self.items = items }
    func batch(step: Int) -> Batch { items[step % items.count] }
  }
}

@Suite struct ReferenceRunTests {
  private let environment = TrainingEnvironment(pool: nil, clock: { 0 }, stop: .never)

  private func settings(_ run: [String: Any], steps: Int, batch: Int) throws -> TrainingSettings {
    func number(_ key: String) -> Double { (run[key] as? Double) ?? Double(run[key] as? Int ?? 0) }
    let optimizer: OptimizerSettings =
      run["optimizer"] as? String == "adamw"
      ? .adamw(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: number("weight_decay"))
      : .sgd(momentum: number("momentum"), weightDecay: number("weight_decay"))
    let name = try #require(run["schedule"] as? String)
    var schedule = Schedule.constant
    schedule.kind = try #require(ScheduleKind(rawValue: name))
    return TrainingSettings(
      steps: steps, learningRate: number("lr"), batch: batch, optimizer: optimizer,
      schedule: schedule, warmup: run["warmup"] as? Int ?? 0,
      clip: run["clip"] as? Double ?? (run["clip"] as? Int).map(Double.init))
  }

  private func compare(_ name: String, _ result: Run, _ run: [String: Any]) throws {
    let losses = largestRelativeDifference(result.losses, try #require(run["losses"] as? [Double]))
    let norms = largestRelativeDifference(result.gradientNorms, try #require(run["norms"] as? [Double]))
    print("run \(name): largest relative difference of losses \(losses), of gradient norms \(norms)")
    #expect(losses < 1e-4, "run \(name)")
    #expect(norms < 1e-3, "run \(name)")
  }

  private func base(_ architecture: Architecture, _ fixture: Fixture) throws -> BaseWeights {
    BaseWeights(
      architecture, values: Buffer(try architecture.weights.flatMap { try fixture.floats($0.name) }))
  }

  private func parameters(_ layout: AdapterLayout, _ fixture: Fixture, prefix: String) throws -> Buffer {
    let buffer = Buffer(count: layout.count)
    for site in layout.sites {
      let a = try fixture.floats("\(prefix)base_model.model.\(site.module.path).lora_A.weight")
      #expect(a.count == site.a.count)
      for (i, value) in a.enumerated() { buffer.pointer[site.a.offset + i] = value }
    }
    return buffer
  }

  @Test(arguments: ["a", "b", "c", "d", "e", "f"])
  func transformer(_ name: String) throws {
    let fixture = try Fixture("transformer")
    let runs = try #require(fixture.json["runs"] as? [String: [String: Any]])
    let run = try #require(runs[name])
    let architecture = Architecture.transformer(
      TransformerShape(
        layers: 2, width: 32, heads: 4, keyHeads: 2, feedForward: 88, context: 16, vocabulary: 48))
    let model = Model(base: try base(architecture, fixture), description: "fixture")
    let batches = try fixture.integers("batches")
    let items = (0..<50).map { step in
      let buffer = TokenBuffer(rows: 64)
      for row in 0..<4 {
        for t in 0..<16 {
          buffer.tokens[row * 16 + t] = Int32(batches[step * 68 + row * 17 + t])
          buffer.targets[row * 16 + t] = Int32(batches[step * 68 + row * 17 + t + 1])
        }
      }
      return Batch(tokens: buffer, countedRows: 64)
    }
    let data = FixtureData(items: items, context: 16)
    let settings = try settings(run, steps: 50, batch: 4)
    guard let adapterName = run["adapter"] as? String else {
      try compare(
        name, TrainingTask(pretraining: model, data: data, settings: settings).run(environment).run, run)
      return
    }
    let adapters = try #require(fixture.json["adapters"] as? [String: [String: Any]])
    let adapter = try #require(adapters[adapterName])
    let isPatterned = adapterName == "patterns"
    let configuration = LoRAConfiguration(
      rank: try #require(adapter["r"] as? Int),
      alpha: .fixed(Double(try #require(adapter["lora_alpha"] as? Int))),
      targets: isPatterned ? .allLinear : .names(["q_proj", "v_proj"]),
      scaling: .own(isPatterned ? .lora : .rslora),
      rankPattern: isPatterned ? [("v_proj", 4)] : [], alphaPattern: isPatterned ? [("q_proj", 4)] : [])
    let adapted = try model.attached(configuration)
    var task = try TrainingTask(model: adapted, mode: .lora, data: data, settings: settings)
    let layout = try #require(adapted.adapter?.layout)
    task.start = try parameters(layout, fixture, prefix: isPatterned ? "e." : "")
    let result = task.run(environment).run
    let scaling = try #require(adapter["scaling"] as? [String: Double])
    #expect(layout.sites.count == scaling.count)
    for site in layout.sites {
      #expect(site.multiplier(configuration.rule(mode: .lora)) == scaling[site.module.path])
    }
    try compare(name, result, run)
    if name == "a" {
      try checkLogits(adapted, task.start, items[0], fixture, "logits.initial")
      try checkLogits(adapted, result.parameters, items[0], fixture, "logits.final.a")
    }
  }

  /// transformers' Trainer with PEFT: four micro-batches of one sequence a step, with other numbers of tokens that count;
  /// cosine with warm-up, clipped. The loss is the mean over the window's tokens, not that of the micro-batches' means.
  @Test(arguments: [(1, 4), (2, 2), (4, 1)], [Checkpointing.off, .full])
  func accumulated(_ parts: (Int, Int), _ checkpointing: Checkpointing) throws {
    let fixture = try Fixture("transformer")
    let accumulation = try Fixture.json("accumulation")
    let run = try #require(accumulation["run"] as? [String: Any])
    let counted = try #require(accumulation["counted"] as? [[Int]])
    #expect(Set(counted.flatMap { $0 }).count > 5)
    let batches = try fixture.integers("batches")
    let items = (0..<50).map { step in
      let buffer = TokenBuffer(rows: 64)
      for row in 0..<64 {
        let (sequence, t) = (row / 16, row % 16)
        let place = step * 68 + sequence * 17 + t
        buffer.tokens[row] = Int32(batches[place])
        buffer.targets[row] = 16 - t > counted[step][sequence] ? ignoredTarget : Int32(batches[place + 1])
      }
      return Batch(tokens: buffer, countedRows: counted[step].reduce(0, +))
    }
    let base = try base(
      .transformer(
        TransformerShape(
          layers: 2, width: 32, heads: 4, keyHeads: 2, feedForward: 88, context: 16, vocabulary: 48)), fixture
    )
    let adapted = try Model(base: base, description: "fixture").attached(
      LoRAConfiguration(
        rank: 8, alpha: .fixed(16), targets: .names(["q_proj", "v_proj"]), scaling: .own(.rslora)))
    var settings = try settings(run, steps: 50, batch: parts.0)
    (settings.accumulation, settings.checkpointing) = (parts.1, checkpointing)
    var task = try TrainingTask(
      model: adapted, mode: .lora, data: FixtureData(items: items, context: 16), settings: settings)
    task.start = try parameters(try #require(adapted.adapter?.layout), fixture, prefix: "")
    try compare("accumulated \(parts), \(checkpointing)", task.run(environment).run, run)
  }

  private func checkLogits(
    _ model: Model, _ parameters: Buffer, _ batch: Batch, _ fixture: Fixture, _ name: String
  ) throws {
    let plan = Plan(
      model: model, rule: .rslora, trainable: .nothing, shape: BatchShape(sequences: 4, positions: 16))
    try plan.prepare(parameters: parameters)
    let outputs = try plan.outputs(parameters: parameters, batch: batch)
    let difference = largestDifference(outputs, try fixture.floats(name))
    print("\(name): largest difference \(difference)")
    #expect(difference < 2e-5)
  }

  @Test(arguments: ["lora16.adamw", "lora16.sgd", "rslora64.adamw", "rslora64.sgd"])
  func perceptron(_ name: String) throws {
    let fixture = try Fixture("mlp")
    let runs = try #require(fixture.json["runs"] as? [String: [String: Any]])
    let run = try #require(runs[name])
    let architecture = Architecture.perceptron(
      PerceptronShape(widths: [64, 64, 64, 64], activation: .relu))
    let model = Model(base: try base(architecture, fixture), description: "fixture")
    let (x, t) = (try fixture.floats("x"), try fixture.floats("t"))
    let items = (0..<x.count / 512).map { i in
      Batch(
        inputs: Buffer(Array(x[i * 512..<(i + 1) * 512])), targets: Buffer(Array(t[i * 512..<(i + 1) * 512])),
        rows: 8)
    }
    let data = FixtureData(items: items, context: 1)
    let isSmall = name.hasPrefix("lora16")
    let adapted = try model.attached(
      LoRAConfiguration(
        rank: isSmall ? 16 : 64, alpha: .fixed(isSmall ? 32 : 8), scaling: .own(isSmall ? .lora : .rslora)))
    var task = try TrainingTask(
      model: adapted, mode: .lora, data: data, settings: try settings(run, steps: 50, batch: 8))
    task.start = try parameters(
      try #require(adapted.adapter?.layout), fixture, prefix: isSmall ? "lora16." : "rslora64.")
    try compare(name, task.run(environment).run, run)
  }
}
