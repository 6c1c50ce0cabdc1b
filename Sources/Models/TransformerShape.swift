// The shape of a transformer: its sizes, and the kinds of its parts.
import Kernels

/// A decoder-only transformer: embedding, blocks of attention and MLP on a residual stream with a norm before each, a
/// last norm and an output layer. `init` and `gpt2` describe the two forms that have names of their own.
package struct TransformerShape: Equatable, Sendable {
  /// Whose module names and layout the weights have.
  package enum Names: Equatable, Sendable {
    /// `model.layers.0.self_attn.q_proj`: queries, keys and values each from a module of their own.
    case llama
    /// `transformer.h.0.attn.c_attn`: queries, keys and values side by side from one module; files hold the matrices
    /// as [inputs, outputs].
    case gpt2
  }

  package enum Norm: Equatable, Sendable {
    /// RMSNorm: a weight.
    case rootMeanSquare
    /// LayerNorm: a weight and a bias.
    case layer
  }

  package enum Positions: Equatable, Sendable {
    /// Queries and keys are turned by their position.
    case rotary(RotaryAngles)
    /// A table of vectors that are added to the embedding.
    case learned
  }

  package enum MLP: Equatable, Sendable {
    /// down(silu(gate(x))·up(x))
    case gated
    /// down(activation(up(x)))
    case plain(Activation)
  }

  package var layers: Int
  /// d: width of the residual stream.
  package var width: Int
  /// H
  package var heads: Int
  /// G: key/value heads, a divisor of H.
  package var keyHeads: Int
  /// nil where it is `width` over `heads`.
  package var givenHeadWidth: Int?
  /// Width of the MLP.
  package var feedForward: Int
  /// T: the longest sequence that the model is used with.
  package var context: Int
  /// The longest sequence that the model is made for: rows of a table of positions.
  package var positionCount: Int
  /// V
  package var vocabulary: Int
  package var names: Names
  package var norm: Norm
  package var normEpsilon: Double
  package var positions: Positions
  package var mlp: MLP
  /// Whether the linear layers of attention have biases, and those of the MLP.
  package var hasAttentionBiases: Bool
  package var hasMLPBiases: Bool
  /// Whether the output layer's weight is the embedding's.
  package var isTied: Bool

  /// Llama's form: RMSNorm, rotary positions, SwiGLU; toys have no biases and an output layer of their own.
  package init(
    layers: Int, width: Int, heads: Int, keyHeads: Int, headWidth: Int? = nil, feedForward: Int, context: Int,
    vocabulary: Int, ropeTheta: Double = 10_000, ropeScaling: RotaryAngles.Scaling = .none,
    normEpsilon: Double = 1e-5, hasAttentionBiases: Bool = false, hasMLPBiases: Bool = false,
    isTied: Bool = false
  ) {
    self.layers = layers
    self.width = width
    self.heads = heads
    self.keyHeads = keyHeads
    givenHeadWidth = headWidth
    self.feedForward = feedForward
    self.context = context
    positionCount = context
    self.vocabulary = vocabulary
    names = .llama
    norm = .rootMeanSquare
    self.normEpsilon = normEpsilon
    positions = .rotary(RotaryAngles(theta: ropeTheta, scaling: ropeScaling))
    mlp = .gated
    self.hasAttentionBiases = hasAttentionBiases
    self.hasMLPBiases = hasMLPBiases
    self.isTied = isTied
  }

  /// GPT-2's form: LayerNorm, learned positions, one activation in the MLP, biases everywhere, the output layer tied.
  package static func gpt2(
    layers: Int, width: Int, heads: Int, feedForward: Int, context: Int, vocabulary: Int,
    normEpsilon: Double = 1e-5, activation: Activation = .geluTanh, isTied: Bool = true
  ) -> TransformerShape {
    var shape = TransformerShape(
      layers: layers, width: width, heads: heads, keyHeads: heads, feedForward: feedForward, context: context,
      vocabulary: vocabulary, normEpsilon: normEpsilon, hasAttentionBiases: true, hasMLPBiases: true,
      isTied: isTied)
    shape.names = .gpt2
    shape.norm = .layer
    shape.positions = .learned
    shape.mlp = .plain(activation)
    return shape
  }

  package var headWidth: Int { givenHeadWidth ?? width / heads }
  /// Width of all queries, and of all keys or values.
  package var queryWidth: Int { heads * headWidth }
  package var keyWidth: Int { keyHeads * headWidth }

  /// What PEFT adapts where no targets are given.
  package var standardTargets: [String] {
    switch names {
    case .llama: ["q_proj", "v_proj"]
    case .gpt2: ["c_attn"]
    }
  }
}
