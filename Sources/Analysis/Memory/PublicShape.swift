// Shapes of published language models, for arithmetic about models that are not here.

/// The shape of a published decoder, by the fields of its `config.json`. No weights belong to it.
package struct PublicShape: Equatable, Sendable {
  /// As users write it: "llama-2-7b".
  package var name: String
  /// The repository on the Hugging Face Hub whose config.json has these numbers, and other repositories' names for it.
  package var source: String
  package var layers: Int
  /// d: `hidden_size`.
  package var width: Int
  package var heads: Int
  package var keyHeads: Int
  package var headWidth: Int
  /// f: `intermediate_size`.
  package var feedForward: Int
  package var vocabulary: Int
  /// Whether the output layer is the embedding table.
  package var isTied: Bool
  /// Whether the feed-forward part has a gate beside `up` and `down`.
  package var isGated: Bool
  /// Elements of norms and biases in all layers and after them.
  package var vectors: Int
  /// Tokens that the model is made for: `max_position_embeddings`.
  package var context: Int

  /// Widths of queries, and of keys and of values.
  package var queryWidth: Int { heads * headWidth }
  package var keyWidth: Int { keyHeads * headWidth }

  /// Elements of the linear layers of all blocks: what quantisation packs.
  package var linearCount: Int {
    layers
      * PublicShape.Module.allCases.reduce(0) { total, module in
        has(module) ? total + size(of: module).inputs * size(of: module).outputs : total
      }
  }

  /// Elements of the embedding table and of an output layer of its own: what stays unquantised.
  package var tableCount: Int { vocabulary * width * (isTied ? 1 : 2) }

  /// All elements.
  package var parameters: Int { linearCount + tableCount + vectors }

  /// The linear modules of a block, by Llama's names.
  package enum Module: String, CaseIterable, Sendable {
    case q = "q_proj"
    case k = "k_proj"
    case v = "v_proj"
    case o = "o_proj"
    case gate = "gate_proj"
    case up = "up_proj"
    case down = "down_proj"
  }

  package func has(_ module: Module) -> Bool { module != .gate || isGated }

  package func size(of module: Module) -> (inputs: Int, outputs: Int) {
    switch module {
    case .q: (width, queryWidth)
    case .k, .v: (width, keyWidth)
    case .o: (queryWidth, width)
    case .gate, .up: (width, feedForward)
    case .down: (feedForward, width)
    }
  }
}

extension PublicShape {
  /// What of norms and biases a family has, beside the last norm.
  private enum Vectors {
    /// Two norms of the width a layer.
    case two
    /// Two norms, and biases of q, k and v.
    case twoWithBiases
    /// Two norms, and norms of the heads of queries and of keys.
    case twoWithHeads
    /// Four norms of the width a layer.
    case four
    case fourWithHeads
  }

  private init(
    _ name: String, _ source: String, _ layers: Int, _ width: Int, _ heads: Int, _ keyHeads: Int,
    _ headWidth: Int, _ feedForward: Int, _ vocabulary: Int, tied isTied: Bool = false,
    _ vectors: Vectors = .two, context: Int
  ) {
    let ofLayer =
      switch vectors {
      case .two: 2 * width
      case .twoWithBiases: 2 * width + (heads + 2 * keyHeads) * headWidth
      case .twoWithHeads: 2 * width + 2 * headWidth
      case .four: 4 * width
      case .fourWithHeads: 4 * width + 2 * headWidth
      }
    self.init(
      name: name, source: source, layers: layers, width: width, heads: heads, keyHeads: keyHeads,
      headWidth: headWidth, feedForward: feedForward, vocabulary: vocabulary, isTied: isTied, isGated: true,
      vectors: layers * ofLayer + width, context: context)
  }

  /// The published shapes that are known by name.
  package static let all: [PublicShape] = [
    PublicShape("llama-2-7b", "meta-llama/Llama-2-7b-hf", 32, 4096, 32, 32, 128, 11008, 32000, context: 4096),
    PublicShape(
      "llama-2-13b", "meta-llama/Llama-2-13b-hf", 40, 5120, 40, 40, 128, 13824, 32000, context: 4096),
    PublicShape(
      "llama-2-70b", "meta-llama/Llama-2-70b-hf", 80, 8192, 64, 8, 128, 28672, 32000, context: 4096),
    PublicShape(
      "llama-3-8b", "meta-llama/Meta-Llama-3-8B", 32, 4096, 32, 8, 128, 14336, 128_256, context: 8192),
    PublicShape(
      "llama-3.1-8b", "meta-llama/Llama-3.1-8B", 32, 4096, 32, 8, 128, 14336, 128_256, context: 131_072),
    PublicShape(
      "llama-3.1-70b", "meta-llama/Llama-3.1-70B", 80, 8192, 64, 8, 128, 28672, 128_256, context: 131_072),
    PublicShape(
      "llama-3.2-1b", "meta-llama/Llama-3.2-1B", 16, 2048, 32, 8, 64, 8192, 128_256, tied: true,
      context: 131_072),
    PublicShape(
      "llama-3.2-3b", "meta-llama/Llama-3.2-3B", 28, 3072, 24, 8, 128, 8192, 128_256, tied: true,
      context: 131_072),
    PublicShape(
      "tinyllama-1.1b", "TinyLlama/TinyLlama-1.1B-Chat-v1.0", 22, 2048, 32, 4, 64, 5632, 32000, context: 2048),
    PublicShape(
      "mistral-7b", "mistralai/Mistral-7B-v0.1", 32, 4096, 32, 8, 128, 14336, 32000, context: 32768),
    PublicShape(
      "mistral-7b-v0.3", "mistralai/Mistral-7B-v0.3", 32, 4096, 32, 8, 128, 14336, 32768, context: 32768),
    PublicShape(
      "qwen2.5-0.5b", "Qwen/Qwen2.5-0.5B", 24, 896, 14, 2, 64, 4864, 151_936, tied: true, .twoWithBiases,
      context: 32768),
    PublicShape(
      "qwen2.5-1.5b", "Qwen/Qwen2.5-1.5B", 28, 1536, 12, 2, 128, 8960, 151_936, tied: true, .twoWithBiases,
      context: 131_072),
    PublicShape(
      "qwen2.5-3b", "Qwen/Qwen2.5-3B", 36, 2048, 16, 2, 128, 11008, 151_936, tied: true, .twoWithBiases,
      context: 32768),
    PublicShape(
      "qwen2.5-7b", "Qwen/Qwen2.5-7B", 28, 3584, 28, 4, 128, 18944, 152_064, .twoWithBiases, context: 131_072),
    PublicShape(
      "qwen2.5-14b", "Qwen/Qwen2.5-14B", 48, 5120, 40, 8, 128, 13824, 152_064, .twoWithBiases,
      context: 131_072),
    PublicShape(
      "qwen2.5-32b", "Qwen/Qwen2.5-32B", 64, 5120, 40, 8, 128, 27648, 152_064, .twoWithBiases,
      context: 131_072),
    PublicShape(
      "qwen3-0.6b", "Qwen/Qwen3-0.6B", 28, 1024, 16, 8, 128, 3072, 151_936, tied: true, .twoWithHeads,
      context: 40960),
    PublicShape(
      "qwen3-1.7b", "Qwen/Qwen3-1.7B", 28, 2048, 16, 8, 128, 6144, 151_936, tied: true, .twoWithHeads,
      context: 40960),
    PublicShape(
      "qwen3-4b", "Qwen/Qwen3-4B", 36, 2560, 32, 8, 128, 9728, 151_936, tied: true, .twoWithHeads,
      context: 40960),
    PublicShape(
      "qwen3-8b", "Qwen/Qwen3-8B", 36, 4096, 32, 8, 128, 12288, 151_936, .twoWithHeads, context: 40960),
    PublicShape(
      "qwen3-14b", "Qwen/Qwen3-14B", 40, 5120, 40, 8, 128, 17408, 151_936, .twoWithHeads, context: 40960),
    PublicShape(
      "gemma-2-2b", "google/gemma-2-2b", 26, 2304, 8, 4, 256, 9216, 256_000, tied: true, .four, context: 8192),
    PublicShape(
      "gemma-2-9b", "google/gemma-2-9b", 42, 3584, 16, 8, 256, 14336, 256_000, tied: true, .four,
      context: 8192),
    PublicShape(
      "gemma-3-1b", "google/gemma-3-1b-pt", 26, 1152, 4, 1, 256, 6912, 262_144, tied: true, .fourWithHeads,
      context: 32768),
    PublicShape(
      "phi-3-mini", "microsoft/Phi-3-mini-4k-instruct", 32, 3072, 32, 32, 96, 8192, 32064, context: 4096),
    PublicShape("phi-4", "microsoft/phi-4", 40, 5120, 40, 10, 128, 17920, 100_352, context: 16384),
    PublicShape(
      "smollm-135m", "HuggingFaceTB/SmolLM-135M", 30, 576, 9, 3, 64, 1536, 49152, tied: true, context: 2048),
    PublicShape(
      "smollm-360m", "HuggingFaceTB/SmolLM-360M", 32, 960, 15, 5, 64, 2560, 49152, tied: true, context: 2048),
    PublicShape(
      "smollm-1.7b", "HuggingFaceTB/SmolLM-1.7B", 24, 2048, 32, 32, 64, 8192, 49152, tied: true,
      context: 2048),
    PublicShape(
      "smollm2-135m", "HuggingFaceTB/SmolLM2-135M", 30, 576, 9, 3, 64, 1536, 49152, tied: true, context: 8192),
    PublicShape(
      "smollm2-360m", "HuggingFaceTB/SmolLM2-360M", 32, 960, 15, 5, 64, 2560, 49152, tied: true,
      context: 8192),
    PublicShape(
      "smollm2-1.7b", "HuggingFaceTB/SmolLM2-1.7B", 24, 2048, 32, 32, 64, 8192, 49152, tied: true,
      context: 8192),
  ]

  /// Words of repositories' names that say nothing of the shape.
  private static let idleWords: Set<Substring> = [
    "meta", "hf", "instruct", "chat", "it", "pt", "base", "bnb", "4bit", "unsloth", "4k", "v1.0", "v0.1",
    "v0.2",
  ]

  /// The shape of a name in any case: as it stands here, or that of a repository ("meta-llama/Llama-2-7b-hf",
  /// "unsloth/llama-2-7b-bnb-4bit"); nil for one that is not known.
  package static func named(_ name: String) -> PublicShape? {
    let name = name.lowercased()
    let words = (name.split(separator: "/").last ?? "").split(separator: "-").filter {
      !idleWords.contains($0)
    }
    return all.first { $0.source.lowercased() == name }
      ?? all.first { $0.name == words.joined(separator: "-") }
  }
}
