// The formula of a step's memory against the buffers that are allocated.
import Adapters
import Analysis
import Kernels
import Models
import Storage
import Testing
import Training

/// A model with its training, small to read and large where memory is.
private struct Configuration: CustomTestStringConvertible, Sendable {
  var name: String
  var architecture: Architecture
  var adapter: LoRAConfiguration?
  var settings: TrainingSettings
  var positions: Int
  var threads: Int

  var testDescription: String { name }

  init(
    _ name: String, _ architecture: Architecture, positions: Int, threads: Int = 2,
    _ adapter: LoRAConfiguration?, _ change: (inout TrainingSettings) -> Void = { _ in }
  ) {
    self.name = name
    self.architecture = architecture
    self.adapter = adapter
    self.positions = positions
    self.threads = threads
    settings = .standard
    change(&settings)
  }

  private static func llama(
    _ layers: Int, _ width: Int, ff: Int, heads: Int, keyHeads: Int? = nil, vocabulary: Int = 64
  ) -> Architecture {
    .transformer(
      TransformerShape(
        layers: layers, width: width, heads: heads, keyHeads: keyHeads, feedForward: ff, context: 256,
        vocabulary: vocabulary))
  }

  private static func lora(
    _ rank: Int, _ targets: LoRAConfiguration.Targets = .allLinear,
    _ change: (inout LoRAConfiguration) -> Void = { _ in }
  ) -> LoRAConfiguration {
    var configuration = LoRAConfiguration(rank: rank, alpha: .fixed(16), targets: targets)
    change(&configuration)
    return configuration
  }

  static let all: [Configuration] = {
    let queriesAndValues = LoRAConfiguration.Targets.names(["q_proj", "v_proj"])
    let small = llama(4, 128, ff: 344, heads: 4)
    let wide = llama(6, 384, ff: 1024, heads: 8)
    let grouped = llama(3, 96, ff: 256, heads: 6, keyHeads: 2, vocabulary: 1000)
    let gpt2 = Architecture.transformer(
      TransformerShape(
        .gpt2, layers: 4, width: 96, heads: 4, feedForward: 384, context: 128, vocabulary: 257))
    let qwen2 = Architecture.transformer(
      TransformerShape(
        .qwen2, layers: 3, width: 128, heads: 8, keyHeads: 2, feedForward: 320, context: 128, vocabulary: 512,
        isTied: true))
    let perceptron = Architecture.perceptron(
      PerceptronShape(widths: [256, 256, 256, 256], activation: .relu))
    return [
      Configuration("queries and values", small, positions: 64, lora(16, queriesAndValues)),
      Configuration("all linear", small, positions: 64, lora(16)),
      Configuration("all linear, checkpointed", small, positions: 64, lora(16)) { $0.checkpointing = .full },
      Configuration("all linear, offloaded", small, positions: 64, lora(16)) { $0.checkpointing = .unsloth },
      Configuration("merged", small, positions: 64, lora(128)),
      Configuration("dropout", small, positions: 32, lora(8) { $0.dropout = 0.1 }),
      Configuration("dropout, checkpointed", small, positions: 32, lora(8) { $0.dropout = 0.1 }) {
        $0.checkpointing = .full
      },
      Configuration("dora", small, positions: 64, lora(8) { $0.usesDoRA = true }),
      Configuration(
        "dora, dropout", small, positions: 64,
        lora(8) {
          $0.usesDoRA = true
          $0.dropout = 0.1
        }),
      Configuration("one thread", small, positions: 64, threads: 1, lora(16)) { $0.batch = 16 },
      Configuration("four threads", small, positions: 64, threads: 4, lora(16)) { $0.batch = 16 },
      Configuration("accumulated", small, positions: 64, lora(16)) {
        ($0.batch, $0.accumulation) = (4, 4)
      },
      Configuration("sgd", small, positions: 64, lora(32)) { $0.optimizer = .sgd },
      Configuration("sgd with momentum", small, positions: 64, lora(32)) {
        $0.optimizer = .sgd(momentum: 0.9, weightDecay: 0)
      },
      Configuration("width 384", wide, positions: 64, lora(16)) { $0.batch = 16 },
      Configuration("width 384, checkpointed", wide, positions: 64, lora(64, queriesAndValues)) {
        ($0.batch, $0.checkpointing) = (16, .full)
      },
      Configuration("width 384, long", wide, positions: 256, lora(16, queriesAndValues)),
      Configuration("grouped heads", grouped, positions: 128, lora(8)),
      Configuration("the last layer alone", grouped, positions: 128, lora(8) { $0.layers = [2] }),
      Configuration("gpt2", gpt2, positions: 128, lora(8)),
      Configuration("gpt2, offloaded", gpt2, positions: 128, lora(8)) { $0.checkpointing = .unsloth },
      Configuration("qwen2, tied", qwen2, positions: 64, lora(8)),
      Configuration("qwen2, biases and norms", qwen2, positions: 64, lora(8) { $0.bias = .all }),
      Configuration("all weights", small, positions: 64, nil),
      Configuration("all weights, checkpointed", small, positions: 64, nil) { $0.checkpointing = .full },
      Configuration("perceptron", perceptron, positions: 1, lora(8)) { $0.batch = 256 },
      Configuration("perceptron, checkpointed", perceptron, positions: 1, lora(8)) {
        ($0.batch, $0.checkpointing) = (2048, .full)
      },
    ]
  }()
}

@Suite struct MemoryFormulaTests {
  /// Within 5 % altogether, and within 3 % of each part that is a quarter of it or more.
  @Test(arguments: Configuration.all)
  private func theFormulaIsNearWhatIsAllocated(_ configuration: Configuration) throws {
    let base = Model(base: BaseWeights(configuration.architecture, seed: 0), description: "base")
    let model = try configuration.adapter.map { try base.attached($0) } ?? base
    let allocated = AllocatedMemory(
      model, mode: .lora, settings: configuration.settings, positions: configuration.positions,
      pool: configuration.threads == 1 ? nil : ThreadPool(threads: configuration.threads))
    let formula = MemoryFormula(
      MemoryCase(
        configuration.architecture, adapter: model.adapter?.layout, settings: configuration.settings,
        positions: configuration.positions, threads: configuration.threads))
    let error = abs(formula.total - allocated.total) / allocated.total
    var lines = [
      "\(configuration.name): \(allocated.total) bytes, the formula \(formula.total), off \(error)"
    ]
    #expect(error < 0.05, "\(configuration.name)")
    for part in MemoryTerm.Part.allCases {
      let (bytes, predicted) = (allocated.bytes(part), formula.bytes(part))
      lines.append("  \(part): \(bytes), the formula \(predicted)")
      if bytes >= allocated.total / 4 || part == .offloaded {
        #expect(abs(predicted - bytes) <= 0.03 * bytes, "\(configuration.name): \(part)")
      }
    }
    print(lines.joined(separator: "\n"))
    // Each term says its own sum.
    #expect(formula.terms.allSatisfy { !$0.name.isEmpty && $0.formula.contains("×") && $0.bytes > 0 })
    #expect(formula.terms.reduce(0) { $0 + $1.bytes } == formula.total + formula.bytes(.offloaded))
  }

  /// A large model's shape is enough: nothing of it is made.
  @Test func aNamedShapeNeedsNoWeights() throws {
    let shape = TransformerShape(
      layers: 32, width: 4096, heads: 32, feedForward: 11008, context: 4096, vocabulary: 32000, isTied: false)
    let architecture = Architecture.transformer(shape)
    let adapter = try AdapterLayout(
      LoRAConfiguration(rank: 64, alpha: .fixed(16), targets: .allLinear),
      modules: architecture.linearModules,
      standardTargets: [])
    var memory = MemoryCase(architecture, adapter: adapter, engine: .torch)
    (memory.linearBits, memory.otherBits, memory.batch, memory.positions) = (4.5, 16, 4, 2048)
    let formula = MemoryFormula(memory)
    // 32 · (4·4096² + 3·4096·11008) weights of 4.5 bits; two tables of 32000 × 4096 and the norms in 16.
    let layers = 32.0 * (4 * 4096 * 4096 + 3 * 4096 * 11008)
    let others = 2.0 * 32000 * 4096 + 65 * 4096
    #expect(formula.bytes(.weights) == layers * 4.5 / 8 + others * 2)
    // r·(in + out) of seven modules in each of 32 layers.
    let sides = 4 * 8192 + 3 * 15104
    #expect(adapter.count == 64 * 32 * sides)
    #expect(formula.bytes(.optimizer) == Double(adapter.count) * 8)
    #expect(formula.bytes(.gradients) == Double(adapter.count) * 4)
    #expect(formula.bytes(.logits) == 8192.0 * 32000 * 10)
    memory.checkpointing = .full
    let less = MemoryFormula(memory)
    #expect(less.bytes(.activations) < formula.bytes(.activations) / 6)
    memory.checkpointing = .unsloth
    #expect(MemoryFormula(memory).bytes(.offloaded) == 31.0 * 8192 * 4096 * 2)
  }
}
