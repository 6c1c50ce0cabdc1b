// The architectures: their shapes, and the names and shapes of their weights.
import Adapters
import Kernels

/// Llama's form: RMSNorm before attention and MLP, rotary positions, SwiGLU, no biases, separate output layer.
package struct TransformerShape: Equatable, Sendable {
  package var layers: Int
  /// d: width of the residual stream.
  package var width: Int
  /// H
  package var heads: Int
  /// G: key/value heads, a divisor of H.
  package var keyHeads: Int
  /// Width of the MLP.
  package var feedForward: Int
  /// T: the longest sequence.
  package var context: Int
  /// V
  package var vocabulary: Int
  package var ropeTheta: Double
  package var normEpsilon: Double

  package init(
    layers: Int, width: Int, heads: Int, keyHeads: Int, feedForward: Int, context: Int, vocabulary: Int,
    ropeTheta: Double = 10_000, normEpsilon: Double = 1e-5
  ) {
    self.layers = layers
    self.width = width
    self.heads = heads
    self.keyHeads = keyHeads
    self.feedForward = feedForward
    self.context = context
    self.vocabulary = vocabulary
    self.ropeTheta = ropeTheta
    self.normEpsilon = normEpsilon
  }

  package var headWidth: Int { width / heads }
}

/// Layers of linear maps without bias, an activation between them and none after the last.
package struct PerceptronShape: Equatable, Sendable {
  /// Inputs, hidden widths, outputs: one layer less than there are widths.
  package var widths: [Int]
  package var activation: Activation

  package init(widths: [Int], activation: Activation) {
    self.widths = widths
    self.activation = activation
  }
}

package enum Architecture: Equatable, Sendable {
  case transformer(TransformerShape)
  case perceptron(PerceptronShape)
  /// One linear map: a perceptron of one layer, by itself.
  case linear(inputs: Int, outputs: Int)

  package var name: String {
    switch self {
    case .transformer: "transformer"
    case .perceptron: "mlp"
    case .linear: "linear"
    }
  }

  /// The perceptron that computes the same, for the two architectures without tokens.
  package var perceptron: PerceptronShape? {
    switch self {
    case .transformer: nil
    case .perceptron(let shape): shape
    case .linear(let inputs, let outputs): PerceptronShape(widths: [inputs, outputs], activation: .none)
    }
  }

  /// What PEFT adapts where no targets are given; for a perceptron every layer.
  package var standardTargets: [String] {
    switch self {
    case .transformer: ["q_proj", "v_proj"]
    case .perceptron, .linear: weights.map(\.module)
    }
  }
}

/// One weight of a model.
package struct WeightShape: Equatable, Sendable {
  package enum Role: Equatable, Sendable {
    /// y = x·Wᵀ with W [outputs, inputs].
    case linear
    case outputLayer
    /// A table [tokens, width].
    case embedding
    /// A vector [width].
    case norm
  }

  /// The module's path: `model.layers.0.self_attn.q_proj`; the weight is `<module>.weight`.
  package var module: String
  package var role: Role
  /// Rows and columns; a vector has one column.
  package var rows: Int
  package var columns: Int

  package var count: Int { rows * columns }
  package var name: String { module + ".weight" }
  package var dimensions: [Int] { role == .norm ? [rows] : [rows, columns] }

  package var linearModule: LinearModule? {
    guard role == .linear || role == .outputLayer else { return nil }
    return LinearModule(
      path: module, inputs: columns, outputs: rows, isOutputLayer: role == .outputLayer)
  }
}

extension Architecture {
  /// All weights in the order of computation, with Hugging Face's names for a transformer.
  package var weights: [WeightShape] {
    switch self {
    case .transformer(let shape):
      return shape.weights
    case .perceptron(let shape):
      return (0..<max(0, shape.widths.count - 1)).map { i in
        WeightShape(module: "layers.\(i)", role: .linear, rows: shape.widths[i + 1], columns: shape.widths[i])
      }
    case .linear(let inputs, let outputs):
      return [WeightShape(module: "linear", role: .linear, rows: outputs, columns: inputs)]
    }
  }

  /// Number of parameters, in floating point so that no shape overflows it.
  package var parameterEstimate: Double {
    switch self {
    case .transformer(let s):
      let d = Double(s.width)
      let kv = Double(s.keyHeads) * Double(s.headWidth)
      let layer = 2 * d * d + 2 * d * kv + 3 * d * Double(s.feedForward) + 2 * d
      return Double(s.layers) * layer + 2 * Double(s.vocabulary) * d + d
    case .perceptron(let s):
      return zip(s.widths, s.widths.dropFirst()).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    case .linear(let inputs, let outputs):
      return Double(inputs) * Double(outputs)
    }
  }
}

extension TransformerShape {
  fileprivate var weights: [WeightShape] {
    let kv = keyHeads * headWidth
    var weights = [
      WeightShape(module: "model.embed_tokens", role: .embedding, rows: vocabulary, columns: width)
    ]
    for i in 0..<layers {
      let layer = "model.layers.\(i)"
      let linear = { (name: String, rows: Int, columns: Int) in
        WeightShape(module: "\(layer).\(name)", role: .linear, rows: rows, columns: columns)
      }
      weights += [
        WeightShape(module: "\(layer).input_layernorm", role: .norm, rows: width, columns: 1),
        linear("self_attn.q_proj", width, width),
        linear("self_attn.k_proj", kv, width),
        linear("self_attn.v_proj", kv, width),
        linear("self_attn.o_proj", width, width),
        WeightShape(module: "\(layer).post_attention_layernorm", role: .norm, rows: width, columns: 1),
        linear("mlp.gate_proj", feedForward, width),
        linear("mlp.up_proj", feedForward, width),
        linear("mlp.down_proj", width, feedForward),
      ]
    }
    weights.append(WeightShape(module: "model.norm", role: .norm, rows: width, columns: 1))
    weights.append(WeightShape(module: "lm_head", role: .outputLayer, rows: vocabulary, columns: width))
    return weights
  }
}
