// How far rotary positions turn, and the table of it (Su et al. 2021; Llama's half-split layout).
import Glibc
import Kernels
package import Storage

/// How fast each pair of components turns: θ^(−2i/d) by position, slowed down for contexts longer than the model was
/// first trained on.
package struct RotaryAngles: Equatable, Sendable {
  package enum Scaling: Equatable, Sendable {
    case none
    /// All angles divided by the factor (Chen et al. 2023).
    case linear(factor: Double)
    /// Llama 3.1's: pairs that turn less than `low` times in the original context are divided by the factor, those that
    /// turn more than `high` times are left, and between them the two are mixed.
    case llama3(factor: Double, low: Double, high: Double, context: Double)
  }

  package var theta: Double
  package var scaling: Scaling

  package init(theta: Double, scaling: Scaling = .none) {
    self.theta = theta
    self.scaling = scaling
  }

  /// The angle of pair `i` at position 1, in radians.
  package func frequency(_ i: Int, headWidth: Int) -> Double {
    let plain = pow(theta, -2 * Double(i) / Double(headWidth))
    switch scaling {
    case .none: return plain
    case .linear(let factor): return plain / factor
    case .llama3(let factor, let low, let high, let context):
      let turns = context * plain / (2 * .pi)
      if turns < low { return plain / factor }
      if turns > high { return plain }
      let share = (turns - low) / (high - low)
      return (1 - share) * plain / factor + share * plain
    }
  }
}

/// Sines and cosines of every position: element p·d/2 + i for angle p·θ^(−2i/d), or as `RotaryAngles` scales it.
package struct RotaryTable: Sendable {
  package let cosine: Buffer
  package let sine: Buffer
  package let headWidth: Int
  package let positions: Int

  /// Angles are computed in double precision. `headWidth` must be even.
  package init(positions: Int, headWidth: Int, theta: Double) {
    self.init(positions: positions, headWidth: headWidth, angles: RotaryAngles(theta: theta))
  }

  package init(positions: Int, headWidth: Int, angles: RotaryAngles) {
    precondition(headWidth.isMultiple(of: 2), "rotary embedding needs an even head width, not \(headWidth)")
    self.headWidth = headWidth
    self.positions = positions
    let half = headWidth / 2
    cosine = Buffer(count: positions * half)
    sine = Buffer(count: positions * half)
    let frequencies = (0..<half).map { angles.frequency($0, headWidth: headWidth) }
    for position in 0..<positions {
      for i in 0..<half {
        let angle = Double(position) * frequencies[i]
        cosine.pointer[position * half + i] = Float(cos(angle))
        sine.pointer[position * half + i] = Float(sin(angle))
      }
    }
  }

  /// Turns x [rows, heads·headWidth] in place; row t is at position t. `isBackward` turns the other way.
  func turn(_ x: UnsafeMutablePointer<Float>, rows: Int, heads: Int, isBackward: Bool) {
    precondition(rows <= positions, "\(rows) rows for \(positions) positions")
    rotate(
      x, rows: rows, heads: heads, headWidth: headWidth, cosine: cosine.pointer, sine: sine.pointer,
      isBackward: isBackward)
  }

  /// The same with roundings: of the table forward, of the products, of the outcome.
  func turnRounded(
    _ x: UnsafeMutablePointer<Float>, rows: Int, heads: Int, isBackward: Bool, table: FloatFormat,
    products: FloatFormat, to format: FloatFormat
  ) -> RoundingCounts {
    precondition(rows <= positions, "\(rows) rows for \(positions) positions")
    return roundedRotate(
      x, rows: rows, heads: heads, headWidth: headWidth, cosine: cosine.pointer, sine: sine.pointer,
      isBackward: isBackward, table: table, products: products, to: format)
  }
}
