// Scaling rules and the identities between them.
import Adapters
import Testing
import Text

@Suite struct ScalingTests {
  @Test func theArticlesTable() {
    let lora = [16.0, 64, 128].map { ScalingRule.lora.multiplier(alpha: 1, rank: $0) }
    #expect(lora == [0.0625, 0.015625, 0.0078125])
    let rslora = [16.0, 64, 128].map { ScalingRule.rslora.multiplier(alpha: 1, rank: $0) }
    #expect(rslora[0] == 0.25 && rslora[1] == 0.125 && abs(rslora[2] - 0.088) < 0.0005)
  }

  @Test func exponentsNameTheRules() {
    for rank in [1.0, 3, 8, 100] {
      for (rule, power) in [(ScalingRule.lora, 1.0), (.rslora, 0.5), (.constant, 0)] {
        let s = ScalingRule.power(power).multiplier(alpha: 16, rank: rank)
        #expect(abs(s - rule.multiplier(alpha: 16, rank: rank)) < 1e-12)
        #expect(rule.exponent == power)
      }
    }
  }

  /// The multiplier reaches the kernels in single precision, where the two conventions are one.
  @Test func loraWithAlphaRootRIsRSLoRAToTheBit() {
    for rank in 1...512 {
      for alpha in [1.0, 8, 16, 32, 0.1, 37.5] {
        let r = Double(rank)
        let converted = ScalingRule.lora.alpha(
          multiplier: ScalingRule.rslora.multiplier(alpha: alpha, rank: r), rank: r)
        let a = Float(ScalingRule.lora.multiplier(alpha: converted, rank: r))
        let b = Float(ScalingRule.rslora.multiplier(alpha: alpha, rank: r))
        #expect(a.bitPattern == b.bitPattern)
      }
    }
  }

  @Test func alphaAsARuleOfTheRank() {
    let alpha = Alpha.ofRank(text: "2*r") { 2 * $0 }
    #expect([4.0, 64].map { ScalingRule.lora.multiplier(alpha: alpha.value(rank: $0), rank: $0) } == [2, 2])
    #expect(alpha.text == "\"2*r\"" && Alpha.fixed(16).text == "16")
  }

  @Test func numbersAreWrittenShort() {
    #expect(
      [2e-3, 16, 1e-8, 1e21, 0.1, -2.5].map { shortest($0) } == [
        "0.002", "16", "1e-8", "1e21", "0.1", "-2.5",
      ])
  }
}
