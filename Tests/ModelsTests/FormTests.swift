// The forms of transformers: one list of parts from which the weights, their number and the plan of a step come.
import Adapters
import Kernels
import Models
import Storage
import Testing

@Suite struct FormTests {
  static let forms: [TransformerForm] = [.llama, .gpt2, .qwen2]

  private static func shape(_ form: TransformerForm) -> TransformerShape {
    TransformerShape(
      form, layers: 3, width: 24, heads: 4, keyHeads: form.isFused ? 4 : 2, headWidth: form.isFused ? nil : 8,
      feedForward: 40, context: 10, vocabulary: 19)
  }

  private static func lines(_ parts: [TransformerPart]) -> [String] {
    parts.flatMap(\.weights).map { "\($0.name) \($0.dimensions.map(String.init).joined(separator: "×"))" }
  }

  @Test func theBlockOfQwen2() {
    #expect(
      FormTests.lines(FormTests.shape(.qwen2).block(2)) == [
        "model.layers.2.input_layernorm.weight 24",
        "model.layers.2.self_attn.q_proj.weight 32×24", "model.layers.2.self_attn.q_proj.bias 32",
        "model.layers.2.self_attn.k_proj.weight 16×24", "model.layers.2.self_attn.k_proj.bias 16",
        "model.layers.2.self_attn.v_proj.weight 16×24", "model.layers.2.self_attn.v_proj.bias 16",
        "model.layers.2.self_attn.o_proj.weight 24×32",
        "model.layers.2.post_attention_layernorm.weight 24",
        "model.layers.2.mlp.gate_proj.weight 40×24", "model.layers.2.mlp.up_proj.weight 40×24",
        "model.layers.2.mlp.down_proj.weight 24×40",
      ])
  }

  @Test func theBlockOfGPT2() {
    #expect(
      FormTests.lines(FormTests.shape(.gpt2).block(0)) == [
        "transformer.h.0.ln_1.weight 24", "transformer.h.0.ln_1.bias 24",
        "transformer.h.0.attn.c_attn.weight 72×24", "transformer.h.0.attn.c_attn.bias 72",
        "transformer.h.0.attn.c_proj.weight 24×24", "transformer.h.0.attn.c_proj.bias 24",
        "transformer.h.0.ln_2.weight 24", "transformer.h.0.ln_2.bias 24",
        "transformer.h.0.mlp.c_fc.weight 40×24", "transformer.h.0.mlp.c_fc.bias 40",
        "transformer.h.0.mlp.c_proj.weight 24×40", "transformer.h.0.mlp.c_proj.bias 24",
      ])
  }

  @Test func noTwoFormsShareAName() {
    #expect(Set(FormTests.forms.map(\.modelType)).count == FormTests.forms.count)
    #expect(Set(FormTests.forms.map(\.title)).count == FormTests.forms.count)
  }

  @Test(arguments: forms, [false, true])
  func theEstimateIsTheNumberOfParameters(_ form: TransformerForm, _ isTied: Bool) {
    var shape = FormTests.shape(form)
    shape.isTied = isTied
    let architecture = Architecture.transformer(shape)
    let names = architecture.weights.map(\.name)
    #expect(Set(names).count == names.count)
    let count = architecture.weights.reduce(0) { $0 + $1.count }
    #expect(architecture.parameterEstimate == Double(count))
  }

  /// Every weight moves the output: none is left out of the plan, and none stands in for another.
  @Test(arguments: forms)
  func everyWeightIsUsed(_ form: TransformerForm) throws {
    let architecture = Architecture.transformer(FormTests.shape(form))
    let drawn = BaseWeights(architecture, seed: 5)
    let batch = BatchShape(sequences: 1, positions: 10)
    let tokens = TokenBuffer(rows: 10)
    for i in 0..<10 { tokens.tokens[i] = Int32(i * 7 % 19) }
    func outputs(_ values: Buffer) throws -> [Float] {
      let base = BaseWeights(architecture, values: values)
      let plan = Plan(base: base, adapter: nil, rule: .lora, trainable: .nothing, shape: batch)
      return try plan.outputs(parameters: .empty, batch: Batch(tokens: tokens, countedRows: 10))
    }
    let expected = try outputs(drawn.values)
    var seen: Set<[Float]> = [expected]
    for (shape, offset) in zip(drawn.shapes, drawn.offsets) {
      let values = drawn.values.copy()
      for i in 0..<shape.count { values.pointer[offset + i] += 0.3 * Float(i % 3 + 1) }
      #expect(try seen.insert(outputs(values)).inserted, "\(shape.name)")
    }
  }

  // MARK: Parts by their place

  @Test func aPartIsTakenOnce() async {
    await #expect(processExitsWith: .failure) {
      var parts = PartIndices(
        TransformerShape(layers: 1, width: 4, heads: 1, feedForward: 4, context: 2, vocabulary: 3))
      _ = parts.take(.block(0, .linear(.q)))
      _ = parts.take(.block(0, .linear(.q)))
    }
  }

  @Test func aPartThatTheFormDoesNotHaveIsRefused() async {
    await #expect(processExitsWith: .failure) {
      var parts = PartIndices(
        TransformerShape(layers: 1, width: 4, heads: 1, feedForward: 4, context: 2, vocabulary: 3))
      _ = parts.take(.block(0, .linear(.qkv)))
    }
  }

  @Test func noPartIsLeft() async {
    await #expect(processExitsWith: .failure) {
      var parts = PartIndices(
        TransformerShape(layers: 1, width: 4, heads: 1, feedForward: 4, context: 2, vocabulary: 3))
      _ = parts.take(.embedding)
      parts.finish()
    }
  }

  @Test func partsHaveTheIndicesOfTheirWeights() {
    for form in FormTests.forms {
      let shape = FormTests.shape(form)
      let weights = Architecture.transformer(shape).weights
      var parts = PartIndices(shape)
      for part in shape.parts { #expect(weights[parts.take(part.place)] == part.weights.first) }
      parts.finish()
    }
  }
}
