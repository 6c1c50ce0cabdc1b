// exp, log, sine and cosine, tanh and erf of sixteen lanes: ours, so that every CPU and library gives the same bits.
//
// Polynomials are least-maximum fits of the usual reduced ranges; the tests hold each against double precision.

private let roundingBias = Lanes(repeating: 12_582_912)  // 1.5·2²³: adding it rounds to a whole number

/// e^x. Zero below −87.3, infinity above 88.7, NaN for NaN; relative error below 2e-7.
@inline(__always)
func exponential(_ x: Lanes) -> Lanes {
  let clamped = minimum(maximum(x, Lanes(repeating: -87.33654)), Lanes(repeating: 88.72283))
  let biased = fused(clamped, Lanes(repeating: 1.442_695_04), roundingBias)
  let n = biased - roundingBias
  var r = fused(n, Lanes(repeating: -0.693_359_375), clamped)
  r = fused(n, Lanes(repeating: 2.121_944_4e-4), r)
  var p = Lanes(repeating: 1.987_569_1e-4)
  p = fused(p, r, Lanes(repeating: 1.398_199_9e-3))
  p = fused(p, r, Lanes(repeating: 8.333_452e-3))
  p = fused(p, r, Lanes(repeating: 4.166_579_6e-2))
  p = fused(p, r, Lanes(repeating: 1.666_666_5e-1))
  p = fused(p, r, Lanes(repeating: 0.5))
  p = fused(p, r * r, r) + 1
  // 2^n in two factors, so that n = 128 does not overflow the exponent field.
  let whole = bits(biased) &- bits(roundingBias)
  let half = shiftedRightKeepingSign(whole)
  let first = lanes((half &+ 127) &<< 23)
  let second = lanes((whole &- half &+ 127) &<< 23)
  var result = p * first * second
  result.replace(with: 0, where: x .< Lanes(repeating: -87.33654))
  result.replace(with: .infinity, where: x .> Lanes(repeating: 88.72283))
  result.replace(with: x, where: x .!= x)
  return result
}

/// Half of each word as a signed number, rounded down.
@inline(__always)
private func shiftedRightKeepingSign(_ x: LaneBits) -> LaneBits {
  let signed = unsafeBitCast(x, to: SIMD16<Int32>.self) &>> 1
  return unsafeBitCast(signed, to: LaneBits.self)
}

/// ln x for positive normal x; other arguments are the caller's mistake. Relative error below 3e-7.
@inline(__always)
func logarithm(_ x: Lanes) -> Lanes {
  let raw = bits(x)
  let half = (raw & 0x007F_FFFF) | 0x3F00_0000  // the fraction in [0.5, 1)
  // 1 below √½, where the fraction is doubled: positive floats are ordered as their bits.
  let isSmall = (half &- 0x3F35_04F3) &>> 31
  let m = lanes(half) + lanes(half & (0 &- isSmall))
  let exponent = (raw &>> 23) &- 126 &- isSmall
  let r = m - 1
  var p = Lanes(repeating: 7.037_683_6e-2)
  p = fused(p, r, Lanes(repeating: -1.151_461e-1))
  p = fused(p, r, Lanes(repeating: 1.167_699_9e-1))
  p = fused(p, r, Lanes(repeating: -1.242_014_1e-1))
  p = fused(p, r, Lanes(repeating: 1.424_932_3e-1))
  p = fused(p, r, Lanes(repeating: -1.666_805_7e-1))
  p = fused(p, r, Lanes(repeating: 2.000_071_5e-1))
  p = fused(p, r, Lanes(repeating: -2.499_999_4e-1))
  p = fused(p, r, Lanes(repeating: 3.333_333_1e-1))
  let square = r * r
  // A whole number below 2²² beside the bias, whose low bits then hold it.
  let e = lanes(bits(roundingBias) &+ exponent) - roundingBias
  var tail = p * square * r
  tail = fused(e, Lanes(repeating: -2.121_944_4e-4), tail)
  tail = fused(square, Lanes(repeating: -0.5), tail)
  return fused(e, Lanes(repeating: 0.693_359_375), r + tail)
}

/// Sine and cosine of 2π·x for x in [0, 1). Absolute error below 2e-7.
@inline(__always)
func sineAndCosine(ofTurns x: Lanes) -> (sine: Lanes, cosine: Lanes) {
  // Quarter turns: x = q/4 + r with r in [−1/8, 1/8].
  let biased = fused(x, Lanes(repeating: 4), roundingBias)
  let quarter = bits(biased) & 3
  let r = fused(biased - roundingBias, Lanes(repeating: -0.25), x) * Lanes(repeating: 6.283_185_5)
  let z = r * r
  var s = Lanes(repeating: -1.951_529_6e-4)
  s = fused(s, z, Lanes(repeating: 8.332_161e-3))
  s = fused(s, z, Lanes(repeating: -1.666_665_5e-1))
  s = fused(s * z, r, r)
  var c = Lanes(repeating: 2.443_315_7e-5)
  c = fused(c, z, Lanes(repeating: -1.388_731_6e-3))
  c = fused(c, z, Lanes(repeating: 4.166_664_6e-2))
  c = fused(c * z, z, fused(z, Lanes(repeating: -0.5), Lanes(repeating: 1)))
  // All ones in odd quarters, where sine and cosine change places.
  let isOdd = 0 &- (quarter & 1)
  let exchanged = (bits(s) ^ bits(c)) & isOdd
  var sine = lanes(bits(s) ^ exchanged)
  var cosine = lanes(bits(c) ^ exchanged)
  // The sine is negative in quarters 2 and 3, the cosine in 1 and 2.
  sine = lanes(bits(sine) ^ ((quarter & 2) &<< 30))
  cosine = lanes(bits(cosine) ^ (((quarter &+ 1) & 2) &<< 30))
  return (sine, cosine)
}

/// tanh x; NaN for NaN. Absolute error below 3e-7.
@inline(__always)
func hyperbolicTangent(_ x: Lanes) -> Lanes {
  let e = exponential(minimum(maximum(x, Lanes(repeating: -20)), Lanes(repeating: 20)) * 2)
  var result = (e - 1) / (e + 1)
  result.replace(with: x, where: x .!= x)
  return result
}

/// 1 / (1 + e^−x); NaN for NaN.
@inline(__always)
func logistic(_ x: Lanes) -> Lanes {
  Lanes(repeating: 1) / (1 + exponential(-x))
}

/// e^x of each element.
package func exponential(_ count: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
  requireCounts(count)
  mapLanes(count, x, into: out) { exponential($0) }
}

/// ln x of each element; every element must be positive and normal.
package func logarithm(_ count: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
  requireCounts(count)
  mapLanes(count, x, into: out) { logarithm($0) }
}

/// tanh x of each element.
package func hyperbolicTangent(_ count: Int, _ x: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>)
{
  requireCounts(count)
  mapLanes(count, x, into: out) { hyperbolicTangent($0) }
}

/// Sine and cosine of 2π·x of each element, x in [0, 1).
package func sineAndCosine(
  ofTurns x: UnsafePointer<Float>, _ count: Int, sine: UnsafeMutablePointer<Float>,
  cosine: UnsafeMutablePointer<Float>
) {
  requireCounts(count)
  mapLanes(count, x, into: sine) { sineAndCosine(ofTurns: $0).sine }
  mapLanes(count, x, into: cosine) { sineAndCosine(ofTurns: $0).cosine }
}
