// Values counted in bins, and the chart of them.
import Display
import Testing

@Suite("Histograms")
struct HistogramTests {
  @Test func countsInBinsOfEqualWidth() {
    let histogram = Histogram([0, 1, 1.5, 2, 3.9, 4], bins: 4)
    #expect(histogram.edges == [0, 1, 2, 3, 4])
    // A value on an inner bound counts above it, the greatest in the last bin.
    #expect(histogram.counts == [1, 2, 1, 2])
    #expect(histogram.finiteCount == 6 && histogram.nanCount == 0 && histogram.infiniteCount == 0)
  }

  @Test func whatIsNotFiniteIsCountedApart() {
    let histogram = Histogram([.nan, 1, .infinity, 2, -.infinity, .nan], bins: 2)
    #expect(histogram.counts == [1, 1] && histogram.nanCount == 2 && histogram.infiniteCount == 2)
    let none = Histogram([.nan, .infinity])
    #expect(none.counts.isEmpty && none.edges.isEmpty && none.nanCount == 1)
    #expect(Histogram([]).finiteCount == 0)
  }

  @Test(arguments: [
    [5.0], [0, 0], [-7, -7, -7], [.greatestFiniteMagnitude, -.greatestFiniteMagnitude],
    [.leastNonzeroMagnitude], [1, 1.0000000000000002], [.leastNonzeroMagnitude, 0], [1e308, 1.1e308],
  ])
  func extremes(_ values: [Double]) {
    for bins in [1, 3, 1000] {
      let histogram = Histogram(values, bins: bins)
      #expect(histogram.finiteCount == values.count)
      #expect(histogram.edges.allSatisfy(\.isFinite) && histogram.edges == histogram.edges.sorted())
      #expect(histogram.edges.count == histogram.counts.count + 1)
    }
  }

  @Test func asManyBinsAsTheRootOfTheCount() {
    #expect(Histogram((0..<100).map(Double.init)).counts.count == 10)
    #expect(Histogram((0..<10_000).map(Double.init)).counts.count == 40)
    #expect(Histogram([3]).counts.count == 1)
    #expect(Histogram([1, 2], bins: 100_000).counts.count == Histogram.mostBins)
  }

  @Test func binsOfEqualRatio() {
    let histogram = Histogram([0.01, 0.02, 1, 5, 100, 0, -3, .nan, .infinity], bins: 2, scale: .log)
    #expect(
      histogram.edges.count == 3
        && zip(histogram.edges, [0.01, 1, 100]).allSatisfy { abs($0 / $1 - 1) < 1e-12 })
    #expect(histogram.counts == [2, 3])
    #expect(histogram.notAboveZeroCount == 2 && histogram.nanCount == 1 && histogram.infiniteCount == 1)
    #expect(Histogram([0, -1], scale: .log).counts.isEmpty)
    for value in [1, Double.leastNonzeroMagnitude, .greatestFiniteMagnitude] {
      let alone = Histogram([value, value], bins: 3, scale: .log)
      #expect(alone.finiteCount == 2 && alone.edges.allSatisfy { $0.isFinite && $0 > 0 }, "\(value)")
    }
  }

  @Test func theScaleThatTellsValuesApart() {
    #expect(Histogram.fittingScale([0.01, 0.02, 4e12, .infinity]) == .log)
    #expect(Histogram.fittingScale([0.01, 5]) == .linear)
    #expect(Histogram.fittingScale([0, 1e9]) == .linear && Histogram.fittingScale([]) == .linear)
  }

  @Test(arguments: [60, 80, 200])
  func drawn(_ width: Int) {
    var numbers = SeededNumbers(seed: 3)
    let values = (0..<500).map { _ in numbers.noise() + numbers.noise() }
    let chart = Chart("sums", xLabel: "x", yLabel: "count", series: [Histogram(values).series("")])
    for unicode in [true, false] {
      let text = chart.rendered(RenderOptions(width: width, unicode: unicode))
      expectText(text, is: "histogram-\(width)-\(unicode ? "unicode" : "ascii")")
      expectFits(text, width)
    }
    let svg = chart.svg()
    expectWellFormed(svg)
    #expect(svg.contains("<polygon") && svg.contains("fill-opacity"))
  }
}
