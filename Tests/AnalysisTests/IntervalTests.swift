// Intervals against known values, and how often they cover the truth in simulated repeats.
import Analysis
import Kernels
import Storage
import Testing

@Suite struct IntervalTests {
  /// Two-sided 95 % points of Student's t, from the usual tables.
  @Test(arguments: [
    (1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (10, 2.228), (19, 2.093),
    (29, 2.045), (30, 2.042), (120, 1.980),
  ])
  func studentsQuantiles(_ degrees: Int, _ expected: Double) {
    #expect(abs(studentQuantile(degrees: degrees) - expected) < 6e-4)
  }

  @Test func wilsonOfKnownCounts() {
    // Wilson's score interval of 0, 1 and 5 of 10.
    for (count, low, high) in [(0, 0.0, 0.2775), (1, 0.0179, 0.4042), (5, 0.2366, 0.7634), (10, 0.7225, 1)] {
      let interval = wilsonInterval(count, of: 10)
      #expect(abs(interval.low - low) < 1e-4 && abs(interval.high - high) < 1e-4, "\(count): \(interval)")
    }
    let nothing = wilsonInterval(0, of: 0)
    #expect(nothing.estimate.isNaN && nothing.low == 0 && nothing.high == 1)
  }

  /// Coverage by exact binomial sums, averaged over p from 0.05 to 0.95.
  @Test(arguments: [5, 10, 20])
  func wilsonsCoverage(_ n: Int) {
    var total = 0.0
    for step in 0...90 {
      let p = 0.05 + 0.01 * Double(step)
      var chance = 1.0
      for _ in 0..<n { chance *= 1 - p }
      for k in 0...n {
        if wilsonInterval(k, of: n).contains(p) { total += chance }
        chance *= p / (1 - p) * Double(n - k) / Double(k + 1)
      }
    }
    let coverage = total / 91
    print("Wilson, n = \(n): covers \(coverage)")
    #expect(coverage > 0.93 && coverage < 0.97)
  }

  /// 2,000 repeats of normal differences around 0.3; 40 values take the bootstrap-t.
  @Test(arguments: [5, 10, 20, 40])
  func coverageOfTheMean(_ n: Int) {
    let repeats = 2000
    let values = Buffer(count: repeats * n)
    RandomStream(seed: 11, purpose: .noise, index: UInt32(n)).fillNormal(values.pointer, count: values.count)
    let covered = (0..<repeats).count { i in
      let sample = (0..<n).map { 0.3 + Double(values.pointer[i * n + $0]) }
      return meanInterval(sample).contains(0.3)
    }
    print("mean of \(n): covered in \(covered) of \(repeats)")
    #expect(Double(covered) > 0.92 * Double(repeats) && Double(covered) < 0.98 * Double(repeats))
  }

  @Test func oddInputs() {
    #expect(meanInterval([]).estimate.isNaN)
    #expect(meanInterval([2]).estimate == 2 && meanInterval([2]).low.isNaN)
    #expect(meanInterval([1, .nan, 2]).low.isNaN)
    let equal = meanInterval(Array(repeating: 3, count: 40))
    #expect(equal == Interval(estimate: 3, low: 3, high: 3))
  }

  @Test func pairedRatiosLeaveOutWhatIsNotFinite() {
    let (ratio, pairs) = pairedRatio([1, 2, 4, .nan, 0], [2, 4, 8, 1, 1])
    #expect(pairs == 3)
    #expect(abs(ratio.estimate - 2) < 1e-12 && abs(ratio.low - 2) < 1e-9 && abs(ratio.high - 2) < 1e-9)
    #expect(pairedRatio([1], [2]).interval.low.isNaN)
  }
}
