// Rotary position embedding (Su et al. 2021) in Llama's half-split layout: pairs (i, i + d/2) of each head.
import Glibc

/// Sines and cosines of every position: `table[p·d/2 + i]` for angle p·θ^(−2i/d).
package struct RotaryTable: Sendable {
  package let cosine: Buffer
  package let sine: Buffer
  package let headWidth: Int
  package let positions: Int

  /// Angles are computed in double precision. `headWidth` must be even.
  package init(positions: Int, headWidth: Int, theta: Double) {
    precondition(headWidth.isMultiple(of: 2), "rotary embedding needs an even head width, not \(headWidth)")
    self.headWidth = headWidth
    self.positions = positions
    let half = headWidth / 2
    cosine = Buffer(count: positions * half)
    sine = Buffer(count: positions * half)
    for position in 0..<positions {
      for i in 0..<half {
        let angle = Double(position) * pow(theta, -2 * Double(i) / Double(headWidth))
        cosine.pointer[position * half + i] = Float(cos(angle))
        sine.pointer[position * half + i] = Float(sin(angle))
      }
    }
  }
}

/// Turns x [T, heads·headWidth] in place; row t is at position t. `isBackward` turns the other way, which is the
/// gradient of the turn.
package func rotate(
  _ x: UnsafeMutablePointer<Float>, rows T: Int, heads: Int, table: RotaryTable, isBackward: Bool
) {
  let half = table.headWidth / 2
  let sign: Float = isBackward ? -1 : 1
  for t in 0..<T {
    let cosine = UnsafePointer(table.cosine.pointer + t * half)
    let sine = UnsafePointer(table.sine.pointer + t * half)
    for head in 0..<heads {
      let low = x + (t * heads + head) * table.headWidth
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
