// Elementary functions against double precision.
import Foundation
import Kernels
import Storage
import Testing

@Suite struct VectorMathTests {
  private func apply(
    _ x: [Float], _ function: (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> [Float] {
    let input = Buffer(x)
    let output = Buffer(count: x.count)
    function(x.count, input.pointer, output.pointer)
    return output.array()
  }

  private func grid(_ from: Double, _ to: Double, _ count: Int = 20_001) -> [Float] {
    (0..<count).map { Float(from + (to - from) * Double($0) / Double(count - 1)) }
  }

  @Test func exponentialIsWithinTwoParts() {
    let x = grid(-87, 88.7)
    let y = apply(x) { exponential($0, $1, into: $2) }
    let worst = zip(x, y).map { abs(Double($1) / exp(Double($0)) - 1) }.max() ?? .nan
    print("exp: largest relative error \(worst)")
    #expect(worst < 2e-7)
  }

  @Test func exponentialAtTheEdges() {
    let y = apply([0, -100, 100, .infinity, -.infinity, .nan, 1]) { exponential($0, $1, into: $2) }
    #expect(y[0] == 1 && y[1] == 0 && y[2] == .infinity && y[3] == .infinity && y[4] == 0 && y[5].isNaN)
    #expect(abs(y[6] - Float(M_E)) < 3e-7)
  }

  @Test func logarithmIsAccurate() {
    let x = grid(-80, 80).map { exp($0) } + grid(0.5, 2)
    let y = apply(x) { logarithm($0, $1, into: $2) }
    let worst =
      zip(x, y).map { abs(Double($1) - log(Double($0))) / max(1, abs(log(Double($0)))) }.max() ?? .nan
    print("log: largest error \(worst)")
    #expect(worst < 3e-7)
    #expect(apply([1]) { logarithm($0, $1, into: $2) } == [0])
  }

  @Test func tanhIsAccurate() {
    let x = grid(-12, 12)
    let y = apply(x) { hyperbolicTangent($0, $1, into: $2) }
    let worst = zip(x, y).map { abs(Double($1) - tanh(Double($0))) }.max() ?? .nan
    print("tanh: largest error \(worst)")
    #expect(worst < 3e-7)
    let edge = apply([.infinity, -.infinity, .nan]) { hyperbolicTangent($0, $1, into: $2) }
    #expect(edge[0] == 1 && edge[1] == -1 && edge[2].isNaN)
  }

  @Test func sineAndCosineAreAccurate() {
    let x = grid(0, 0.999_999)
    let input = Buffer(x)
    let (sine, cosine) = (Buffer(count: x.count), Buffer(count: x.count))
    sineAndCosine(ofTurns: input.pointer, x.count, sine: sine.pointer, cosine: cosine.pointer)
    var worst = 0.0
    for i in x.indices {
      let angle = 2 * Double.pi * Double(x[i])
      worst = max(
        worst, abs(Double(sine.pointer[i]) - sin(angle)), abs(Double(cosine.pointer[i]) - cos(angle)))
    }
    print("sin, cos: largest error \(worst)")
    #expect(worst < 2e-7)
  }
}
