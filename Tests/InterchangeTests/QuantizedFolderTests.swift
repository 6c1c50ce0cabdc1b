// Folders that bitsandbytes quantised and transformers wrote: logits, gradients, what is read and written back.
import Adapters
import Fields
import Foundation
import Interchange
import Kernels
import Models
import ReferenceSupport
import Storage
import TensorFile
import Testing

@Suite struct QuantizedFolderTests {
  static let variants: [(name: String, quantization: Quantization)] = [
    ("nf4", Quantization(.fourBit(.nf4, isDouble: false))),
    ("nf4-double", Quantization(.fourBit(.nf4, isDouble: true))),
    ("fp4", Quantization(.fourBit(.fp4, isDouble: false))),
    ("int8", Quantization(.int8(threshold: 6))),
    ("nf4-gpt2", Quantization(.fourBit(.nf4, isDouble: false))),
    ("int8-gpt2", Quantization(.int8(threshold: 2))),
    ("nf4-skip", Quantization(.fourBit(.nf4, isDouble: false), skipped: ["lm_head", "down_proj"])),
  ]
  private let fixture: Fixture

  init() throws { fixture = try Fixture("quantized") }

  private func load(_ name: String) throws -> ModelFolder.Loaded {
    try ModelFolder.load(
      name, at: Fixture.folder.appendingPathComponent("quantized/\(name)").path, memory: 1e9)
  }

  /// The model in whose folder the floats are, quantised here.
  private func own(_ name: String, _ quantization: Quantization) throws -> BaseWeights {
    try load(name.hasSuffix("gpt2") ? "gpt2" : "llama").base.quantized(quantization)
  }

  private static let shape = BatchShape(sequences: 2, positions: 10)

  private func batch() throws -> Batch {
    let tokens = try fixture.integers("tokens")
    let buffer = TokenBuffer(rows: 20)
    for i in 0..<20 {
      buffer.tokens[i] = Int32(tokens[i])
      buffer.targets[i] = i % 10 == 9 ? ignoredTarget : Int32(tokens[i + 1])
    }
    return Batch(tokens: buffer, countedRows: 18)
  }

  private func logits(_ base: BaseWeights) throws -> [Float] {
    let plan = Plan(base: base, adapter: nil, rule: .lora, trainable: .nothing, shape: Self.shape)
    let outputs = Buffer(count: 20 * base.architecture.outputs)
    _ = try plan.evaluate(parameters: .empty, batch: batch(), rows: 20, outputs: outputs)
    return outputs.array()
  }

  @Test(arguments: variants.indices)
  func logitsAreThoseOfTransformers(_ i: Int) throws {
    let (name, quantization) = Self.variants[i]
    let loaded = try load(name)
    #expect(loaded.base.quantization == quantization && loaded.notes == [])
    let expected = try fixture.floats("\(name).logits")
    let difference = largestDifference(try logits(loaded.base), expected)
    print("\(name): largest difference of logits \(difference)")
    #expect(difference < 1e-5)
    // What is quantised here has the same bits; of double quantisation the mean may differ in its last place.
    let own = try own(name, quantization)
    for index in own.shapes.indices {
      #expect(own.matrix(index).isQuantized == loaded.base.matrix(index).isQuantized)
      let (a, b) = (floats(own, index), floats(loaded.base, index))
      if quantization.isDouble { #expect(largestDifference(a, b) < 1e-6) } else { #expect(a == b) }
    }
  }

  private func floats(_ base: BaseWeights, _ index: Int) -> [Float] {
    base.matrix(index).storedElements(isTransposed: false)(0..<base.shapes[index].count)
  }

  /// Tensor by tensor what transformers wrote, but for the JSON's spaces.
  @Test(arguments: variants.indices)
  func foldersAreWrittenBack(_ i: Int) throws {
    let (name, _) = Self.variants[i]
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let loaded = try load(name)
    try ModelFolder.save(
      Model(base: loaded.base, description: "", source: loaded.source), to: name, at: folder)
    let written = try TensorFile.read(path: folder + "/model.safetensors")
    let original = try TensorFile.read(
      path: Fixture.folder.appendingPathComponent("quantized/\(name)/model.safetensors").path)
    #expect(written.tensors.map(\.name).sorted() == original.tensors.map(\.name).sorted())
    for tensor in original.tensors {
      let found = try #require(written[tensor.name])
      if tensor.name.contains("quant_state") {
        #expect(try Literal(json: Array(found.bytes)) == Literal(json: Array(tensor.bytes)), "\(tensor.name)")
        continue
      }
      #expect(found.type == tensor.type && found.shape == tensor.shape, "\(tensor.name)")
      #expect(Array(found.bytes) == Array(tensor.bytes), "\(tensor.name)")
    }
    let again = try ModelFolder.load("m", at: folder, memory: 1e9)
    #expect(again.base.quantization == loaded.base.quantization)
    #expect(try logits(again.base) == logits(loaded.base))
  }

  /// Gradients of LoRA and DoRA on four bits against PEFT's, and what its merge makes of the first module.
  @Test(arguments: [("lora", false), ("dora", true)])
  func adaptersTrain(_ name: String, _ isDecomposed: Bool) throws {
    var configuration = LoRAConfiguration(
      rank: 4, alpha: .fixed(8), targets: .names(["q_proj", "down_proj"]), scaling: .own(.lora))
    configuration.usesDoRA = isDecomposed
    let model = try Model(base: load("nf4").base, description: "base").attached(configuration)
    let adapter = try #require(model.adapter)
    let parameters = Buffer(count: adapter.count)
    var expected: [Float] = Array(repeating: 0, count: adapter.count)
    for site in adapter.layout.sites {
      for part in site.parts {
        let file = "\(name).\(site.module.path).\(part.role.name).weight"
        for (i, value) in try fixture.floats(file).enumerated() {
          parameters.pointer[part.offset + i] = value
        }
        for (i, value) in try fixture.floats(file + ".gradient").enumerated() {
          expected[part.offset + i] = value
        }
      }
    }
    adapter.parameters = parameters
    let plan = Plan(model: model, rule: .lora, trainable: .adapter, shape: Self.shape)
    try plan.prepare(parameters: parameters)
    let loss = try plan.step(parameters: parameters, batch: batch(), step: 0, dropoutSeed: nil)
    #expect(abs(loss - Double(try fixture.floats("\(name).loss")[0])) < 1e-5)
    let scale = expected.reduce(0) { max($0, $1.magnitude) }
    let difference =
      zip(plan.gradient.array(), expected).reduce(0) { max($0, ($1.0 - $1.1).magnitude) } / scale
    print("\(name): largest difference of gradients \(difference)")
    #expect(difference < 2e-5)

    let merged = try model.merged(mode: .lora)
    let index = try #require(merged.base.index(ofModule: "model.layers.0.self_attn.q_proj"))
    guard case .fourBits(let elements) = merged.base.matrix(index).storage.quantized,
      case .plain(let scales) = elements.scales
    else { return #expect(Bool(false), "not quantised again") }
    #expect(largestDifference(scales.array(), try fixture.floats("\(name).merged.scales")) < 1e-6)
    let codes = try fixture.integers("\(name).merged.codes")
    let others = zip(elements.codes.array, codes).count { Int($0) != $1 }
    print("\(name): \(others) of \(codes.count) merged bytes differ")
    #expect(others <= codes.count / 100)
  }

  /// A part that does not fit is named.
  @Test func damagedPartsAreRefused() throws {
    let source = Fixture.folder.appendingPathComponent("quantized/nf4-double")
    let weight = "model.layers.0.self_attn.q_proj.weight"
    let changes: [(String, (TensorEntry) throws -> TensorData?)] = [
      (weight, { TensorData($0.name, type: .u8, shape: [7], bytes: Array(repeating: 0, count: 7)) }),
      (weight + ".quant_map", { TensorData($0.name, shape: [16], floats: Array(repeating: 0, count: 16)) }),
      (weight + ".nested_absmax", { _ in nil }),
      (weight + ".nested_absmax", { TensorData($0.name, shape: [3], floats: [1, 1, 1]) }),
      (weight + ".absmax", { TensorData($0.name, type: .u8, shape: [3], bytes: [0, 0, 0]) }),
      (
        weight + ".quant_state.bitsandbytes__nf4",
        {
          let text = #"{"quant_type": "nf4", "blocksize": 20, "dtype": "float32", "shape": [64, 64]}"#
          return TensorData($0.name, type: .u8, shape: [text.utf8.count], bytes: Array(text.utf8))
        }
      ),
      (
        weight + ".quant_state.bitsandbytes__nf4",
        { TensorData($0.name, type: .u8, shape: [1], bytes: Array("{".utf8)) }
      ),
    ]
    for (name, change) in changes {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
      defer { try? FileManager.default.removeItem(at: folder) }
      try FileManager.default.copyItem(at: source, to: folder)
      let path = folder.appendingPathComponent("model.safetensors").path
      let tensors = try TensorFile.read(path: path).tensors.compactMap {
        $0.name == name ? try change($0) : TensorData($0)
      }
      try TensorFile.write(path: path, tensors: tensors)
      #expect(throws: ModelFolderError.self, "\(name)") {
        do {
          _ = try ModelFolder.load("m", at: folder.path, memory: 1e9)
        } catch {
          print("\(error)")
          throw error
        }
      }
    }
  }

  @Test func otherLibrariesAreRefused() throws {
    let text = #"{"model_type": "ranklab_linear", "inputs": 3, "outputs": 2, "quantization_config": "#
    for (fields, isRefused) in [
      (#"{"quant_method": "gptq", "bits": 4}"#, true),
      (#"{"load_in_4bit": true, "bnb_4bit_quant_type": "x"}"#, true),
      (#"{"load_in_8bit": true, "llm_int8_has_fp16_weight": true}"#, true),
      (#"{"load_in_4bit": true}"#, false),
    ] {
      let bytes = Array((text + fields + "}").utf8)
      if isRefused {
        #expect(throws: ModelFolderError.self) { try HubConfiguration(parsing: bytes, path: "config.json") }
      } else {
        let read = try HubConfiguration(parsing: bytes, path: "config.json")
        #expect(read.quantization == Quantization(.fourBit(.fp4, isDouble: false)))
      }
    }
  }
}
