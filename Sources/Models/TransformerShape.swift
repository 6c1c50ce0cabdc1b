// The shape of a transformer: its form, and what a configuration decides about it.
package import Kernels

/// A decoder-only transformer: embedding, blocks of attention and MLP on a residual stream with a norm before each, a
/// last norm and an output layer:
///
///     x = embedding[token]                              + positions[t] where they are learned
///     x = x + o(attention(q(norm(x)), k(norm(x)), v(norm(x))))     in each block
///     x = x + down(silu(gate(norm(x)))·up(norm(x)))     or down(activation(up(norm(x))))
///     logits = output(norm(x))
///
/// x is [positions, width]; q and k are turned by their position where the form's positions are rotary.
package struct TransformerShape: Equatable, Sendable {
  package var form: TransformerForm
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
  package var normEpsilon: Double
  /// Of rotary positions; learned ones have none.
  package var angles: RotaryAngles
  /// Of a plain MLP; the gate of a gated one is SiLU's.
  package var activation: Activation
  /// The linear layers that have a bias.
  package var biases: Set<LinearPart>
  /// Whether the output layer's weight is the embedding's.
  package var isTied: Bool

  /// - Parameters:
  ///   - keyHeads: nil for as many as heads.
  ///   - biases: nil for the form's own, as for `isTied`.
  package init(
    _ form: TransformerForm = .llama, layers: Int, width: Int, heads: Int, keyHeads: Int? = nil,
    headWidth: Int? = nil, feedForward: Int, context: Int, vocabulary: Int, normEpsilon: Double = 1e-5,
    angles: RotaryAngles = RotaryAngles(theta: 10_000), activation: Activation = .geluTanh,
    biases: Set<LinearPart>? = nil, isTied: Bool? = nil
  ) {
    self.form = form
    self.layers = layers
    self.width = width
    self.heads = heads
    self.keyHeads = keyHeads ?? heads
    givenHeadWidth = headWidth
    self.feedForward = feedForward
    self.context = context
    positionCount = context
    self.vocabulary = vocabulary
    self.normEpsilon = normEpsilon
    self.angles = angles
    self.activation = activation
    self.biases = biases ?? form.biases
    self.isTied = isTied ?? form.isTiedByDefault
  }

  /// Width of a head: as given, or `width` over `heads`.
  package var headWidth: Int { givenHeadWidth ?? width / heads }
  /// Width of all queries, and of all keys or values.
  package var queryWidth: Int { heads * headWidth }
  package var keyWidth: Int { keyHeads * headWidth }
}
