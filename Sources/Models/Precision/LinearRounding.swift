// A linear layer whose products are rounded, as PyTorch computes it in a format of 16 bits.

/// The places at which a linear layer rounds: y = residual + (round(x·Wᵀ + b) and what the adapter makes of it), with x, W
/// and b of the format. Backward every product's part of dx is rounded, and then the sum where dx is of the format.
struct LinearRounding: Sendable {
  let bias: Rounding?
  let output: Rounding?
  /// Of the residual stream after the addition.
  let sum: Rounding?
  /// Of dy as the products read it, where it is the residual stream's, in fp32.
  let outputGradient: Rounding?
  /// Of each part of dx.
  let part: Rounding?
  /// Of dx after each addition.
  let inputGradient: Rounding?
  /// Of dW and db, where they are trained.
  let weightGradient: Rounding?
  let biasGradient: Rounding?
  /// Offsets into the scratch, behind what the weight's products take: dy [rows, out] rounded; a part of dx [rows, in];
  /// what the branch takes.
  let roundedGradient: Int
  let inputPart: Int
  let branchScratch: Int
}
