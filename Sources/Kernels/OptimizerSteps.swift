// One step of an optimiser over a vector of parameters, as PyTorch computes it.

/// AdamW (Loshchilov and Hutter 2019), torch.optim.AdamW:
/// p ← p·(1 − lr·wd); m, v the moving means of g and g²; p ← p − lr/(1 − β₁ᵗ)·m/(√v/√(1 − β₂ᵗ) + ε).
package struct AdamWStep: Sendable {
  package var learningRate: Double
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  package var weightDecay: Double
  /// The step's number, from 1.
  package var step: Int

  package init(
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, step: Int
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.step = step
  }

  /// Updates `count` parameters in place.
  ///
  /// - Parameters:
  ///   - mean: m, and `square` v: zeros before the first step, updated with the parameters.
  ///   - gradientScale: multiplies the gradient first: the coefficient of clipping.
  /// - Returns: whether all parameters are finite afterwards.
  package func apply(
    _ count: Int, parameters p: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    mean: UnsafeMutablePointer<Float>, square: UnsafeMutablePointer<Float>, gradientScale: Float
  ) -> Bool {
    requireCounts(count)
    precondition(step >= 1, "steps are counted from 1")
    let correction1 = 1 - integerPower(beta1, step)
    let correction2 = (1 - integerPower(beta2, step)).squareRoot()
    let decay = Lanes(repeating: Float(1 - learningRate * weightDecay))
    let rate = Lanes(repeating: Float(-learningRate / correction1))
    let root = Lanes(repeating: Float(correction2))
    let (b1, b2) = (Lanes(repeating: Float(beta1)), Lanes(repeating: Float(beta2)))
    let (c1, c2) = (Lanes(repeating: Float(1 - beta1)), Lanes(repeating: Float(1 - beta2)))
    let epsilon = Lanes(repeating: Float(epsilon))
    let scale = Lanes(repeating: gradientScale)
    // x − x is zero for finite x and NaN otherwise.
    var excess = Lanes()
    forEachLanes(count) { i, n in
      let g = part(gradient, i, n) * scale
      let m = fused(g, c1, part(mean, i, n) * b1)
      let v = fused(g * g, c2, part(square, i, n) * b2)
      put(m, mean, i, n)
      put(v, square, i, n)
      let step = m / (squareRoot(v) / root + epsilon)
      let new = fused(step, rate, part(p, i, n) * decay)
      put(new, p, i, n)
      excess += new - new
    }
    return laneSum(excess) == 0
  }
}

/// Stochastic gradient descent with momentum, torch.optim.SGD: g ← g + wd·p; u ← μ·u + g (u = g at first);
/// p ← p − lr·u.
package struct SGDStep: Sendable {
  package var learningRate: Double
  package var momentum: Double
  package var weightDecay: Double

  package init(learningRate: Double, momentum: Double, weightDecay: Double) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
  }

  /// Updates `count` parameters in place.
  ///
  /// - Parameters:
  ///   - velocity: u, zeros before the first step; it may be absent when the momentum is 0.
  ///   - gradientScale: multiplies the gradient first: the coefficient of clipping.
  /// - Returns: whether all parameters are finite afterwards.
  package func apply(
    _ count: Int, parameters p: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    velocity: UnsafeMutablePointer<Float>?, gradientScale: Float
  ) -> Bool {
    requireCounts(count)
    precondition(velocity != nil || momentum == 0, "momentum without a velocity")
    let rate = Lanes(repeating: Float(-learningRate))
    let mu = Lanes(repeating: Float(momentum))
    let decay = Lanes(repeating: Float(weightDecay))
    let scale = Lanes(repeating: gradientScale)
    // x − x is zero for finite x and NaN otherwise.
    var excess = Lanes()
    forEachLanes(count) { i, n in
      let old = part(p, i, n)
      var g = fused(old, decay, part(gradient, i, n) * scale)
      if let velocity {
        g = fused(part(velocity, i, n), mu, g)
        put(g, velocity, i, n)
      }
      let new = fused(g, rate, old)
      put(new, p, i, n)
      excess += new - new
    }
    return laneSum(excess) == 0
  }
}

/// x to the power n ≥ 0 by repeated squaring: the same bits on every C library.
private func integerPower(_ x: Double, _ n: Int) -> Double {
  var result = 1.0
  var base = x
  var n = n
  while n > 0 {
    if !n.isMultiple(of: 2) { result *= base }
    base *= base
    n /= 2
  }
  return result
}
