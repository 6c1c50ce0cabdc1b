// What a plan is given must be of its shape; what an operation writes stays in its place.
import Adapters
import Kernels
import Models
import Storage
import Testing

@Suite struct BoundsTests {
  @Test func aPlanRefusesWhatIsNotOfItsShape() async {
    await #expect(processExitsWith: .success) { try step(rows: 8, inputs: 8 * 6) }
    await #expect(processExitsWith: .failure) { try step(rows: 8, inputs: 8 * 6 - 1) }
    await #expect(processExitsWith: .failure) { try step(rows: 8, inputs: 8 * 6, missing: 1) }
    await #expect(processExitsWith: .failure) {
      let (plan, parameters) = try plan(rows: 8)
      _ = try plan.step(
        parameters: parameters, batch: Batch(tokens: TokenBuffer(rows: 8), countedRows: 8), step: 0,
        dropoutSeed: nil)
    }
    await #expect(processExitsWith: .failure) {
      let (plan, parameters) = try plan(rows: 8)
      _ = try plan.evaluate(parameters: parameters, batch: batch(rows: 8, inputs: 8 * 6), rows: 9)
    }
    await #expect(processExitsWith: .success) {
      let (plan, parameters) = try plan(rows: 8)
      try plan.prepare(parameters: parameters)
      _ = plan.adapterInputs(parameters: parameters, batch: batch(rows: 8, inputs: 8 * 6))
    }
    await #expect(processExitsWith: .failure) {
      let (plan, parameters) = try plan(rows: 8)
      try plan.prepare(parameters: parameters)
      _ = plan.adapterInputs(parameters: parameters, batch: batch(rows: 8, inputs: 8 * 6 - 1))
    }
  }

  /// What a plan says of its memory counts the logits of a large vocabulary and their gradient, four bytes each.
  @Test func aPlanCountsItsBytes() throws {
    let shape = TransformerShape(
      layers: 1, width: 8, heads: 1, keyHeads: 1, feedForward: 8, context: 8, vocabulary: 4096)
    let model = try Model(base: BaseWeights(.transformer(shape), seed: 1), description: "t")
      .attached(LoRAConfiguration(rank: 1))
    func bytes(_ sequences: Int) -> Int {
      Plan(
        model: model, rule: .lora, trainable: .adapter,
        shape: BatchShape(sequences: sequences, positions: 8)
      ).bytes
    }
    // A shard has 32 rows at most, and one thread works on one at a time.
    #expect(bytes(4) > 4 * 32 * 4096 && bytes(4) < 4 * 4 * 32 * 4096 && bytes(4).isMultiple(of: 4))
    #expect(bytes(1) < bytes(4))
  }

  #if CHECKED
    @Test func aCheckedBuildFindsWhatIsWrittenBesideAPlace() async {
      await #expect(processExitsWith: .failure) {
        let (plan, parameters) = try plan(rows: 8)
        plan.writeBesideAPlace()
        _ = try plan.step(
          parameters: parameters, batch: batch(rows: 8, inputs: 8 * 6), step: 0, dropoutSeed: nil)
      }
    }
  #endif
}

private func plan(rows: Int) throws -> (Plan, Buffer) {
  let model = try Model(
    base: BaseWeights(.perceptron(PerceptronShape(widths: [6, 5, 4], activation: .relu)), seed: 1),
    description: "p"
  ).attached(LoRAConfiguration(rank: 2))
  let plan = Plan(
    model: model, rule: .lora, trainable: .adapter, shape: BatchShape(sequences: rows, positions: 1))
  return (plan, Buffer(count: plan.parameterCount))
}

private func batch(rows: Int, inputs: Int) -> Batch {
  Batch(inputs: Buffer(count: inputs), targets: Buffer(count: rows * 4), rows: rows)
}

private func step(rows: Int, inputs: Int, missing: Int = 0) throws {
  let (plan, parameters) = try plan(rows: rows)
  let given = Buffer(count: parameters.count - missing)
  try plan.prepare(parameters: given)
  _ = try plan.step(parameters: given, batch: batch(rows: rows, inputs: inputs), step: 0, dropoutSeed: nil)
}
