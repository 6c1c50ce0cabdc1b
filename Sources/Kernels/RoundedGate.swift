// The gate of SwiGLU in a format of 16 bits, as PyTorch computes it in two operations.

/// y = round(round(silu(gate))·up) for gate and up of the format.
///
/// - Returns: what left the format's range, of the outer rounding.
package func roundedGatedForward(
  count: Int, gate: UnsafePointer<Float>, up: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
  to format: FloatFormat
) -> RoundingCounts {
  requireCounts(count)
  var tally = RoundingTally()
  mapLanes(count, gate, up, into: y) { g, u in
    let product = rounded(g * logistic(g), to: format) * u
    return tally.rounded(product, rounded(product, to: format))
  }
  return tally.counts(of: count)
}

/// dup = round(dy·round(silu(gate))), dgate = round(round(dy·up)·(σ + g·σ·(1 − σ))). Either may be absent.
///
/// - Returns: what left the format's range, of the outer roundings.
package func roundedGatedBackward(
  count: Int, gate: UnsafePointer<Float>, up: UnsafePointer<Float>, dy: UnsafePointer<Float>,
  gateGradient: UnsafeMutablePointer<Float>?, upGradient: UnsafeMutablePointer<Float>?, to format: FloatFormat
) -> RoundingCounts {
  requireCounts(count)
  var tally = RoundingTally()
  forEachLanes(count) { i, n in
    let g = part(gate, i, n)
    let dy = part(dy, i, n)
    let s = logistic(g)
    if let gateGradient {
      let gradient = rounded(dy * part(up, i, n), to: format) * fused(g * s, 1 - s, s)
      put(tally.rounded(gradient, rounded(gradient, to: format)), gateGradient, i, n)
    }
    if let upGradient {
      let gradient = dy * rounded(g * s, to: format)
      put(tally.rounded(gradient, rounded(gradient, to: format)), upGradient, i, n)
    }
  }
  return tally.counts(of: count)
}
