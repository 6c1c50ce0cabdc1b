// What probes see of an adapter during a run.

/// What one probe saw of an adapted module. ΔW is the update s·B·A of the weight W.
package struct ModuleProbe: Equatable, Sendable {
  /// As `model.layers.0.self_attn.q_proj`.
  package var module: String
  /// ‖ΔW‖ ÷ ‖W‖, Frobenius norms; infinite or NaN where W is 0.
  package var updateRatio: Double
  /// L2 norm of the gradient of A, before clipping.
  package var gradientA: Double
  package var gradientB: Double
  /// ‖ΔW‖² ÷ σ₁², from 1 to the rank; nil where ΔW is 0.
  package var stableRank: Double?
  /// Of ΔW, the largest first: min(rank, inputs, outputs) of them; none where the adapter is not finite.
  package var singularValues: [Double]
  /// ‖U Uᵀ ΔW V Vᵀ‖² ÷ ‖ΔW‖², where U and V hold the first `ProbeRecord.directions` left and right singular vectors of
  /// W: from 0 to 1; nil where ΔW is 0.
  package var topShare: Double?
  /// What `topShare` is on average for an update of random direction: the directions of U times those of V, over the
  /// elements of W.
  package var chanceShare: Double

  package init(
    module: String, updateRatio: Double, gradientA: Double, gradientB: Double, stableRank: Double?,
    singularValues: [Double], topShare: Double?, chanceShare: Double
  ) {
    self.module = module
    self.updateRatio = updateRatio
    self.gradientA = gradientA
    self.gradientB = gradientB
    self.stableRank = stableRank
    self.singularValues = singularValues
    self.topShare = topShare
    self.chanceShare = chanceShare
  }
}

/// All adapted modules at one step, in the model's order.
package struct ProbeRecord: Equatable, Sendable {
  /// Directions of W on each side that `topShare` counts: as many for every rank, so that ranks compare. A weight of
  /// smaller rank has fewer.
  package static let directions = 8

  /// Updates made before the probe; the gradient is that of the batch that comes next. In a run that diverged the last
  /// record has the gradient of the step that ended it.
  package var step: Int
  package var modules: [ModuleProbe]

  package init(step: Int, modules: [ModuleProbe]) {
    self.step = step
    self.modules = modules
  }
}
