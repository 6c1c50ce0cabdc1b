// The adapter of a linear layer: where its parameters stand, and in which order they are contracted.

/// A and B of one adapted module.
package struct AdapterBranch: Sendable {
  /// d [out, in] of the module, r its rank.
  let inputs: Int
  let outputs: Int
  let rank: Int
  let multiplier: Float
  /// A [r, in] and B [out, r] in the trainable parameters.
  let offsetA: Int
  let offsetB: Int
  let order: Order
  /// DoRA's; nil for plain LoRA.
  let magnitude: Magnitude?

  /// The rows' magnitudes of DoRA (Liu et al. 2024, equations 5 and 11): W″ = m/n∘(W + s·B·A) with n the norms of the
  /// rows of W + s·B·A, which count as constants in the gradient.
  struct Magnitude: Sendable {
    /// m [out] in the trainable parameters.
    let offset: Int
    /// W + s·B·A [out, in] in the packed parameters, rows `rowStride` apart.
    let direction: Int
    let rowStride: Int
    /// m/n and 1/n, [out] each, in the packed parameters.
    let gains: Int
    let reciprocals: Int
  }

  /// The order in which products are made, chosen from shapes alone by `isMergedCheaper`.
  enum Order: Sendable {
    /// u = s·dropout(x)·Aᵀ, then y += u·Bᵀ: PEFT's order.
    case factored(Factored)
    /// y = x·(W + s·B·A)ᵀ; the gradient of the sum is folded down to A and B.
    case merged(Merged)
  }

  struct Factored: Sendable {
    /// Panels of Aᵀ [in, r] and Bᵀ [r, out] in the packed parameters.
    let columnsA: Int
    let columnsB: Int
    /// u [rows, r] in the arena.
    let hidden: Int
    let dropout: Dropout?
    /// (W + s·B·A)·dropout(x) [rows, out] in the arena; with DoRA alone.
    let direction: Int?
  }

  struct Dropout: Sendable {
    let probability: Float
    /// The module's number: with the seed it names the stream of masks.
    let index: UInt32
    /// Dropped inputs and mask, [rows, in] each.
    let dropped: Int
    let mask: Int
  }

  struct Merged: Sendable {
    /// W' = W + s·B·A, or DoRA's W″ [out, in], and panels of its transpose, in the packed parameters.
    let sum: Int
    let forward: Int
    /// Floats from a row of W' to the next.
    let rowStride: Int
    /// Panels of Aᵀ [in, r].
    let columnsA: Int
    /// The gradient of W' [out, in], in the sums of each group.
    let gradient: Int
  }

  /// Multiplications of a step: the factored order makes six products of rows with a factor, the merged one three of
  /// the size of W with the rank and one of the rows with W for the gradient.
  package static func isMergedCheaper(rows: Int, inputs: Int, outputs: Int, rank: Int) -> Bool {
    let factored = 3 * Double(rows) * Double(rank) * Double(inputs + outputs)
    // Packing the sum anew costs about as much as a product of depth 16.
    let merged = Double(inputs) * Double(outputs) * Double(3 * rank + rows + 16)
    return merged < factored
  }
}
