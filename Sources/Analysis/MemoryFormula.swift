// What a training step holds in memory, by a formula from shapes and settings alone.
package import Adapters
import Kernels
package import Models
package import Training

/// What the memory of a training step follows from.
package struct MemoryCase: Sendable {
  package var architecture: Architecture
  /// The trained adapter, its ranks and targets resolved to modules; nil trains all weights.
  package var adapter: AdapterLayout?
  /// Bits of an element of the frozen linear layers: 32, 16, 8, 4.5 for nf4, 4.127 with double quantisation.
  package var linearBits = 32.0
  /// Bits of an element of embedding, output layer, norms and biases, and of linear layers that are trained.
  package var otherBits = 32.0
  /// Sequences of a batch, of which `accumulation` make up a step.
  package var batch = 1
  package var accumulation = 1
  /// Rows of a sequence: tokens; 1 for a perceptron.
  package var positions = 1
  package var checkpointing = Checkpointing.off
  package var optimizer: OptimizerSettings = .adamw
  package var engine: MemoryEngine

  package init(
    _ architecture: Architecture, adapter: AdapterLayout?, engine: MemoryEngine
  ) {
    self.architecture = architecture
    self.adapter = adapter
    self.engine = engine
  }

  /// The case of a run here.
  package init(
    _ architecture: Architecture, adapter: AdapterLayout?, settings: TrainingSettings, positions: Int,
    threads: Int
  ) {
    self.init(architecture, adapter: adapter, engine: .here(threads: threads))
    (batch, accumulation, self.positions) = (settings.batch, settings.accumulation, positions)
    (checkpointing, optimizer) = (settings.checkpointing, settings.optimizer)
  }

  /// The case of a run of a model here; its weights have the bits that they stand in.
  package init(_ model: Model, settings: TrainingSettings, positions: Int, threads: Int) {
    self.init(
      model.architecture, adapter: model.adapter?.layout, settings: settings, positions: positions,
      threads: threads)
    // Of linear layers that are quantised, and the mean of all that is not: the sum over all weights is the same.
    let quantized = model.base.quantizedSize
    let rest = (count: model.base.count - quantized.count, bytes: model.base.bytes - quantized.bytes)
    otherBits = Double(rest.bytes) * 8 / Double(max(1, rest.count))
    linearBits = model.base.bitsPerWeight ?? otherBits
  }

  /// The rows of a step, and how they are shared out here.
  var shape: BatchShape {
    BatchShape(sequences: batch * accumulation, positions: positions, parts: accumulation)
  }
}

/// What the engine that makes the step does to its memory.
package struct MemoryEngine: Equatable, Sendable {
  /// Bytes of a value of the forward pass and of its gradient.
  package var valueBytes: Double
  /// Bytes that one logit takes with its gradient and the copies that its loss needs.
  package var logitBytes: Double
  /// Bytes of a trained parameter, and of its gradient.
  package var parameterBytes: Double
  /// Whether the probabilities of attention are kept for the gradients.
  package var keepsProbabilities: Bool
  /// Threads that shards of a batch are shared out to; nil where all rows of a batch stand at once.
  package var threads: Int?

  /// This program: single precision; shards go through the model one after another on each thread.
  package static func here(threads: Int) -> MemoryEngine {
    MemoryEngine(
      valueBytes: 4, logitBytes: 8, parameterBytes: 4, keepsProbabilities: true, threads: threads)
  }

  /// PyTorch on a GPU: values in 16 bits, attention without its probabilities, logits in 16 bits with a copy and a
  /// gradient in 32, parameters of the adapter in 32. What its allocator keeps and its kernels use is not in it.
  package static let torch = MemoryEngine(
    valueBytes: 2, logitBytes: 10, parameterBytes: 4, keepsProbabilities: false, threads: nil)
}

/// One term of the sum.
package struct MemoryTerm: Equatable, Sendable {
  /// What of a step it is.
  package enum Part: String, CaseIterable, Sendable {
    /// The frozen weights, with the packed copies that products read.
    case weights
    /// The trained parameters, with what is made of them before each step.
    case adapters
    case gradients, optimizer, activations, logits
    /// Layers' inputs that are kept apart: on a GPU in the host's memory.
    case offloaded
  }

  package let part: Part
  /// What it is: "values of a layer".
  package let name: String
  /// How it comes about, in numbers: "128 rows × 6658 × 4 bytes".
  package let formula: String
  package let bytes: Double
}

/// The memory of a step as a sum of terms, each from shapes alone. A step holds all of them at once, so that their sum is
/// its peak.
///
/// The values of a layer's forward pass are counted by the parts that make them; of the gradients of values the most that
/// live at once.
package struct MemoryFormula: Sendable {
  package private(set) var terms: [MemoryTerm] = []

  package init(_ memory: MemoryCase) {
    let counted = CountedStep(memory)
    let engine = memory.engine
    func add(_ part: MemoryTerm.Part, _ name: String, _ formula: String, _ bytes: Double) {
      if bytes > 0 {
        terms.append(MemoryTerm(part: part, name: name, formula: formula, bytes: bytes))
      }
    }
    func add(
      _ part: MemoryTerm.Part, _ name: String, _ factors: [(Double, String)], _ bytes: Double
    ) {
      let words = (factors + [(bytes, "bytes")]).map { factor, word in
        number(factor) + (word.isEmpty ? "" : " " + word)
      }
      add(
        part, name, words.joined(separator: " × "), factors.reduce(bytes) { $0 * $1.0 })
    }
    add(.weights, "linear layers", [(counted.linearCount, "weights")], memory.linearBits / 8)
    add(.weights, "other weights", [(counted.otherCount, "weights")], memory.otherBits / 8)
    add(.weights, "panels of W and Wᵀ for the products", [(counted.panelCount, "")], 4)
    add(.adapters, "trained parameters", [(counted.parameters, "")], engine.parameterBytes)
    add(.adapters, "panels and merged weights", [(counted.preparedCount, "")], 4)
    add(
      .gradients, "of the trained parameters", [(counted.parameters, ""), (counted.parameterSums, "sums")],
      engine.parameterBytes)
    add(
      .gradients, "of merged weights", [(counted.mergedCount, ""), (counted.mergedSums, "sums")], 4)
    let isAdaptive = memory.optimizer.isAdaptive
    add(
      .optimizer, isAdaptive ? "two moments" : "momentum",
      [(counted.parameters, ""), (memory.optimizer.stateCount, isAdaptive ? "moments" : "")], 4)
    let rows = (counted.rows, "rows")
    let bytes = engine.valueBytes
    add(.activations, counted.keptName, [rows, (counted.keptColumns, "")], bytes)
    add(.activations, counted.layerName, [rows, (counted.layerColumns, "")], bytes)
    add(.activations, "after the layers", [rows, (counted.headColumns, "")], bytes)
    add(.activations, "gradients of values, the most at once", [rows, (counted.gradientColumns, "")], bytes)
    add(.activations, "what operations use in turn", [(counted.scratchCount, "")], 4)
    add(.logits, "logits and their gradient", [rows, (counted.outputs, "")], engine.logitBytes)
    add(
      .offloaded, "inputs of layers, kept apart",
      [rows, (counted.offloadedLayers, "layers"), (counted.width, "")], bytes)
  }

  /// Bytes of one part.
  package func bytes(_ part: MemoryTerm.Part) -> Double {
    terms.reduce(0) { $0 + ($1.part == part ? $1.bytes : 0) }
  }

  /// All parts but what is kept apart.
  package var total: Double {
    terms.reduce(0) { $0 + ($1.part == .offloaded ? 0 : $1.bytes) }
  }
}

/// A number of a formula as a reader multiplies it.
private func number(_ value: Double) -> String {
  value == value.rounded() && value < 1e15 ? "\(Int(value))" : "\((value * 1000).rounded() / 1000)"
}
