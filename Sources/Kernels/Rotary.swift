// Rotary position embedding (Su et al. 2021) in Llama's half-split layout: pairs (i, i + d/2) of each head.

/// Turns x [T, heads·headWidth] in place: the pair (a, b) of row t and number i becomes (a·c − b·s, b·c + a·s), with c
/// and s at element t·headWidth/2 + i of `cosine` and `sine`. `isBackward` turns the other way, which is the gradient of
/// the turn.
///
/// - Precondition: `headWidth` is even.
package func rotate(
  _ x: UnsafeMutablePointer<Float>, rows T: Int, heads: Int, headWidth: Int, cosine: UnsafePointer<Float>,
  sine: UnsafePointer<Float>, isBackward: Bool
) {
  precondition(headWidth.isMultiple(of: 2), "a head width that is not even")
  requireCounts(T, heads, headWidth)
  let half = headWidth / 2
  let sign: Float = isBackward ? -1 : 1
  for t in 0..<T {
    let cosine = cosine + t * half
    let sine = sine + t * half
    for head in 0..<heads {
      let low = x + (t * heads + head) * headWidth
      let high = low + half
      var i = 0
      while i + 8 <= half {
        turn(low + i, high + i, cosine + i, sine + i, sign)
        i += 8
      }
      while i < half {
        let (a, b, c, s) = (low[i], high[i], cosine[i], sine[i] * sign)
        low[i] = a * c - b * s
        high[i] = b * c + a * s
        i += 1
      }
    }
  }
}

/// Eight pairs: heads are seldom as wide as sixteen lanes twice.
@inline(__always)
private func turn(
  _ low: UnsafeMutablePointer<Float>, _ high: UnsafeMutablePointer<Float>, _ cosine: UnsafePointer<Float>,
  _ sine: UnsafePointer<Float>, _ sign: Float
) {
  typealias Eight = SIMD8<Float>
  let a = UnsafeRawPointer(low).loadUnaligned(as: Eight.self)
  let b = UnsafeRawPointer(high).loadUnaligned(as: Eight.self)
  let c = UnsafeRawPointer(cosine).loadUnaligned(as: Eight.self)
  let s = UnsafeRawPointer(sine).loadUnaligned(as: Eight.self) * sign
  UnsafeMutableRawPointer(low).storeBytes(of: a * c - b * s, as: Eight.self)
  UnsafeMutableRawPointer(high).storeBytes(of: b * c + a * s, as: Eight.self)
}
