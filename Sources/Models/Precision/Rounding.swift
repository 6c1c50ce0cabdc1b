// A place of a step at which values are rounded and counted.
import Kernels

/// One place at which a plan rounds: a kind of tensor in one module, forward or backward.
package struct RoundingSite: Equatable, Sendable {
  /// `model.layers.0.self_attn.q_proj`; of what belongs to no weight the path that its neighbours share.
  package let module: String
  package let kind: TensorKind
  package let isGradient: Bool

  package init(module: String, kind: TensorKind, isGradient: Bool) {
    self.module = module
    self.kind = kind
    self.isGradient = isGradient
  }
}

/// Rounds values to the format of one place, and counts there what left the format's range.
///
/// It is a value of its operation: whoever runs the operation again, as recomputation does, gets the same bits.
struct Rounding: Sendable {
  let format: FloatFormat
  /// The counts of this place: three words in the arena.
  let counts: Int

  /// Words that the counts take.
  static let countWords = 3
}
