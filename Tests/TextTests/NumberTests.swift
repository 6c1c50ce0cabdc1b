// Numbers as text, and the functions that take the place of the C library's.
import Foundation
import Testing
import Text

@Suite struct NumberTests {
  /// Values over many magnitudes, the same in each run.
  static let samples: [Double] = {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<2000).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let unit = Double(state >> 11) / 0x1p53
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (1 + unit) * pow(2, Double(Int(state >> 54)) / 1024 * 600 - 300)
    }
  }()

  @Test func exactTextReadsBack() {
    for value in NumberTests.samples + [
      0.1, 1e16, .leastNonzeroMagnitude, 1.7976931348623157e308, 123456.789, 2e-4,
    ] {
      #expect(Double(NumberFormat.exact(value)) == value)
      #expect(Double(NumberFormat.exact(-value)) == -value)
    }
  }

  @Test func shownTextIsShortAndClose() throws {
    for value in NumberTests.samples {
      let text = NumberFormat.text(value)
      #expect(text.count <= 17)
      let read = try #require(Double(text))
      #expect(abs(read - value) <= 5e-6 * value, "\(value) shows as \(text)")
    }
  }

  @Test func textsAreThose() {
    let table: [(Double, String)] = [
      (16, "16"), (0.0625, "0.0625"), (0.0078125, "0.0078125"), (2e-4, "2e-4"), (0.00048828125, "4.88281e-4"),
      (999999.5, "999999.5"), (9999999.5, "1e7"), (0.99999999, "1"), (0, "0"), (-0.0, "0"), (-1.5, "-1.5"),
      (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"), (1e100, "1e100"), (0x1p53, "9007199254740992"),
      (0x1p54, "1.80144e16"), (100000.25, "100000"), (12.5e-10, "1.25e-9"),
    ]
    for (value, text) in table { #expect(NumberFormat.text(value) == text) }
    #expect(NumberFormat.exact(1 / 3) == "0.3333333333333333")
    #expect(NumberFormat.exact(2e-3) == "0.002")
    #expect(NumberFormat.exact(1.5e-7) == "1.5e-7")
  }

  @Test func functionsAgreeWithTheLibrary() {
    for value in NumberTests.samples {
      #expect(isClose(Mathematics.log(value), log(value), 4e-16))
      let exponent = log(value)
      #expect(isClose(Mathematics.exp(exponent), exp(exponent), 8e-16))
      #expect(isClose(Mathematics.power(value, 0.3), pow(value, 0.3), 2e-13))
      #expect(isClose(Mathematics.power(value, -2), pow(value, -2), 1e-15))
    }
  }

  @Test func functionsAreExactWhereOneExpectsIt() {
    #expect(Mathematics.exp(0) == 1)
    #expect(Mathematics.log(1) == 0)
    #expect(Mathematics.power(2, 100) == 0x1p100)
    #expect(Mathematics.power(10, 3) == 1000)
    #expect(Mathematics.power(10, -2) == 0.01)
    #expect(Mathematics.power(64, 0.5) == 8)
    #expect(Mathematics.power(-2, 3) == -8)
    #expect(Mathematics.power(0, 0) == 1)
    #expect(Mathematics.power(0, 0.3) == 0)
    #expect(Mathematics.power(1, 1e300) == 1)
    #expect(Mathematics.power(-1, 1e6 + 1) == -1)
    #expect(Mathematics.power(-1, 1e6) == 1)
  }

  @Test func functionsKeepToTheEdges() {
    #expect(Mathematics.exp(-745) == exp(-745))
    #expect(Mathematics.exp(709.5).isFinite)
    #expect(Mathematics.exp(710) == .infinity)
    #expect(Mathematics.exp(-.infinity) == 0)
    #expect(Mathematics.exp(.infinity) == .infinity)
    #expect(Mathematics.exp(.nan).isNaN)
    #expect(Mathematics.log(0) == -.infinity)
    #expect(Mathematics.log(-1).isNaN)
    #expect(Mathematics.log(.infinity) == .infinity)
    #expect(isClose(Mathematics.log(.leastNonzeroMagnitude), log(.leastNonzeroMagnitude), 1e-15))
    #expect(Mathematics.power(-8, 1.0 / 3).isNaN)
    #expect(Mathematics.power(.nan, 2).isNaN)
    #expect(Mathematics.power(2, .nan).isNaN)
    #expect(Mathematics.power(10, 400) == .infinity)
  }

  private func isClose(_ value: Double, _ expected: Double, _ tolerance: Double) -> Bool {
    abs(value - expected) <= tolerance * max(abs(expected), 1e-300)
  }
}
