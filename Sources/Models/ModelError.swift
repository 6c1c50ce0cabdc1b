// What can be wrong with a model that a user describes.

package enum ModelError: Error, Equatable, Sendable {
  /// `parameter` must be a multiple of `divisor`, as `width` of `heads`.
  case notDivisible(parameter: String, value: Int, divisor: String, divisorValue: Int)
  /// A head width that rotary positions cannot split in halves.
  case oddHeadWidth(width: Int, heads: Int)
  case tooFewWidths(count: Int)
  /// Refused before anything is allocated.
  case tooLarge(what: String, bytesNeeded: Double, bytesAvailable: Double)
  /// The model and the data do not fit: tokens for a perceptron, a vocabulary beyond the model's.
  case wrongData(model: String, needs: String, has: String)
  case vocabularyTooSmall(model: Int, data: Int)
  /// A base that is quantised already, as a title; one that is not; and one without a layer to quantise.
  case alreadyQuantized(String)
  case notQuantized
  case nothingToQuantize(modules: [String])
  /// All weights of a quantised base are to be trained.
  case trainedQuantized(String)
  /// More positions than the model is made for.
  case contextTooLong(given: Int, limit: Int)
  /// Noise on embeddings that a perceptron does not have.
  case noEmbeddings
}

extension Architecture {
  /// - Throws: `ModelError` where the shape cannot be built or its weights would not fit into `memory` bytes.
  package func validate(memory: Double) throws {
    switch self {
    case .transformer(let s):
      guard s.givenHeadWidth != nil || s.width.isMultiple(of: s.heads) else {
        throw ModelError.notDivisible(
          parameter: "width", value: s.width, divisor: "heads", divisorValue: s.heads)
      }
      guard s.heads.isMultiple(of: s.keyHeads) else {
        throw ModelError.notDivisible(
          parameter: "heads", value: s.heads, divisor: "kv_heads", divisorValue: s.keyHeads)
      }
      if case .rotary = s.form.positions, !s.headWidth.isMultiple(of: 2) {
        throw ModelError.oddHeadWidth(width: s.width, heads: s.heads)
      }
    case .perceptron(let s):
      guard s.widths.count >= 2 else { throw ModelError.tooFewWidths(count: s.widths.count) }
    case .linear:
      break
    }
    // The weights, and of small models their two packed forms.
    let weights = parameterEstimate * 4
    let bytes = weights < Double(FrozenMatrix.packedLimit) ? weights * 3 : weights
    if bytes > memory * 0.8 {
      throw ModelError.tooLarge(what: "the model", bytesNeeded: bytes, bytesAvailable: memory)
    }
  }
}
