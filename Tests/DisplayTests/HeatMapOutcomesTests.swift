// Heat maps of two shares: runs that diverge above a band of rates and are slow below it.
import Display
import Foundation
import Testing
import Text

@Suite("Heat maps of two shares")
struct HeatMapOutcomesTests {
  /// A map whose runs diverge above 8 / rank^0.55 and are slow below `low` / rank^0.62, in steps of a fifth
  /// that follow each other faster the larger `steepness` is; `isKnown` says what is measured.
  static func map(
    ranks: [Double] = [4, 8, 16, 32, 64, 128], rates: [Double], low: Double = 0.7, steepness: Double = 3,
    isKnown: (Int, Int) -> Bool = { _, _ in true }
  ) -> HeatMap {
    func edge(_ rank: Double) -> Double { 8 * pow(rank, -0.55) }
    func ridge(_ rank: Double) -> Double { 3 * pow(rank, -0.58) }
    func share(_ distance: Double) -> Double { min(1, max(0, (2.5 + steepness * distance).rounded() / 5)) }
    func cells(_ share: (Double, Double) -> Double) -> [[Double?]] {
      rates.indices.map { row in
        ranks.indices.map { isKnown(row, $0) ? share(rates[row], ranks[$0]) : nil }
      }
    }
    let middle = ranks[ranks.count / 2]
    func theory(_ line: (Double) -> Double, _ slope: Double) -> [Double] {
      ranks.map { line(middle) * pow($0 / middle, slope) }
    }
    return HeatMap(
      "lora, alpha 2*r", xLabel: "rank", yLabel: "learning rate", valueLabel: "diverged",
      secondLabel: "slow", restLabel: "trained", columns: ranks, rows: rates,
      cells: cells { share(log($0 / edge($1))) },
      secondCells: cells { share(log(low * pow($1, -0.62) / $0)) },
      lines: [
        HeatMap.Line("edge, slope -0.55 ± 0.05", y: ranks.map(edge), role: .edge),
        HeatMap.Line("theory of the edge, slope -1", y: theory(edge, -1), role: .edgeTheory),
        HeatMap.Line("best rate, slope -0.58 ± 0.04", y: ranks.map(ridge), role: .ridge),
        HeatMap.Line("theory of the best rate, slope -0.5", y: theory(ridge, -0.5), role: .ridgeTheory),
      ],
      caption: "5 seeds a cell, sgd, schedule ramp, 400 steps, batch 8. The edge is where half of the seeds "
        + "diverge, the best rate where the mean loss is lowest.")
  }

  static let typical = map(rates: HeatMapTests.rates(16, from: 0.005, to: 10))
  static let large = map(
    ranks: (1...24).map { Double($0 * 8) }, rates: HeatMapTests.rates(30, from: 0.002, to: 10))
  static let partial = map(rates: HeatMapTests.rates(16, from: 0.005, to: 10)) { row, column in
    column * 16 + row < 41
  }
  /// Rates too far apart to see the band, and outcomes that change from seed to seed.
  static let split = map(rates: HeatMapTests.rates(10, from: 0.02, to: 5), low: 2.4, steepness: 0.8)

  private static func named(_ name: String) -> HeatMap {
    switch name {
    case "typical": typical
    case "large": large
    case "partial": partial
    default: split
    }
  }

  @Test(arguments: [
    ("typical", 40), ("typical", 60), ("typical", 80), ("typical", 200), ("large", 40), ("large", 200),
    ("partial", 60), ("split", 40), ("split", 80),
  ])
  func drawn(_ name: String, _ width: Int) {
    for unicode in [true, false] {
      let text = Self.named(name).rendered(RenderOptions(width: width, unicode: unicode), height: 40)
      expectText(text, is: "heat-outcomes-\(name)-\(width)-\(unicode ? "unicode" : "ascii")")
      expectFits(text, width)
      #expect(unicode || text.allSatisfy(\.isASCII))
    }
  }

  /// In a terminal of 24 lines: two rows a line, or merged.
  @Test(arguments: ["typical", "large", "partial", "split"])
  func inFewLines(_ name: String) {
    for (look, options) in [
      ("unicode", RenderOptions()), ("ascii", RenderOptions(unicode: false)),
      ("color", RenderOptions(color: true)),
    ] {
      expectText(Self.named(name).rendered(options, height: 20), is: "heat-outcomes-\(name)-low-\(look)")
    }
  }

  @Test(arguments: ["typical", "partial", "split"])
  func colored(_ name: String) {
    let options = RenderOptions(color: true)
    expectText(Self.named(name).rendered(options, height: 40), is: "heat-outcomes-\(name)-color")
  }

  /// Copied out of a terminal, or read without the colours, both shades are still there.
  @Test(arguments: ["typical", "partial", "split"], [true, false])
  func colourAddsNothingButColour(_ name: String, _ unicode: Bool) {
    let texts = [true, false].map {
      Self.named(name).rendered(RenderOptions(unicode: unicode, color: $0), height: 40)
    }
    let lines = texts[0].replacing(/\e\[[0-9;]*m/, with: "").split(separator: "\n").map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    #expect(lines.joined(separator: "\n") == texts[1])
  }

  /// A map that is drawn while its runs are made keeps its size.
  @Test(arguments: [12, 20, 40], [true, false])
  func theSizeDependsOnNoCell(_ height: Int, _ unicode: Bool) {
    let rates = HeatMapTests.rates(16, from: 0.005, to: 10)
    let maps = [
      Self.typical, Self.partial, Self.map(rates: rates) { _, _ in false }, Self.map(rates: rates, low: 0),
    ]
    for color in [true, false] {
      let options = RenderOptions(unicode: unicode, color: color)
      let sizes = maps.map { $0.rendered(options, height: height).count { $0 == "\n" } }
      #expect(Set(sizes).count == 1, "\(sizes)")
    }
  }

  @Test func withoutSecondSharesNothingChanges() {
    var map = HeatMapTests.typical
    (map.secondLabel, map.restLabel) = ("slow", "trained")
    for options in [RenderOptions(), RenderOptions(unicode: false), RenderOptions(color: true)] {
      #expect(map.rendered(options) == HeatMapTests.typical.rendered(options))
    }
    #expect(map.svg() == HeatMapTests.typical.svg())
  }

  // MARK: cells

  private func row(_ first: [Double?], _ second: [Double?], _ options: RenderOptions) -> String {
    let columns = first.indices.map { Double(4 << $0) }
    let map = HeatMap(columns: columns, rows: [0.01], cells: [first], secondCells: [second])
    let line = map.rendered(options).split(separator: "\n")[0]
    return String(line.drop { $0 != "┤" && $0 != "+" }.dropFirst())
  }

  @Test func shadesKeepNoneAndAllApart() {
    let (none, some) = ([0, 0, 0, 0, 0, 0, 0.0], [0, 0.001, 0.3, 0.5, 0.7, 0.999, 1])
    #expect(row(none, some, RenderOptions(width: 20)) == "  ▏▏▏▏▎▎▍▍▍▍▌▌")
    #expect(row(none, some, RenderOptions(width: 20, unicode: false)) == "  ''''!!||||NN")
  }

  @Test func cellsWithBothAreDividedInProportion() {
    let shares = (first: [0.5, 0.2, 0.6, 0.04, 0.96], second: [0.5, 0.4, 0.3, 0.96, 0.04])
    let options = RenderOptions(width: 80)
    #expect(row(shares.first, shares.second, options) == "▎▎▎▒▒▒▎▎▎▎░░▏▏▒▒▒▒▍▍▍▍▍░▏▓▓▓▓▓")
    // A single character shows the larger, and of equal ones the first.
    let narrow = RenderOptions(width: 20)
    let many = (0..<14).map { $0 % 5 }
    let drawn = row(many.map { shares.first[$0] }, many.map { shares.second[$0] }, narrow)
    #expect(drawn == "▒▎▒▍▓▒▎▒▍▓▒▎▒▍")
  }

  @Test func secondSharesCountWhereTheFirstIsMeasured() {
    // Beyond their range, more than the first leaves, without value; last, a first share without value.
    let first: [Double?] = [0, 0, 1, 0.8, 0.5, 0.5, nil, .nan]
    let second: [Double?] = [-1, 2, 1, 0.8, nil, .infinity, 1, 1]
    let options = RenderOptions(width: 8 * 5 + 6)
    #expect(row(first, second, options) == "     ▌▌▌▌▌█████▏▓▓▓▓▒▒▒▒▒▒▒▒▒▒  ·    ·")
    let map = HeatMap(columns: [1, 2], rows: [1, 2], cells: [[0, 1], [1, 0.5]], secondCells: [[1]])
    let rows = map.rendered(RenderOptions(width: 20)).split(separator: "\n").prefix(2)
    #expect(rows == ["2 ┤██████▒▒▒▒▒▒", "1 ┤▌▌▌▌▌▌██████"])
  }

  /// A character is of blocks or of dots, and neither row hides the other.
  @Test func twoRowsALineTakeTurns() {
    func drawn(_ lower: (Double, Double), _ upper: (Double, Double)) -> String {
      let shares = (0..<8).map { $0.isMultiple(of: 2) ? lower : upper }
      let map = HeatMap(
        columns: [4], rows: (1...8).map(Double.init), cells: shares.map { [$0.0] },
        secondCells: shares.map { [$0.1] })
      return String(map.rendered(RenderOptions(), height: 1).split(separator: "\n")[0].dropFirst(3))
    }
    #expect(drawn((0, 1), (1, 0)) == "▀⣤▀⣤▀⣤")
    #expect(drawn((1, 0), (0, 1)) == "⠛▄⠛▄⠛▄")
    #expect(drawn((0, 1), (0, 1)) == "⣿⣿⣿⣿⣿⣿")
    #expect(drawn((0, 1), (0, 0)) == "⣤⣤⣤⣤⣤⣤")
    #expect(drawn((0, 1), (0.01, 0)) == "⣤⣤⣤⣤⣤▝")
    #expect(drawn((0, 0.01), (0.01, 0)) == "     ▝")
    #expect(drawn((0, 0.01), (1, 0)) == "▀▀▀▀▀⢠")
    // Two cells with both, one above the other.
    #expect(drawn((0.5, 0.5), (0.25, 0.75)) == "⢸⢻⢸▗⠘▐")
  }

  // MARK: lines

  @Test func aRoleLooksTheSameInEveryMap() {
    let roles: [(HeatMap.Line.Role, String)] = [
      (.edge, "━@="), (.edgeTheory, "┄-"), (.ridge, "●@"), (.ridgeTheory, "○o"),
    ]
    for (role, marks) in roles {
      let map = HeatMap(
        columns: [4], rows: [1], cells: [[0]], lines: [HeatMap.Line("line", y: [1], role: role)])
      #expect(
        map.rendered(RenderOptions()).contains(String(repeating: marks.first ?? " ", count: 2) + " line"))
      let ascii = map.rendered(RenderOptions(unicode: false))
      #expect(ascii.contains(String(repeating: marks.last ?? " ", count: 2) + " line"))
    }
  }

  @Test func narrowCellsShowTheMeasuredLine() {
    func drawn(_ roles: [HeatMap.Line.Role?], _ width: Int) -> (cells: Substring, legend: String) {
      let map = HeatMap(
        columns: (1...10).map(Double.init), rows: [1], cells: [Array(repeating: 1, count: 10)],
        lines: roles.enumerated().map { HeatMap.Line("\($0)", y: [1], role: $1) })
      let lines = map.rendered(RenderOptions(width: width)).split(separator: "\n")
      return (lines[0].dropFirst(3).prefix(width / 10), lines.dropFirst(4).joined(separator: " "))
    }
    #expect(drawn([.edge, .edgeTheory], 33).cells == "━┄█")
    let hidden = drawn([.edge, .edgeTheory], 23)
    #expect(hidden.cells == "━█")
    #expect(hidden.legend.hasSuffix("In a narrow cell a line hides its theory."))
    #expect(drawn([.edge, .edgeTheory, .ridge, .ridgeTheory], 33).cells == "━●█")
    let joined = drawn([.ridge, .edgeTheory], 23)
    #expect(joined.cells == "╪█")
    #expect(joined.legend.hasSuffix("╪╪ several of them"))
    #expect(!drawn([.edge, .edgeTheory, .ridge, .ridgeTheory], 63).legend.contains("narrow"))
  }
}
