// Charts in terminals of different widths.
import Display
import FoundationEssentials
import Testing
import Text

@Suite("Charts")
struct ChartTests {
  private static let steps = (0..<400).map(Double.init)

  private static func noisy(seed: UInt64, _ value: (Double) -> Double) -> [Double] {
    var numbers = SeededNumbers(seed: seed)
    return steps.map { value($0) + 0.2 * numbers.noise() }
  }

  private static let falling = noisy(seed: 1) { 1.2 + 260 / (100 + 3 * $0) }
  private static let crashing = noisy(seed: 2) { step in
    step >= 325 ? .nan : 1.5 + 220 / (100 + 3 * step) + (step > 250 ? (step - 250) * (step - 250) / 900 : 0)
  }

  private static let samples: [(name: String, chart: Chart)] = [
    (
      "loss",
      Chart(
        "training loss", xLabel: "step", yLabel: "loss",
        series: [Chart.Series("r=64, lora", x: steps, y: falling)],
        caption: "AdamW, lr 2e-3, constant schedule, batch 8")
    ),
    (
      "crash",
      Chart(
        "training loss", xLabel: "step", yLabel: "loss",
        series: [
          Chart.Series("run: lora", x: steps, y: crashing),
          Chart.Series("run2: rslora", x: steps, y: falling),
        ])
    ),
    (
      "log",
      Chart(
        "gap to the entropy", xLabel: "step", yLabel: "gap", yScale: .log,
        series: [
          Chart.Series("falling", x: steps, y: steps.map { 10 / (1 + $0 * $0) }),
          Chart.Series("rising", x: steps, y: steps.map { $0 >= 200 ? .infinity : 1e-4 * $0 * $0 }),
        ])
    ),
    (
      "edge",
      Chart(
        "edge of stability", xLabel: "rank", yLabel: "learning rate", xScale: .log, yScale: .log,
        series: [
          Chart.Series("lora", x: [4, 8, 16, 32, 64, 128], y: [10, 5.2, 2.4, 1.3, 0.6, 0.31]),
          Chart.Series("rslora", x: [4, 8, 16, 32, 64, 128], y: [8, 8, 7.8, 8.3, 7.6, 8]),
        ])
    ),
    ("rates", rates),
  ]

  @Test(arguments: samples.indices, [60, 80, 200])
  func drawn(_ sample: Int, _ width: Int) {
    let (name, chart) = Self.samples[sample]
    for unicode in [true, false] {
      let text = chart.rendered(RenderOptions(width: width, unicode: unicode))
      expectText(text, is: "chart-\(name)-\(width)-\(unicode ? "unicode" : "ascii")")
      expectFits(text, width)
      #expect(unicode || text.allSatisfy(\.isASCII))
    }
  }

  /// Final losses over rates: bands, best points, lost ones, and one that has a loss of its own.
  private static let rates = Chart(
    "final losses", xLabel: "learning rate", yLabel: "final loss", xScale: .log,
    series: [
      Chart.Series(
        "lora", x: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2], y: [3.2, 2.6, 1.9, 1.5, 1.4, .nan],
        band: Chart.Band(low: [3.1, 2.5, 1.8, 1.4, 1.2, .nan], high: [3.3, 2.7, 2, 1.6, 1.6, .nan]),
        marks: [Chart.Mark(.best, [4], "best 0.01"), Chart.Mark(.lost, [5], "not finite at 0.03")]),
      Chart.Series(
        "rslora", x: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2], y: [2.4, 1.7, 1.3, 1.6, 3.1, .nan],
        band: Chart.Band(low: [2.3, 1.5, 1.2, 1.3, 2.2, .nan], high: [2.5, 1.9, 1.4, 1.9, 4, .nan]),
        marks: [
          Chart.Mark(.best, [2], "best 0.001"), Chart.Mark(.lost, [5], "not finite at 0.03"),
          Chart.Mark(.lost, [4], "some seeds not finite at 0.01"),
        ]),
    ], bandMeaning: "mean ± standard deviation over the seeds", caption: "3 seeds.")

  @Test func colored() {
    expectText(Self.samples[1].chart.rendered(RenderOptions(color: true)), is: "chart-color")
    expectText(Self.rates.rendered(RenderOptions(color: true)), is: "chart-rates-color")
  }

  /// The characters of a plot between its axes, row by row.
  private func rows(_ chart: Chart, unicode: Bool, width: Int = 60) -> [[Character]] {
    let separator: Set<Character> = unicode ? ["│", "┤"] : ["|", "+"]
    return chart.rendered(RenderOptions(width: width, unicode: unicode)).split(separator: "\n").prefix(16).map
    { line in
      line.firstIndex(where: separator.contains).map { Array(line[line.index(after: $0)...]) } ?? []
    }
  }

  /// Where a curve is, it looks the same with a band as without, and the band shows beside it.
  @Test(arguments: [true, false])
  func aBandCoversNoCurve(_ unicode: Bool) {
    var chart = Chart(
      series: (0..<3).map { index in
        Chart.Series(
          "", x: [0, 1, 2], y: [0, 1, 0].map { $0 + Double(index) },
          band: Chart.Band(low: [-4, -4, -4], high: [7, 7, 7]))
      })
    let shaded = rows(chart, unicode: unicode)
    // The ends of the axes stay.
    for index in chart.series.indices { chart.series[index].band = nil }
    chart.series.append(Chart.Series("", x: [0, 2], y: [-4, 7]))
    let plain = rows(chart, unicode: unicode)
    chart.series[3].x = [.nan, .nan]
    let cells = zip(shaded, plain).flatMap { upper, lower in
      lower.enumerated().map { column, character in (column < upper.count ? upper[column] : " ", character) }
    }
    // The fourth curve alone is missing below.
    let changed = cells.filter { $0.1 != " " && $0.0 != $0.1 }
    #expect(changed.count < 80 && !cells.isEmpty)
    let light = shaded.joined().filter { unicode ? "⠁⠄".contains($0) : $0 == "." }
    #expect(light.count > 200)
  }

  /// More than four bands over each other say nothing in dots: none is shaded, none explained.
  @Test func manyBandsAreLeftOut() {
    func chart(_ count: Int) -> Chart {
      Chart(
        series: (0..<count).map { index in
          Chart.Series(
            "c\(index)", x: [0, 1], y: [0, 1], band: Chart.Band(low: [-1, 0], high: [1, 2]))
        }, bandMeaning: "spread")
    }
    #expect(chart(4).rendered(RenderOptions()).contains("spread"))
    #expect(!chart(5).rendered(RenderOptions()).contains("spread"))
    #expect(!rows(chart(5), unicode: true).joined().contains("⠄"))
  }

  /// On a logarithmic axis a band down to 0 and below goes to the lower end, and takes no decades for itself.
  @Test func aBandWithoutAPlaceGoesToTheEndOfTheAxis() {
    let chart = Chart(
      yScale: .log,
      series: [
        Chart.Series(
          "", x: [0, 1, 2], y: [1, 2, 4], band: Chart.Band(low: [0, -1, 1e-9], high: [2, 4, 8]))
      ])
    let text = chart.rendered(RenderOptions(width: 60, unicode: false))
    #expect(!text.contains("e-") && text.contains("|. .") == true, "\(text)")
  }

  @Test func marksWithoutAPlaceAreLeftOut() {
    let chart = Chart(
      xScale: .log, yScale: .log,
      series: [
        Chart.Series(
          "run", x: [0, 1, 2], y: [1, -1, 2],
          marks: [Chart.Mark(.best, [1, 9], "best 1"), Chart.Mark(.lost, [0, -1, 7], "lost at 0")])
      ])
    let text = chart.rendered(RenderOptions(width: 60))
    #expect(text.hasSuffix("run, ★ best 1, lost at 0, 2 points ≤ 0 left out"))
    #expect(!text.dropLast(50).contains("★") && !text.contains("×"))
  }

  /// The ticks of rates are the rates, written alike: none with an exponent beside a longer one without.
  @Test(arguments: [
    ([1e-4, 3e-4, 1e-3, 3e-3, 1e-2], ["1e-4", "3e-4", "1e-3", "3e-3", "0.01"]),
    ([0.001, 0.01, 0.1], ["0.001", "0.01", "0.1"]), ([0.25, 1, 4], ["0.25", "1", "4"]),
    ([1e-3, 1, 1e3, 1e6], ["1e-3", "1", "1000", "1e6"]), ([0.0123, 0.1], ["0.02", "0.05", "0.1"]),
  ])
  func ticksOfALogarithmicAxis(_ values: [Double], _ labels: [String]) {
    let chart = Chart(xScale: .log, series: [Chart.Series("", x: values, y: values)])
    let line = chart.rendered(RenderOptions(width: 80)).split(separator: "\n").last ?? ""
    #expect(line.split(separator: " ").map(String.init) == labels)
  }

  @Test(arguments: [true, false])
  func curvesDifferWithoutColour(_ unicode: Bool) {
    let chart = Chart(series: (1...8).map { Chart.Series("c\($0)", x: [0, 1], y: [0, 1]) })
    let text = chart.rendered(RenderOptions(width: 140, unicode: unicode))
    let legend = text.split(separator: "\n").last ?? ""
    // Between the names stand the samples, with spaces around and in them.
    let samples = legend.split { "c12345678".contains($0) }.map { $0.split(separator: " ") }
    #expect(samples.count == 8 && Set(samples).count == 8, "\(legend)")
  }

  private func rendered(
    _ x: [Double], _ y: [Double], xScale: Chart.Scale = .linear, yScale: Chart.Scale = .linear
  ) -> String {
    Chart(xLabel: "step", xScale: xScale, yScale: yScale, series: [Chart.Series("run", x: x, y: y)])
      .rendered(RenderOptions(width: 50, unicode: false), height: 5)
  }

  @Test func withoutPoints() {
    #expect(Chart("t", series: []).rendered(RenderOptions()) == "t\n(no points)")
    #expect(rendered([], []) == "(no points)\n* run, no points")
    #expect(rendered([1, 2], []) == "(no points)\n* run, no points")
  }

  @Test func onePoint() {
    expectText(rendered([3], [2.5]), is: "chart-one-point")
  }

  @Test func equalValues() {
    expectText(rendered([0, 1, 2, 3], [7, 7, 7, 7]), is: "chart-equal-values")
  }

  @Test func onlyNaN() {
    expectText(rendered([0, 1, 2], [.nan, .nan, .nan]), is: "chart-only-nan")
  }

  @Test func negativeValues() {
    expectText(rendered([-2, -1, 0, 1], [-3, 5, -1, 0]), is: "chart-negative")
  }

  @Test func firstValueThatIsNotFinite() {
    #expect(rendered([0, 325, 400], [1, .nan, 2]).hasSuffix("* run, NaN at step 325"))
    #expect(rendered([0, 0.5, 1], [1, .infinity, .nan]).hasSuffix("* run, inf at step 0.5"))
    #expect(rendered([0, 0.5, 1], [1, -.infinity, 2]).hasSuffix("* run, -inf at step 0.5"))
    let chart = Chart(series: [Chart.Series("", x: [0, 1, 2], y: [1, .nan, 2])])
    #expect(chart.rendered(RenderOptions()).hasSuffix("NaN at x = 1"))
  }

  @Test func bothMarksOfOneStepAreShown() {
    let chart = Chart(series: ["a", "b"].map { Chart.Series($0, x: [0, 5, 9], y: [1, .nan, 2]) })
    let top = chart.rendered(RenderOptions(width: 40)).split(separator: "\n")[0]
    #expect(top.filter { $0 == "×" }.count == 2)
  }

  @Test func pointsWithoutPlaceAreCounted() {
    #expect(rendered([1, 2, 3, 4], [0, -1, 2, 3], yScale: .log).hasSuffix("* run, 2 points <= 0 left out"))
    #expect(rendered([0, 2, 3, 4], [1, 1, 2, 3], xScale: .log).hasSuffix("* run, 1 point <= 0 left out"))
    #expect(rendered([.nan, 2], [1, 1]).hasSuffix("* run, 1 point without a finite x left out"))
  }

  @Test(arguments: [0, 1, 4_999, 5_000, 9_998, 9_999])
  func spikesAmongManyPointsStayVisible(_ place: Int) {
    var y = [Double](repeating: 0, count: 10_000)
    y[place] = 1
    let text = Chart(series: [Chart.Series("", x: y.indices.map(Double.init), y: y)])
      .rendered(RenderOptions(width: 60, unicode: false))
    let top = Array(text.split(separator: "\n", omittingEmptySubsequences: false)[0])
    // Six columns for the labels and the axis, and 54 for the curve.
    let column = top.firstIndex(of: "*").map { $0 - 5 }
    #expect(column == Int((Double(place) / 9_999 * 54).rounded()))
  }

  @Test(arguments: [
    ([0.0, 1e300], "1e300"), ([-1.7e308, 1.7e308], "-1e300"), ([0, 1e-300], "0"), ([1e-300, 2e-300], "0 +"),
    ([1_234_567.000001, 1_234_567.000009], "from 1234567.000002"), ([2e-5, 8e-5], "4e-5"),
    ([1e6, 5e6], "2e6"),
    ([0, 0.3], "0.2"), ([-1, 1], "-1 +"),
  ])
  func ticksOfAllSizes(_ y: [Double], _ label: String) {
    let text = rendered([0, 1], y)
    #expect(text.contains(label), "\(text)")
    expectFits(text, 50)
  }

  @Test(arguments: [
    [1.6e308, 1.797e308] as [Double], [.leastNonzeroMagnitude, 2 * Double.leastNonzeroMagnitude],
    [1, 1.0000000000000002], [1, 1.0000001], [1e-300, 1e300], [3, 3],
    [Double.greatestFiniteMagnitude], [Double.leastNonzeroMagnitude],
  ])
  func extremesOfALogarithmicAxis(_ values: [Double]) {
    let text = rendered(values, values, xScale: .log, yScale: .log)
    expectFits(text, 50)
    #expect(text.contains("*") && text.hasSuffix("* run"))
  }

  @Test func manySeriesBeginTheColoursAgainWithAnotherPattern() {
    let chart = Chart(series: (0..<9).map { Chart.Series("c\($0)", x: [0, 1], y: [0, Double($0)]) })
    let text = chart.rendered(RenderOptions(width: 200, color: true))
    let legend = text.split(separator: "\n").last?.components(separatedBy: "\u{1B}[38") ?? []
    func look(_ index: Int) -> Substring { legend[index].prefix { $0 != "c" } }
    #expect(legend.count == 10)
    #expect(Set((1...9).map(look)).count == 9)
    #expect(look(1).prefix(5) == look(9).prefix(5))
  }

  @Test(arguments: 0..<200)
  func nothingIsWiderThanTheTerminal(_ seed: Int) {
    var numbers = SeededNumbers(seed: UInt64(seed) + 1000)
    let special = [Double.nan, .infinity, -.infinity, 0, 1e-300, 1.7e308, -1.7e308, 5e-300]
    let center = special[3 + Int.random(in: 0..<5, using: &numbers)] / 2
    let spread = [1e-9, 1, 1e6, 1e200][Int.random(in: 0..<4, using: &numbers)]
    func value() -> Double {
      Int.random(in: 0..<20, using: &numbers) == 0
        ? special[Int.random(in: 0..<special.count, using: &numbers)] : center + spread * numbers.noise()
    }
    let series = (0..<Int.random(in: 0...8, using: &numbers)).map { index in
      let count = [0, 1, 2, 5, 300][Int.random(in: 0..<5, using: &numbers)]
      return Chart.Series(
        "series 日本 \(index)", x: (0..<count).map { index.isMultiple(of: 3) ? value() : Double($0) },
        y: (0..<count).map { _ in value() })
    }
    let scales = [Chart.Scale.linear, .log]
    let chart = Chart(
      "a title of several words", xLabel: "step", yLabel: "loss of 日本",
      xScale: scales[Int.random(in: 0..<2, using: &numbers)],
      yScale: scales[Int.random(in: 0..<2, using: &numbers)],
      series: series, caption: "a caption of several words")
    let width = Int.random(in: 20...200, using: &numbers)
    for unicode in [true, false] {
      let height = Int.random(in: -1...30, using: &numbers)
      expectFits(chart.rendered(RenderOptions(width: width, unicode: unicode), height: height), width)
    }
  }
}
