// Steps and runs in bf16 and fp16 against PyTorch: values rounded by hand at the table's places, and torch.autocast.
import Adapters
import Kernels
import Models
import ReferenceSupport
import Storage
import Testing
import Training

@Suite struct PrecisionTests {
  private static let transformer = Architecture.transformer(
    TransformerShape(
      layers: 2, width: 32, heads: 4, keyHeads: 2, feedForward: 88, context: 16, vocabulary: 48))

  private func base(_ architecture: Architecture, _ fixture: Fixture) throws -> BaseWeights {
    BaseWeights(
      architecture, values: Buffer(try architecture.weights.flatMap { try fixture.floats($0.name) }))
  }

  /// A and B of each site, by the name of the fixture.
  private func parameters(_ layout: AdapterLayout, _ value: (String) throws -> [Float]) rethrows -> Buffer {
    let buffer = Buffer(count: layout.count)
    for site in layout.sites {
      for part in [site.a, site.b] {
        let values = try value(
          "\(site.module.path).\(part.offset == site.a.offset ? "lora_A" : "lora_B").weight")
        for (i, value) in values.enumerated() { buffer.pointer[part.offset + i] = value }
      }
    }
    return buffer
  }

  private func tokens() throws -> Batch {
    let batches = try Fixture("transformer").integers("batches")
    let buffer = TokenBuffer(rows: 64)
    for row in 0..<4 {
      for t in 0..<16 {
        buffer.tokens[row * 16 + t] = Int32(batches[row * 17 + t])
        buffer.targets[row * 16 + t] = Int32(batches[row * 17 + t + 1])
      }
    }
    return Batch(tokens: buffer, countedRows: 64)
  }

  /// ‖a − b‖ ÷ ‖b‖.
  private func distance(_ a: [Float], _ b: [Float]) -> Double {
    let top = zip(a, b).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    return (top / b.reduce(0) { $0 + Double($1) * Double($1) }).squareRoot()
  }

  /// Values that are the same, as a share.
  private func shareEqual(_ a: [Float], _ b: [Float]) -> Double {
    Double(zip(a, b).filter { $0.0 == $0.1 }.count) / Double(a.count)
  }

  @Test(arguments: FloatFormat.allCases.dropFirst(), PrecisionStyle.allCases)
  func aStepRoundsWhereTheTableSays(_ format: FloatFormat, _ style: PrecisionStyle) throws {
    let fixture = try Fixture("precision")
    let key = "\(format.rawValue).\(style.rawValue)"
    let cases = try #require(fixture.json["cases"] as? [String: [String: Double]])
    let numbers = try #require(cases[key])
    func number(_ name: String) throws -> Double { try #require(numbers[name]) }
    let model = Model(
      base: try base(PrecisionTests.transformer, try Fixture("transformer")), description: "fixture")
    let adapted = try model.attached(
      LoRAConfiguration(rank: 4, alpha: .fixed(10), targets: .allLinear, scaling: .own(.lora)))
    let layout = try #require(adapted.adapter?.layout)
    #expect(layout.sites.count == 14)
    let parameters = try parameters(layout) { try fixture.floats("adapter." + $0) }
    let plan = Plan(
      model: adapted, rule: .lora, trainable: .adapter, shape: BatchShape(sequences: 4, positions: 16),
      precision: Precision(format, style))
    let batch = try tokens()
    try plan.prepare(parameters: parameters)
    let logits = try plan.outputs(parameters: parameters, batch: batch)
    let loss = try plan.step(
      parameters: parameters, batch: batch, step: 0, dropoutSeed: nil, lossScale: Float(try number("scale")))
    let gradient = plan.gradient.array()
    func gradients(_ prefix: String) throws -> [Float] {
      try self.parameters(layout) { try fixture.floats("\(key).\(prefix)gradient.\($0)") }.array()
    }
    let (byHand, byTorch) = (try gradients(""), try gradients("torch."))
    let equalLogits = shareEqual(logits, try fixture.floats("\(key).logits"))
    let logitDistance = distance(logits, try fixture.floats("\(key).logits"))
    let (toHand, toTorch) = (distance(gradient, byHand), distance(gradient, byTorch))
    print(
      "\(key): logits equal \(equalLogits), distance \(logitDistance); gradients equal "
        + "\(shareEqual(gradient, byHand)), distance \(toHand), to torch.autocast \(toTorch); what rounding moves: "
        + "\(try number("gradients_to_fp32"))")
    #expect(
      gradient.allSatisfy { value in
        var x = [value]
        return round(1, &x, to: format) == round(1, &x, to: format) && x[0] == value
      })
    #expect(abs(loss - (try number("loss"))) < 1e-3 * (try number("gradients_to_fp32")) * loss + 1e-4)
    #expect(equalLogits > (format == .bf16 ? 0.99 : 0.75))
    // Sums in another order fall on the other side of a middle now and then, which then goes through all that follows:
    // PyTorch's own sums in double precision are as far away.
    #expect(toHand < 2 * (try number("gradients_to_other_sums")))
    #expect(toTorch < 0.65 * (try number("gradients_to_fp32")))
  }

  @Test func skippedStepsAndScalesAreThoseOfGradScaler() throws {
    let (fixture, mlp) = (try Fixture("precision"), try Fixture("mlp"))
    let heavy = try #require(fixture.json["heavy"] as? [String: Any])
    let architecture = Architecture.perceptron(PerceptronShape(widths: [64, 64, 64, 64], activation: .relu))
    let model = Model(base: try base(architecture, mlp), description: "fixture")
    let (x, t) = (try mlp.floats("x"), try mlp.floats("t"))
    let steps = try #require(heavy["heavy"] as? [Int])
    let factor = Float(try #require(heavy["factor"] as? Double))
    let items = (0..<30).map { step in
      let (start, end) = (step % 25 * 512, step % 25 * 512 + 512)
      return Batch(
        inputs: Buffer(Array(x[start..<end])),
        targets: Buffer(t[start..<end].map { steps.contains(step) ? factor * $0 : $0 }), rows: 8)
    }
    let adapted = try model.attached(LoRAConfiguration(rank: 16, alpha: .fixed(32), scaling: .own(.lora)))
    let settings = TrainingSettings(
      steps: 30, learningRate: 2e-3, batch: 8, schedule: .linear, warmup: 3, clip: 1,
      precision: Precision(.fp16))
    var task = try TrainingTask(
      model: adapted, mode: .lora, data: FixtureData(items: items, context: 1), settings: settings)
    let layout = try #require(adapted.adapter?.layout)
    let zero = [Float](repeating: 0, count: 64 * 16)
    task.start = try parameters(layout) {
      $0.contains("lora_A") ? try mlp.floats("lora16.base_model.model.\($0)") : zero
    }
    let result = task.run(TrainingEnvironment(pool: nil, clock: { 0 }))
    let run = result.run
    let record = try #require(run.scaler)
    #expect(record.skipped == heavy["skipped"] as? [Int])
    #expect(record.skipped == [12, 13, 22])
    let scales = try #require(heavy["scales"] as? [Double])
    for (step, scale) in scales.enumerated() {
      #expect(record.changes.last { $0.step <= step }?.scale == scale, "step \(step)")
    }
    #expect(record.lastScale == heavy["last_scale"] as? Double)
    #expect(result.resume.scaler == GradientScaler(scale: 8192, growthTracker: 7, skipped: 3))
    // The schedule stands still where a step was skipped.
    for (step, before) in [(12, 0), (13, 1), (14, 2), (22, 2), (23, 3), (29, 3)] {
      #expect(run.rate(step: step) == settings.rate(step: step - before), "step \(step)")
    }
    let losses = largestRelativeDifference(run.losses, try #require(heavy["losses"] as? [Double]))
    let norms = try #require(heavy["norms"] as? [Any]).map { $0 as? Double }
    var largest = 0.0
    for (norm, reference) in zip(run.gradientNorms, norms) {
      #expect(norm.isFinite == (reference != nil))
      if let reference { largest = max(largest, abs(norm / reference - 1)) }
    }
    let final = try parameters(layout) { try fixture.floats("heavy.final." + $0) }.array()
    let away = distance(run.parameters.array(), final)
    print("fp16 run: largest relative difference of losses \(losses), norms \(largest), parameters \(away)")
    #expect(losses < 2e-2 && largest < 2e-2 && away < 5e-3)
    // What overflowed was a gradient, in three steps.
    #expect(run.roundings.contains { $0.overflows > 0 && $0.site.isGradient })
    #expect(!run.roundings.contains { $0.overflows > 0 && !$0.site.isGradient })
    #expect(run.ending == .completed)
  }

  @Test func theScaleMovesAsGradScalers() throws {
    let history = try #require(try Fixture("precision").json["history"] as? [String: Any])
    let bad = Set(try #require(history["overflowing"] as? [Int]))
    let changes = try #require(history["changes"] as? [[Double]])
    var scaler = GradientScaler()
    var found: [[Double]] = []
    for step in 0..<(try #require(history["steps"] as? Int)) {
      let before = scaler.scale
      scaler.update(overflowed: bad.contains(step))
      if scaler.scale != before { found.append([Double(step), Double(scaler.scale)]) }
    }
    #expect(found == changes)
    #expect(found.count > 10 && scaler.skipped == bad.count)
  }

  /// A gradient that overflows at scale 1 leaves fp16 by itself.
  @Test func aRunThatNoScaleSavesIsDiverged() throws {
    let model = Model(
      base: BaseWeights(.perceptron(PerceptronShape(widths: [4, 4, 4], activation: .relu)), seed: 1),
      description: "")
    let adapted = try model.attached(LoRAConfiguration(rank: 2, alpha: .fixed(2)))
    let batch = Batch(
      inputs: Buffer([Float](repeating: 1, count: 64)), targets: Buffer([Float](repeating: 1e9, count: 64)),
      rows: 16)
    func run(_ steps: Int) throws -> Run {
      let settings = TrainingSettings(
        steps: steps, learningRate: 1e-3, batch: 16, precision: Precision(.fp16))
      return try TrainingTask(
        model: adapted, mode: .lora, data: FixtureData(items: [batch], context: 1), settings: settings
      ).run(TrainingEnvironment(pool: nil, clock: { 0 })).run
    }
    let whole = try run(60)
    #expect(whole.firstBadStep == 16 && whole.verdict.outcome == .diverged)
    #expect(whole.scaler?.lastScale == 1 && whole.scaler?.skipped == Array(0..<16))
    let short = try run(5)
    #expect(short.ending == .completed && short.verdict.outcome == .undecided)
    #expect(short.verdict.text.contains("every step was skipped"))
  }

  @Test(arguments: FloatFormat.allCases.dropFirst(), PrecisionStyle.allCases)
  func bitsAndCountsAreTheSameOnThreads(_ format: FloatFormat, _ style: PrecisionStyle) throws {
    let model = Model(
      base: try base(PrecisionTests.transformer, try Fixture("transformer")), description: "fixture")
    let adapted = try model.attached(
      LoRAConfiguration(rank: 4, alpha: .fixed(10), targets: .allLinear, dropout: 0.2))
    let start = try #require(adapted.adapter?.parameters)
    var random = TestRandom(3)
    for i in 0..<start.count { start.pointer[i] += 0.1 * random.float() }
    let shape = BatchShape(sequences: 16, positions: 16)
    let tokens = TokenBuffer(rows: shape.rows)
    for i in 0..<shape.rows {
      (tokens.tokens[i], tokens.targets[i]) = (Int32(random.next() % 48), Int32(random.next() % 48))
    }
    let results = try [1, 2, 3].map { threads in
      let plan = Plan(
        model: adapted, rule: .lora, trainable: .adapter, shape: shape, precision: Precision(format, style),
        pool: threads == 1 ? nil : ThreadPool(threads: threads))
      try plan.prepare(parameters: start)
      let loss = try plan.step(
        parameters: start, batch: Batch(tokens: tokens, countedRows: shape.rows), step: 3, dropoutSeed: 5)
      let silent = zip(plan.roundingSites, plan.roundingCounts).filter { $1.values == 0 }.map(\.0)
      #expect(silent.allSatisfy { $0.isGradient && $0.kind == .stream || $0.kind == .norm }, "\(silent)")
      return [loss.bitPattern] + plan.gradient.array().map { UInt64($0.bitPattern) }
        + plan.roundingCounts.flatMap { [UInt64($0.values), UInt64($0.overflows), UInt64($0.underflows)] }
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }
}
