// Activation functions, element by element: ReLU, GELU (exact and by tanh), and the gate of SwiGLU.

/// The function between two layers of a perceptron, by the word that users write: relu(x) = max(x, 0); gelu(x) =
/// x·Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016); gelu_tanh, PyTorch's approximation of it by tanh;
/// none, x itself.
package enum Activation: String, Sendable, CaseIterable {
  case relu, gelu
  case geluTanh = "gelu_tanh"
  case none
}

/// y = f(x), element by element; NaN for NaN.
package func activationForward(
  _ activation: Activation, count: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>
) {
  requireCounts(count)
  switch activation {
  case .relu: mapLanes(count, x, into: y) { positivePart($0) }
  case .gelu: mapLanes(count, x, into: y) { $0 * normalDistribution($0) }
  case .geluTanh: mapLanes(count, x, into: y) { x in x * logistic(tanhArgument(x) * 2) }
  case .none: y.update(from: x, count: count)
  }
}

/// dx = dy·f′(x), added with `accumulate`. The derivative of ReLU at 0 is 0, as in PyTorch.
package func activationBackward(
  _ activation: Activation, count: Int, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
  dx: UnsafeMutablePointer<Float>, accumulate: Bool
) {
  requireCounts(count)
  forEachLanes(count) { i, n in
    let x = part(x, i, n)
    let dy = part(dy, i, n)
    var gradient: Lanes
    switch activation {
    case .relu:
      // A NaN keeps its gradient, so that it is seen.
      gradient = dy
      gradient.replace(with: 0, where: x .<= 0)
    case .gelu:
      let density = exponential(x * x * -0.5) * Lanes(repeating: 0.398_942_28)
      gradient = dy * fused(x, density, normalDistribution(x))
    case .geluTanh:
      // gelu(x) = x·σ(2u), u = √(2/π)·(x + 0.044715 x³), so gelu′ = σ + x·σ(1 − σ)·2u′.
      let s = logistic(tanhArgument(x) * 2)
      let slope = fused(x * x, Lanes(repeating: 0.107_032_227), Lanes(repeating: 0.797_884_56)) * 2
      gradient = dy * fused(x * s * (1 - s), slope, s)
    case .none:
      gradient = dy
    }
    put(accumulate ? part(dx, i, n) + gradient : gradient, dx, i, n)
  }
}

/// y = silu(gate)·up (SwiGLU: Shazeer 2020), with silu(g) = g/(1 + e^−g).
package func gatedForward(
  count: Int, gate: UnsafePointer<Float>, up: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>
) {
  requireCounts(count)
  mapLanes(count, gate, up, into: y) { g, u in g * logistic(g) * u }
}

/// dgate = dy·up·(σ + g·σ·(1 − σ)), dup = dy·silu(g). Either may be absent.
package func gatedBackward(
  count: Int, gate: UnsafePointer<Float>, up: UnsafePointer<Float>, dy: UnsafePointer<Float>,
  gateGradient: UnsafeMutablePointer<Float>?, upGradient: UnsafeMutablePointer<Float>?
) {
  requireCounts(count)
  forEachLanes(count) { i, n in
    let g = part(gate, i, n)
    let dy = part(dy, i, n)
    let s = logistic(g)
    if let gateGradient { put(dy * part(up, i, n) * fused(g * s, 1 - s, s), gateGradient, i, n) }
    if let upGradient { put(dy * g * s, upGradient, i, n) }
  }
}

/// max(x, 0); NaN for NaN, as in PyTorch.
@inline(__always)
private func positivePart(_ x: Lanes) -> Lanes {
  var y = x
  y.replace(with: 0, where: x .<= 0)
  return y
}

/// √(2/π)·(x + 0.044715·x³), the argument of tanh in gelu_tanh.
@inline(__always)
private func tanhArgument(_ x: Lanes) -> Lanes {
  x * fused(x * x, Lanes(repeating: 0.035_677_408), Lanes(repeating: 0.797_884_56))
}

/// Φ(x) = (1 + erf(x/√2))/2, by the complementary error function of Abramowitz and Stegun 7.1.26 with the tail
/// computed as a product, absolute error below 2e-7.
@inline(__always)
private func normalDistribution(_ x: Lanes) -> Lanes {
  var z = x * Lanes(repeating: 0.707_106_77)
  let isNegative = z .< 0
  z.replace(with: -z, where: isNegative)
  let t = Lanes(repeating: 1) / fused(z, Lanes(repeating: 0.327_591_1), Lanes(repeating: 1))
  var p = Lanes(repeating: 1.061_405_429)
  p = fused(p, t, Lanes(repeating: -1.453_152_027))
  p = fused(p, t, Lanes(repeating: 1.421_413_741))
  p = fused(p, t, Lanes(repeating: -0.284_496_736))
  p = fused(p, t, Lanes(repeating: 0.254_829_592))
  let tail = p * t * exponential(-z * z) * 0.5
  var result = 1 - tail
  result.replace(with: tail, where: isNegative)
  return result
}
