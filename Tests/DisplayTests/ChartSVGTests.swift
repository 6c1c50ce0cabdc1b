// Charts as pictures.
import Display
import Foundation
import Testing

@Suite("Pictures of charts")
struct ChartSVGTests {
  private func svg(
    _ curves: [[Double]], xScale: Chart.Scale = .linear, yScale: Chart.Scale = .linear, title: String = ""
  ) -> String {
    Chart(
      title, xLabel: "step", yLabel: "loss", xScale: xScale, yScale: yScale,
      series: curves.enumerated().map { Chart.Series("c\($0)", x: $1.indices.map(Double.init), y: $1) }
    ).svg()
  }

  /// The points of each `polyline` of a curve: those of axes and grid have a width of 1.
  private func curves(_ svg: String) -> [[(x: Double, y: Double)]] {
    svg.split(separator: "\n").filter { $0.contains("<polyline") && $0.contains("stroke-width=\"1.6\"") }.map
    {
      line in
      line.split(separator: "\"")[1].split(separator: " ").map { pair in
        let numbers = pair.split(separator: ",").compactMap { Double($0) }
        return (numbers[0], numbers[1])
      }
    }
  }

  @Test func bytesOfASmallChart() {
    let chart = Chart(
      "edge", xLabel: "rank", yLabel: "learning rate", xScale: .log, yScale: .log,
      series: [
        Chart.Series("lora", x: [4, 8, 16], y: [10, 5, 2]),
        Chart.Series("rslora", x: [4, 8, 16], y: [8, .nan, 7]),
      ], caption: "5 seeds.")
    let svg = chart.svg(width: 400, height: 300)
    expectText(String(svg.dropLast()), is: "chart-small.svg")
    #expect(svg.last == "\n" && svg.contains("NaN at rank 8"))
    expectWellFormed(svg)
  }

  @Test func textIsEscaped() {
    let text = "a < b & \"c\" > 'd' \u{7}\u{FFFF}"
    let svg = Chart(
      text, xLabel: text, yLabel: text, series: [Chart.Series(text, x: [0, 1], y: [1, 2])], caption: text
    ).svg()
    expectWellFormed(svg)
    let escaped = "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39; \\u{7}\u{FFFD}"
    // Title twice, both axes twice, name twice, caption.
    #expect(svg.ranges(of: escaped).count == 9)
    #expect(svg.ranges(of: "a &lt; b").count == 9)
  }

  @Test func namesNothingOutside() {
    let svg = svg([[1, 2]])
    for word in ["script", "href", "url(", "style", "<image"] { #expect(!svg.contains(word), "\(word)") }
    #expect(svg.ranges(of: "http").count == 1, "the name space alone")
  }

  @Test(arguments: [0, 1, 49_999, 70_000, 99_998, 99_999])
  func spikesAmongManyPointsStay(_ place: Int) throws {
    var y = (0..<100_000).map { 0.001 * Double($0 % 7) }
    y[place] = 1
    let svg = svg([y])
    #expect(svg.utf8.count < 60_000)
    let points = try #require(curves(svg).first)
    let top = try #require(points.map(\.y).min())
    let spikes = points.filter { $0.y == top }
    let left = try #require(points.map(\.x).min())
    let right = try #require(points.map(\.x).max())
    let expected = left + (right - left) * Double(place) / 99_999
    #expect(spikes.allSatisfy { abs($0.x - expected) < 0.2 } && !spikes.isEmpty)
  }

  @Test func curvesDifferWithoutColour() {
    let svg = svg((0..<8).map { index in [Double(index), Double(index) + 1] })
    let lines = svg.split(separator: "\n").filter { $0.contains("stroke-width=\"1.6\"") }
    let dashes = lines.map { $0.components(separatedBy: "stroke-dasharray=").dropFirst().first ?? "solid" }
    let colors = lines.map { $0.components(separatedBy: "stroke=\"").dropFirst().first?.prefix(7) ?? "" }
    // Each stands in the plot and in the legend.
    #expect(dashes.count == 16 && Set(dashes).count == 8 && Set(colors).count == 8)
  }

  /// Where colours begin again, they come with other patterns.
  @Test func sixteenCurvesHaveSixteenLooks() {
    let svg = svg((0..<16).map { index in [Double(index), Double(index) + 1] })
    let looks = svg.split(separator: "\n").filter { $0.contains("stroke-width=\"1.6\"") }.map {
      $0.components(separatedBy: "fill=").last ?? ""
    }
    #expect(looks.count == 32 && Set(looks).count == 16)
  }

  @Test func bandsStarsAndLostPoints() {
    let chart = Chart(
      xLabel: "learning rate", yLabel: "loss", xScale: .log,
      series: [
        Chart.Series(
          "lora", x: [0.001, 0.01, 0.1], y: [2, 1, .nan],
          band: Chart.Band(low: [1.5, 0.5, .nan], high: [2.5, 1.5, .nan]),
          marks: [Chart.Mark(.best, [1], "best 0.01"), Chart.Mark(.lost, [2], "not finite at 0.1")])
      ], bandMeaning: "mean ± standard deviation")
    let svg = chart.svg(width: 400, height: 300)
    expectText(String(svg.dropLast()), is: "chart-rates.svg")
    expectWellFormed(svg)
    #expect(
      svg.contains(">lora, ★ best 0.01, not finite at 0.1<") && svg.contains(">mean ± standard deviation<"))
    #expect(svg.ranges(of: "stroke-width=\"2.2\"").count == 2, "one cross")
    // Two points with a band are a shape of four corners.
    let band = svg.split(separator: "\n").filter { $0.contains("fill-opacity=\"0.14\"") }
    #expect(band.count == 1 && band[0].split(separator: "\"")[1].split(separator: " ").count == 4)
  }

  /// A band of one point is a line, and one below a logarithmic axis stays in the picture.
  @Test func bandsAtTheEnds() {
    var chart = Chart(
      series: [
        Chart.Series(
          "", x: [1, 2, 3], y: [1, 1, 1], band: Chart.Band(low: [.nan, 0.5, .nan], high: [2, 2, 2]))
      ])
    #expect(!chart.svg().contains("fill-opacity"))
    chart.series[0].band = Chart.Band(low: [0, 0, 0], high: [2, 2, 2])
    chart.yScale = .log
    let svg = chart.svg()
    expectWellFormed(svg)
    let corners =
      svg.split(separator: "\n").first { $0.contains("fill-opacity") }?.split(separator: "\"")[1] ?? ""
    let heights = corners.split(separator: " ").compactMap { Double($0.split(separator: ",")[1]) }
    #expect(heights.count == 6 && heights.allSatisfy { (0...440).contains($0) })
  }

  @Test func theFirstValueThatIsNotFiniteIsMarked() throws {
    let svg = svg([[1, 2, .nan, .nan], [1, .infinity, 2, 3], [3, 2, 1, 0]])
    expectWellFormed(svg)
    // Two strokes a cross.
    let strokes = svg.split(separator: "\n").filter { $0.contains("stroke-width=\"2.2\"") }
    #expect(strokes.count == 4)
    #expect(svg.contains("c0, NaN at step 2<") && svg.contains("c1, inf at step 1<") && svg.contains(">c2<"))
  }

  @Test func crossesOfOneStepStandSideBySide() {
    let svg = svg([[1, .nan, 0], [1, .nan, 0], [1, .nan, 0]])
    let strokes = svg.split(separator: "\n").filter { $0.contains("stroke-width=\"2.2\"") }
    #expect(Set(strokes.map { $0.split(separator: "\"")[1] }).count == 6)
  }

  @Test func logarithmicAxesHaveDecadesAndMinorTicks() {
    let svg = svg([[0.001, 0.5, 1000, -1, 0]], yScale: .log)
    for label in ["0.001", "1", "1000"] { #expect(svg.contains(">\(label)</text>"), "\(label)") }
    #expect(svg.contains("c0, 2 points ≤ 0 left out"))
    let minor = svg.split(separator: "\n").filter { line in
      let numbers = line.split { "\" ,".contains($0) }.compactMap { Double($0) }
      return line.contains("<polyline") && numbers.count >= 4 && numbers[1] == numbers[3]
        && abs(numbers[2] - numbers[0] - 2.5) < 1e-9
    }
    // Eight in each of six decades.
    #expect(minor.count == 48)
  }

  @Test func singularCharts() {
    for curves: [[Double]] in [
      [[5]], [[7, 7, 7]], [[.nan]], [[-3, 2]], [[1e300, -1e300]], [[1e-300, 2e-300]], [[1, 1.0000001]],
      [[0, 1e-9]],
    ] {
      for scale in [Chart.Scale.linear, .log] {
        let svg = svg(curves, yScale: scale)
        expectWellFormed(svg)
        #expect(!svg.contains("(no points)") || scale == .log)
      }
    }
    #expect(Chart(series: []).svg().contains(">(no points)<"))
    #expect(svg([[]]).contains(">(no points)<"))
    #expect(svg([[1, 2]]).contains("viewBox=\"0 0 720 440\""))
  }

  @Test func mapsStandOneBelowTheOther() {
    let map = HeatMap("first", columns: [1, 2], rows: [1, 2], cells: [[0, 1], [1, 0]])
    #expect(HeatMap.svg([map]) == map.svg())
    let both = HeatMap.svg([map, map])
    expectWellFormed(both)
    #expect(both.contains("viewBox=\"0 0 720 960\"") && both.contains("translate(0 480)"))
  }
}
