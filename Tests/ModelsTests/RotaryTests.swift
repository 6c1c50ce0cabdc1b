// The angles of rotary positions, for contexts longer than a model was first trained on.
import Models
import Testing

@Suite struct RotaryTests {
  /// The mixed part of Llama 3.1's angles meets both ends.
  @Test func anglesOfLongContexts() {
    let scaling = RotaryAngles.Scaling.llama3(factor: 8, low: 1, high: 4, context: 8192)
    let (plain, scaled) = (RotaryAngles(theta: 500_000), RotaryAngles(theta: 500_000, scaling: scaling))
    let ratios = (0..<64).map { scaled.frequency($0, headWidth: 128) / plain.frequency($0, headWidth: 128) }
    #expect(ratios.first == 1 && abs((ratios.last ?? 0) - 0.125) < 1e-15)
    #expect(zip(ratios, ratios.dropFirst()).allSatisfy { $0 >= $1 && $1 >= 0.125 })
    #expect(ratios.contains { $0 < 0.9 && $0 > 0.2 })
    let linear = RotaryAngles(theta: 10_000, scaling: .linear(factor: 4))
    #expect(linear.frequency(0, headWidth: 8) == 0.25)
  }
}
