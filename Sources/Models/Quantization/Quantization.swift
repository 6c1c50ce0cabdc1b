// How the linear layers of a base are quantised.
package import Kernels

/// A format of few bits for the weights of linear layers, as bitsandbytes has them.
///
/// Embeddings, norms, biases and the output layer stay as they are.
package struct Quantization: Equatable, Sendable {
  package enum Format: Equatable, Sendable {
    /// Four bits in blocks of 64 elements with a scale each.
    case fourBit(FourBitFormat, isDouble: Bool)
    /// LLM.int8: eight bits with a scale for each row, of W and of x, but for columns of x with an element of magnitude
    /// `threshold` or more; 0 has no such columns.
    case int8(threshold: Float)
  }

  package var format: Format
  /// Modules that stay as they are: ends of their paths, or whole parts of them from the beginning. Nil leaves the output
  /// layer; a list leaves what it names alone, as transformers' `llm_int8_skip_modules`.
  package var skipped: [String]?

  package init(_ format: Format, skipped: [String]? = nil) {
    self.format = format
    self.skipped = skipped
  }

  /// bitsandbytes' name: `nf4`, `fp4` or `int8`.
  package var name: String {
    switch format {
    case .fourBit(let format, _): format.rawValue
    case .int8: "int8"
    }
  }

  package var bits: Int { if case .int8 = format { 8 } else { 4 } }

  /// Whether the scales of blocks are quantised too.
  package var isDouble: Bool { if case .fourBit(_, true) = format { true } else { false } }

  /// The magnitude from which on an element of x is an outlier; nil of other formats.
  package var threshold: Float? { if case .int8(let threshold) = format { threshold } else { nil } }

  /// For captions: `nf4 with double quantisation`.
  package var title: String {
    switch format {
    case .fourBit: isDouble ? "\(name) with double quantisation" : name
    case .int8(let threshold):
      threshold == Quantization.usualThreshold ? name : "int8, outliers from \(threshold)"
    }
  }

  /// LLM.int8's threshold, transformers' `llm_int8_threshold`.
  package static let usualThreshold: Float = 6

  /// Elements of a block of four bits, and scales of a block of theirs.
  static let block = 64
  static let scaleBlock = 256

  /// Whether the module of a weight is quantised.
  package func includes(_ shape: WeightShape) -> Bool {
    switch shape.role {
    case .linear: break
    case .outputLayer: if skipped == nil { return false }
    case .embedding, .norm, .bias: return false
    }
    return !(skipped ?? []).contains { name in
      !name.isEmpty && (shape.module.hasSuffix(name) || shape.module.hasPrefix(name + "."))
    }
  }
}
