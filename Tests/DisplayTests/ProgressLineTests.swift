// Progress lines, their throttle, and sparklines.
import Display
import Testing

@Suite("Progress")
struct ProgressLineTests {
  private let line = ProgressLine(
    title: "train", done: 120, total: 200, figures: ["loss 1.234", "evaluation 1.301"], rate: 85.2,
    secondsLeft: 79.3)

  @Test(arguments: [
    (
      120,
      "train  ━━━━━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌  120/200  loss 1.234  evaluation 1.301  85 steps/s  1 min 20 s left"
    ),
    (90, "train  ━━━━━━━╌╌╌╌╌  120/200  loss 1.234  evaluation 1.301  85 steps/s  1 min 20 s left"),
    (80, "train  ━━━━━━━╌╌╌╌╌  120/200  loss 1.234  evaluation 1.301  1 min 20 s left"),
    (60, "train  ━━━━━━━╌╌╌╌╌  120/200  loss 1.234  1 min 20 s left"),
    (50, "train  120/200  loss 1.234  1 min 20 s left"),
    (35, "train  120/200  1 min 20 s left"),
    (20, "train  120/200"),
    (10, "120/200"), (5, "120/…"), (1, "…"), (0, ""), (-1, ""),
  ])
  func leastImportantGoesFirst(_ width: Int, _ expected: String) {
    var options = RenderOptions()
    options.width = width
    #expect(line.rendered(options) == expected)
  }

  @Test func inASCII() {
    #expect(
      ProgressLine(title: "train", done: 1, total: 4).rendered(RenderOptions(unicode: false))
        == "train  [######..................]  1/4")
  }

  @Test(arguments: [
    (0, 0, "0 steps"), (1200, 0, "1,200 steps"), (5, 4, "━━━━━━━━━━━━━━━━━━━━━━━━  5/4"),
    (-1, 4, "╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌  -1/4"), (5, -1, "5 steps"),
  ])
  func oddTotals(_ done: Int, _ total: Int, _ expected: String) {
    #expect(ProgressLine(title: "", done: done, total: total).rendered(RenderOptions()) == expected)
  }

  @Test func unknownRatesAndTimesAreNotShown() {
    for value in [Double.nan, .infinity, -1] {
      let line = ProgressLine(title: "x", done: 1, total: 0, rate: value, secondsLeft: value)
      #expect(line.rendered(RenderOptions()) == "x  1 steps")
    }
  }

  @Test func colourTakesNoWidth() {
    let colored = line.rendered(RenderOptions(width: 90, color: true))
    let plain = line.rendered(RenderOptions(width: 90, color: false))
    #expect(colored.hasPrefix("\u{1B}[1mtrain\u{1B}[0m  "))
    #expect(withoutEscapes(colored) == plain)
  }

  @Test func throttle() {
    var throttle = ProgressThrottle()
    let drawn = [5.0, 5.05, 5.09, 5.11, 5.15, 5.22, 5.23, 1.0, 1.05].map { throttle.shouldDraw(at: $0) }
    #expect(drawn == [true, false, false, true, false, true, false, true, false])
    let last = throttle.shouldDraw(at: 1.06, isLast: true)
    #expect(last)
  }

  @Test(arguments: [
    ([1, 2, 3, 4, 5, 6, 7, 8], 8, "▁▂▃▄▅▆▇█", "_.-:=+*#"), ([0, 1, .nan], 8, "▁█×", "_#X"),
    ([3, 3], 8, "▄▄", "::"),
    ([], 8, "", ""), ([1], 0, "", ""), ([1], -1, "", ""), ([.infinity], 1, "×", "X"),
    ([1, 1, 5, 5], 2, "▁█", "_#"),
    ([-1.7e308, 1.7e308], 2, "▁█", "_#"),
  ])
  func sparklines(_ values: [Double], _ width: Int, _ blocks: String, _ ascii: String) {
    #expect(sparkline(values, width: width, unicode: true) == blocks)
    #expect(sparkline(values, width: width, unicode: false) == ascii)
  }
}

/// Text without escape sequences for colour.
func withoutEscapes(_ text: String) -> String {
  text.split(separator: "\u{1B}", omittingEmptySubsequences: false).enumerated().map { index, part in
    index == 0 ? String(part) : String(part.drop { $0 != "m" }.dropFirst())
  }.joined()
}
