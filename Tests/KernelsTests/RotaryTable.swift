// The table of angles that tests of rotary positions turn by.
import Glibc
import Storage

/// Cosines and sines of p·θ^(−2i/d) for position p and pair i, at element p·d/2 + i.
func rotaryTable(positions: Int, headWidth d: Int, theta: Double) -> (cosine: Buffer, sine: Buffer) {
  let angles = (0..<positions).flatMap { p in
    (0..<d / 2).map { i in Double(p) * pow(theta, -2 * Double(i) / Double(d)) }
  }
  return (Buffer(angles.map { Float(cos($0)) }), Buffer(angles.map { Float(sin($0)) }))
}
