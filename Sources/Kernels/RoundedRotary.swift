// Rotary position embedding in a format of 16 bits, as PyTorch adds x∘cos and rotate_half(x)∘sin.

/// `rotate` with roundings: each pair (a, b) becomes (round(p(a·c) + p(−b·s)), round(p(b·c) + p(a·s))), where p rounds a
/// product to `products`; c and s are of that format, too, where the turn is forward.
///
/// - Returns: what left the format's range in the outcome.
package func roundedRotate(
  _ x: UnsafeMutablePointer<Float>, rows T: Int, heads: Int, headWidth: Int, cosine: UnsafePointer<Float>,
  sine: UnsafePointer<Float>, isBackward: Bool, table: FloatFormat, products: FloatFormat,
  to format: FloatFormat
) -> RoundingCounts {
  precondition(headWidth.isMultiple(of: 2), "a head width that is not even")
  requireCounts(T, heads, headWidth)
  var tally = RoundingTally()
  let half = headWidth / 2
  let sign: Float = isBackward ? -1 : 1
  for t in 0..<T {
    for head in 0..<heads {
      let low = x + (t * heads + head) * headWidth
      let high = low + half
      forEachLanes(half) { i, n in
        let (a, b) = (part(low, i, n), part(high, i, n))
        let c = rounded(part(cosine + t * half, i, n), to: table)
        let s = rounded(part(sine + t * half, i, n), to: table) * sign
        let first = rounded(a * c, to: products) - rounded(b * s, to: products)
        let second = rounded(b * c, to: products) + rounded(a * s, to: products)
        put(tally.rounded(first, rounded(first, to: format)), low, i, n)
        put(tally.rounded(second, rounded(second, to: format)), high, i, n)
      }
    }
  }
  return tally.counts(of: T * heads * headWidth)
}
