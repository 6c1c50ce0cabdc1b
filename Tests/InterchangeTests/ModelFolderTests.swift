// Model folders that transformers wrote, against its logits and PyTorch's gradients; and folders of ours, read back.
import Adapters
import Foundation
import Interchange
import Kernels
import Models
import ReferenceSupport
import Storage
import TensorFile
import Testing

@Suite struct ModelFolderTests {
  static let variants = [
    "llama-plain", "llama-grouped", "llama-tied", "llama-biases", "gpt2", "gpt2-bare", "qwen2", "qwen2-tied",
  ]
  private let fixture: Fixture

  init() throws {
    fixture = try Fixture("models")
  }

  static func load(_ name: String) throws -> ModelFolder.Loaded {
    try ModelFolder.load(
      name, at: Fixture.folder.appendingPathComponent("models/\(name)").path, memory: 1e9)
  }

  private static let shape = BatchShape(sequences: 3, positions: 13)

  private func batch() throws -> Batch {
    let tokens = try fixture.integers("tokens")
    let buffer = TokenBuffer(rows: 39)
    for row in 0..<3 {
      for t in 0..<13 {
        buffer.tokens[row * 13 + t] = Int32(tokens[row * 14 + t])
        buffer.targets[row * 13 + t] = Int32(tokens[row * 14 + t + 1])
      }
    }
    return Batch(tokens: buffer, countedRows: 39)
  }

  private func loss(_ name: String, _ field: String) throws -> Double {
    let entry = try #require(fixture.json[name] as? [String: Any])
    return try #require(entry[field] as? Double)
  }

  @Test(arguments: variants)
  func logits(_ name: String) throws {
    let base = try ModelFolderTests.load(name).base
    let plan = Plan(base: base, adapter: nil, rule: .lora, trainable: .nothing, shape: ModelFolderTests.shape)
    let outputs = try plan.outputs(parameters: .empty, batch: try batch())
    let expected = try fixture.floats("\(name).logits")
    let difference = zip(outputs, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    print("\(name): largest difference of logits \(difference)")
    #expect(outputs.count == expected.count && difference < 2e-5)
  }

  /// The adapter in both orders of contraction: PEFT's, and merged where that is cheaper.
  @Test(arguments: variants, [true, false])
  func gradientOfAnAdapter(_ variant: String, _ isPlain: Bool) throws {
    let base = try ModelFolderTests.load(variant).base
    let targets = variant.hasPrefix("gpt2") ? ["c_attn", "c_fc"] : ["q_proj", "v_proj", "down_proj"]
    let layout = try AdapterLayout(
      LoRAConfiguration(rank: 3, alpha: .fixed(6), targets: .names(targets)), modules: base.linearModules,
      standardTargets: [])
    let parameters = try vector(layout, "\(variant).lora")
    let plan = Plan(
      base: base, adapter: layout, rule: .lora, trainable: .adapter, shape: ModelFolderTests.shape,
      isPlain: isPlain)
    try plan.prepare(parameters: parameters)
    let loss = try plan.step(parameters: parameters, batch: try batch(), step: 0, dropoutSeed: nil)
    let difference = relativeDifference(
      plan.gradient.array(), try vector(layout, "\(variant).gradient").array())
    let outputs = try plan.outputs(parameters: parameters, batch: try batch())
    let logits = zip(outputs, try fixture.floats("\(variant).adapted.logits"))
      .reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    print("\(variant) with LoRA: logits \(logits), gradient \(difference)")
    #expect(abs(loss - (try self.loss(variant, "adapted_loss"))) < 1e-5)
    #expect(logits < 2e-5 && difference < 1e-4)
  }

  /// A and B of all sites from the fixture.
  private func vector(_ layout: AdapterLayout, _ prefix: String) throws -> Buffer {
    let buffer = Buffer(count: layout.count)
    for site in layout.sites {
      for part in site.parts {
        for (i, value) in try fixture.floats("\(prefix).\(site.module.path)\(part.role.suffix)").enumerated()
        {
          buffer.pointer[part.offset + i] = value
        }
      }
    }
    return buffer
  }

  /// |a − b| / |b| of whole vectors.
  private func relativeDifference(_ a: [Float], _ b: [Float]) -> Double {
    let difference = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
    return a.count == b.count
      ? (difference / b.reduce(0.0) { $0 + Double($1) * Double($1) }).squareRoot() : .infinity
  }

  /// LayerNorm, biases, learned positions, tanh GELU and tied embeddings, tensor by tensor.
  @Test(arguments: ["llama-tied", "llama-biases", "gpt2", "qwen2"])
  func gradientOfAllWeights(_ variant: String) throws {
    let base = try ModelFolderTests.load(variant).base
    let plan = Plan(
      base: base, adapter: nil, rule: .lora, trainable: .base, shape: ModelFolderTests.shape)
    let parameters = base.values
    try plan.prepare(parameters: parameters)
    let loss = try plan.step(parameters: parameters, batch: try batch(), step: 0, dropoutSeed: nil)
    #expect(abs(loss - (try self.loss(variant, "loss"))) < 1e-5)
    var largest = 0.0
    for (shape, offset) in zip(base.shapes, base.offsets) {
      var expected = try fixture.floats("\(variant).full.\(shape.name)")
      if shape.isStoredTransposed {
        let stored = expected
        for row in 0..<shape.rows {
          for column in 0..<shape.columns {
            expected[row * shape.columns + column] = stored[column * shape.rows + row]
          }
        }
      }
      let difference = relativeDifference(plan.gradient.array(offset..<offset + shape.count), expected)
      largest = max(largest, difference)
      #expect(difference < 1e-4, "\(shape.name)")
    }
    print("\(variant): largest relative difference of a tensor's gradient \(largest)")
  }

  // MARK: Writing

  private func temporaryFolder() throws -> String {
    let path = NSTemporaryDirectory() + "ranklab-models-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  @Test(arguments: variants)
  func whatIsWrittenIsReadBack(_ variant: String) throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let loaded = try ModelFolderTests.load(variant)
    let model = Model(base: loaded.base, description: variant, source: loaded.source)
    try ModelFolder.save(model, to: "copy", at: folder + "/a/copy")
    let copy = try ModelFolder.load("copy", at: folder + "/a/copy", memory: 1e9)
    #expect(copy.base.architecture == loaded.base.architecture)
    #expect(copy.base.values.array() == loaded.base.values.array())
    // A second time into the folder that is there.
    try ModelFolder.save(model, to: "copy", at: folder + "/a/copy")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/a") == ["copy"])
    #expect(copy.source.configuration.contains("\"eos_token_id\""))
  }

  @Test func ownArchitecturesAreReadBack() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let architectures: [Architecture] = [
      .perceptron(PerceptronShape(widths: [3, 5, 2], activation: .gelu)), .linear(inputs: 4, outputs: 3),
      .transformer(
        TransformerShape(
          layers: 1, width: 8, heads: 2, keyHeads: 1, feedForward: 12, context: 16, vocabulary: 9)),
      .transformer(
        TransformerShape(
          layers: 1, width: 8, heads: 2, feedForward: 12, context: 16, vocabulary: 9,
          angles: RotaryAngles(theta: 500, scaling: .linear(factor: 2)), biases: [.gate, .up, .down])),
      .transformer(
        TransformerShape(
          .gpt2, layers: 1, width: 8, heads: 2, feedForward: 12, context: 16, vocabulary: 9,
          activation: .gelu,
          isTied: false)),
      .transformer(
        TransformerShape(
          .qwen2, layers: 1, width: 8, heads: 2, keyHeads: 1, headWidth: 6, feedForward: 12, context: 16,
          vocabulary: 9, isTied: true)),
    ]
    for (i, architecture) in architectures.enumerated() {
      let model = Model(base: BaseWeights(architecture, seed: 4), description: "")
      try ModelFolder.save(model, to: "m", at: folder + "/\(i)")
      let loaded = try ModelFolder.load("m", at: folder + "/\(i)", memory: 1e9)
      #expect(loaded.base.architecture == architecture && loaded.notes == [])
      #expect(loaded.base.values.array() == model.base.values.array())
    }
  }

  /// Above the limit the weights stay in their file, in 32 or in 16 bits; what comes out is what copies give.
  @Test(arguments: [ElementType.f32, .bf16, .f16])
  func largeModelsStayInTheirFiles(_ type: ElementType) throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let shape = TransformerShape(
      .gpt2, layers: 1, width: 1024, heads: 8, feedForward: 4096, context: 16, vocabulary: 3400)
    let drawn = BaseWeights(.transformer(shape), seed: 2)
    #expect(!BaseWeights.isPacked(count: drawn.count))
    try ModelFolder.save(Model(base: drawn, description: ""), to: "m", at: folder + "/m")
    let path = folder + "/m/model.safetensors"
    let tensors = try TensorFile.read(path: path).tensors
    try TensorFile.write(
      path: path,
      tensors: try tensors.map { try TensorData($0.name, shape: $0.shape, floats: $0.floats(), as: type) })
    let loaded = try ModelFolder.load("m", at: folder + "/m", memory: 1e9).base
    let copied = BaseWeights(loaded.architecture, values: loaded.values)
    if type == .f32 { #expect(loaded.values.array() == drawn.values.array()) }
    let logits = try [loaded, copied].map { base in
      let tokens = TokenBuffer(rows: 16)
      for i in 0..<16 { tokens.tokens[i] = Int32(i * 211) }
      let plan = Plan(
        base: base, adapter: nil, rule: .lora, trainable: .nothing,
        shape: BatchShape(sequences: 1, positions: 16))
      return try plan.outputs(parameters: .empty, batch: Batch(tokens: tokens, countedRows: 16))
    }
    #expect(logits[0] == logits[1] && logits[0].allSatisfy(\.isFinite))
    try ModelFolder.save(Model(base: loaded, description: ""), to: "n", at: folder + "/n")
    let again = try ModelFolder.load("n", at: folder + "/n", memory: 1e9).base
    #expect(again.values.array() == copied.values.array())
  }

  @Test func onlyModelsAreReplaced() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = Model(base: BaseWeights(.linear(inputs: 2, outputs: 2), seed: 0), description: "")
    try Data("{\"a\": 1}".utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
    #expect(throws: ModelFolderError.occupied(path: "f", content: "a folder whose config.json is no model's"))
    {
      try ModelFolder.save(model, to: "f", at: folder)
    }
    try ModelFolder.save(model, to: "f", at: folder, overwrite: true)
    #expect(try ModelFolder.load("f", at: folder, memory: 1e9).base.count == 4)
    let file = folder + "/notes.txt"
    try Data("mine".utf8).write(to: URL(fileURLWithPath: file))
    #expect(throws: ModelFolderError.occupied(path: "f", content: "a file")) {
      try ModelFolder.save(model, to: "f", at: file)
    }
    #expect(FileManager.default.contents(atPath: file) == Data("mine".utf8))
  }

  // MARK: What is refused and what is noted

  /// A copy of a fixture's folder whose configuration and weights `change` has changed.
  private func changed(
    _ variant: String, _ change: (_ fields: inout [String: Any], _ tensors: inout [TensorData]) -> Void
  ) throws -> Result<ModelFolder.Loaded, any Error> {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let original = Fixture.folder.appendingPathComponent("models/\(variant)")
    var tensors = try TensorFile.read(path: original.appendingPathComponent("model.safetensors").path).tensors
      .map { TensorData($0) }
    let data = try Data(contentsOf: original.appendingPathComponent("config.json"))
    var fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&fields, &tensors)
    try JSONSerialization.data(withJSONObject: fields).write(
      to: URL(fileURLWithPath: folder + "/config.json"))
    try TensorFile.write(path: folder + "/model.safetensors", tensors: tensors)
    return Result { try ModelFolder.load("m", at: folder, memory: 1e9) }
  }

  private func sentence(_ result: Result<ModelFolder.Loaded, any Error>) -> String {
    switch result {
    case .success(let loaded): "loaded: \(loaded.notes.joined(separator: "; "))"
    case .failure(let error): (error as? ModelFolderError)?.title ?? String(describing: error)
    }
  }

  @Test(arguments: [
    ("llama-tied", "model_type", "mamba" as any Sendable, "models of the form `mamba` are not supported"),
    ("llama-tied", "sliding_window", 128, "a model with `sliding_window` = 128 is not supported"),
    ("llama-tied", "hidden_act", "gelu", "a model with `hidden_act` = \"gelu\" is not supported"),
    (
      "llama-tied", "rope_parameters", ["rope_type": "yarn", "factor": 2.0] as [String: any Sendable],
      "a model with `rope_parameters.rope_type` = \"yarn\" is not supported"
    ),
    (
      "llama-tied", "num_key_value_heads", 3,
      "`num_key_value_heads` in `m/config.json` must be a divisor of num_attention_heads 4; it is 3"
    ),
    (
      "llama-tied", "hidden_size", 16.5,
      "`hidden_size` in `m/config.json` must be a whole number from 1 to 2147483648; it is 16.5"
    ),
    (
      "llama-tied", "attention_dropout", 0.25,
      "loaded: attention_dropout=0.25 of the model is not applied in training here"
    ),
    (
      "llama-tied", "some_new_field", 1,
      "loaded: config.json has fields that are not known here and were left out: some_new_field"
    ),
    (
      "gpt2", "scale_attn_by_inverse_layer_idx", true,
      "a model with `scale_attn_by_inverse_layer_idx` = true is not supported"
    ),
    ("gpt2", "activation_function", "silu", "a model with `activation_function` = \"silu\" is not supported"),
    (
      "gpt2", "n_layer", 3,
      "`m` lacks the tensors `transformer.h.2.ln_1.weight`, `transformer.h.2.ln_1.bias`, "
        + "`transformer.h.2.attn.c_attn.weight`, `transformer.h.2.attn.c_attn.bias`, "
        + "`transformer.h.2.attn.c_proj.weight`, `transformer.h.2.attn.c_proj.bias` and 6 more"
    ),
    (
      "llama-tied", "num_hidden_layers", 1,
      "`m` has the tensors `model.layers.1.input_layernorm.weight`, `model.layers.1.mlp.down_proj.weight`, "
        + "`model.layers.1.mlp.gate_proj.weight`, `model.layers.1.mlp.up_proj.weight`, "
        + "`model.layers.1.post_attention_layernorm.weight`, `model.layers.1.self_attn.k_proj.weight` and 3 more, "
        + "which the model that its config.json describes has no place for"
    ),
    ("qwen2", "use_sliding_window", true, "a model with `use_sliding_window` = true is not supported"),
    ("qwen2", "sliding_window", 128, "loaded: "),
    ("qwen2", "max_window_layers", 0, "loaded: "),
    (
      "qwen2", "layer_types", ["full_attention", "sliding_attention"],
      "a model with `layer_types` = \"sliding_attention\" is not supported"
    ),
    (
      "qwen2", "attention_bias", false,
      "loaded: config.json has fields that are not known here and were left out: attention_bias"
    ),
    (
      "qwen2", "head_dim", 8,
      "tensor `model.layers.0.self_attn.q_proj.weight` is [24, 24], and config.json makes it [32, 24]"
    ),
    (
      "qwen2", "num_key_value_heads", NSNull(),
      "tensor `model.layers.0.self_attn.k_proj.weight` is [12, 24], and config.json makes it [24, 24]"
    ),
    (
      "llama-tied", "intermediate_size", 41,
      "tensor `model.layers.0.mlp.gate_proj.weight` is [40, 24], and config.json makes it [41, 24]"
    ),
  ])
  func fieldsThatMatter(_ variant: String, _ field: String, _ value: any Sendable, _ expected: String) throws
  {
    #expect(sentence(try changed(variant) { fields, _ in fields[field] = value }) == expected)
  }

  @Test func fieldsThatMustBeThere() throws {
    let heads = try changed("qwen2") { fields, _ in fields["num_key_value_heads"] = nil }
    #expect(sentence(heads) == "`m/config.json` has no field `num_key_value_heads`")
    let type = try changed("qwen2") { fields, _ in fields["model_type"] = "mamba" }
    guard case .failure(let error as ModelFolderError) = type else {
      Issue.record("an unknown form was read")
      return
    }
    #expect(error.advice == "Supported: llama, gpt2, qwen2.")
  }

  /// What config.json has no field for is refused, under the form's name.
  @Test(arguments: [
    (TransformerForm.llama, [LinearPart.q], "a transformer with Llama's names and parts of another form"),
    (.gpt2, [.o], "a transformer with GPT-2's names and parts of another form"),
    (.qwen2, [.q, .k, .v, .o], "a transformer with Qwen2's names and parts of another form"),
  ])
  func partsOfAnotherForm(_ form: TransformerForm, _ biases: [LinearPart], _ what: String) {
    let shape = TransformerShape(
      form, layers: 1, width: 8, heads: 2, feedForward: 12, context: 16, vocabulary: 9, biases: Set(biases))
    #expect(throws: ModelFolderError.cannotWrite(what: what)) {
      try HubConfiguration.text(.transformer(shape), source: nil)
    }
  }

  @Test func theTableOfFormsInASentence() {
    #expect(HubForm.owners(joined: "or") == "Llama's, GPT-2's or Qwen2's")
    #expect(Set(HubForm.all.map(\.form.modelType)).count == HubForm.all.count)
  }

  /// transformers 5 believes the file: equal weights are tied, different ones are not, and one serves for both.
  @Test func tiedWeightsInTheFile() throws {
    let original = try ModelFolderTests.load("llama-tied").base
    func output(_ tensors: [TensorData]) -> TensorData? {
      guard var table = tensors.first(where: { $0.name == "model.embed_tokens.weight" }) else { return nil }
      table.name = "lm_head.weight"
      return table
    }
    let same = try changed("llama-tied") { _, tensors in tensors += [output(tensors)].compactMap { $0 } }
      .get()
    #expect(same.base.architecture == original.architecture && same.notes == [])
    let alone = try changed("llama-tied") { _, tensors in
      tensors += [output(tensors)].compactMap { $0 }
      tensors.removeAll { $0.name == "model.embed_tokens.weight" }
    }.get()
    #expect(alone.base.values.array() == original.values.array())
    let path = Fixture.folder.appendingPathComponent("models/llama-tied/model.safetensors").path
    let entry = try #require(try TensorFile.read(path: path)["model.embed_tokens.weight"])
    var bytes = Array(entry.bytes)
    bytes[0] ^= 1
    let other = TensorData("lm_head.weight", type: entry.type, shape: entry.shape, bytes: bytes)
    let different = try changed("llama-tied") { _, tensors in tensors.append(other) }.get()
    #expect(different.base.count == original.count + 37 * 24 && different.notes.count == 1)
  }

  @Test func aModelBeyondMemoryIsRefusedBeforeItIsRead() throws {
    #expect(throws: ModelError.self) {
      try ModelFolder.load(
        "gpt2", at: Fixture.folder.appendingPathComponent("models/gpt2").path, memory: 1000)
    }
  }

  @Test func contextIsWithinTheModels() throws {
    let path = Fixture.folder.appendingPathComponent("models/gpt2").path
    let loaded = try ModelFolder.load("gpt2", at: path, context: 8, memory: 1e9)
    guard case .transformer(let shape) = loaded.base.architecture else {
      Issue.record("no transformer")
      return
    }
    #expect(shape.context == 8 && shape.positionCount == 20)
    #expect(throws: ModelError.contextTooLong(given: 21, limit: 20)) {
      try ModelFolder.load("gpt2", at: path, context: 21, memory: 1e9)
    }
  }
}
