// What a first step shows.

/// What a first step from one seed shows. The first update of both optimisers is proportional to the learning rate, so
/// what it makes is given for a rate of 1.
package struct FirstStepValues: Equatable, Sendable {
  /// The mean diagonal of AᵀA, over modules too.
  package var gramDiagonal: Double
  /// The same in units of r·σ², which it is expected to be.
  package var gramDiagonalRatio: Double
  /// The root mean square off the diagonal of AᵀA, in units of the mean diagonal. NaN for a module of one input.
  package var gramOffDiagonalRatio: Double
  /// √(Σ|A·x|² ÷ Σ|x|²) over rows and modules.
  package var projection: Double
  /// The loss of the batch before the step.
  package var loss: Double
  /// L2 norms over all modules.
  package var gradientOfB: Double
  package var gradientOfA: Double
  /// ‖ΔB‖, and the same in units of the root of the number of entries.
  package var update: Double
  package var updateOfAnEntry: Double
  /// Root mean square of s·ΔB·(A·x) over rows, outputs and modules.
  package var change: Double
  /// −⟨∇B, ΔB⟩: the decrease of the loss to first order.
  package var decrease: Double
  /// The learning rate above which the first step raises the loss of its batch; NaN where none was found.
  package var edge: Double
  /// The edge, or where none was found the largest rate that was tried.
  package var largestRate: Double

  /// The real decrease of the loss by a step at the given learning rate, in units of the decrease to first order; where
  /// no rate is given, by a step at `shareOfEdge` of the edge. NaN where single precision does not resolve it.
  package var realDecreaseRatio: Double

  /// The share of the edge at which a step is of first order: a quadratic loss falls by 1 % less than to first order.
  package static let shareOfEdge = 0.01
}
