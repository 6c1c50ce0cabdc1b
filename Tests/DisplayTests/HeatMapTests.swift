// Heat maps in terminals of different sizes.
import Display
import Foundation
import Testing
import Text

@Suite("Heat maps")
struct HeatMapTests {
  /// Learning rates evenly spread in their logarithms.
  static func rates(_ count: Int, from low: Double, to high: Double) -> [Double] {
    (0..<count).map { low * pow(high / low, Double($0) / Double(count - 1)) }
  }

  /// A map whose runs are lost above `rate` / rank^0.8, in steps of a fifth; `isKnown` says what is measured.
  static func map(
    ranks: [Double], rates: [Double], rate: Double = 12, isKnown: (Int, Int) -> Bool = { _, _ in true }
  ) -> HeatMap {
    let cells = rates.indices.map { row in
      ranks.indices.map { column -> Double? in
        guard isKnown(row, column) else { return nil }
        let distance = log(rates[row] * pow(ranks[column], 0.8) / rate)
        return min(1, max(0, (2.5 + 3 * distance).rounded() / 5))
      }
    }
    return HeatMap(
      "seeds lost: lora, alpha 2*r", xLabel: "rank", yLabel: "learning rate", valueLabel: "seeds lost",
      columns: ranks, rows: rates, cells: cells,
      lines: [
        HeatMap.Line("edge, slope -0.80 ± 0.05", y: ranks.map { rate / pow($0, 0.8) }),
        HeatMap.Line("theory, slope -1", y: ranks.map { 20 / $0 }),
      ],
      caption:
        "A seed is lost when its loss is not finite or ends above its start. 5 seeds a cell, sgd, schedule "
        + "ramp, 400 steps, batch 8. The edge is where half of the seeds are lost.")
  }

  static let typical = map(ranks: [4, 8, 16, 32, 64, 128], rates: rates(12, from: 0.1, to: 10))
  private static let large = map(
    ranks: (1...24).map { Double($0 * 8) }, rates: rates(24, from: 0.01, to: 10), rate: 3)
  private static let partial = map(
    ranks: [4, 8, 16, 32, 64, 128], rates: rates(12, from: 0.1, to: 10)
  ) { row, column in column * 12 + row < 31 }

  @Test(arguments: ["typical", "large", "partial"], [60, 80])
  func drawn(_ name: String, _ width: Int) {
    let map = name == "typical" ? Self.typical : name == "large" ? Self.large : Self.partial
    for unicode in [true, false] {
      let text = map.rendered(RenderOptions(width: width, unicode: unicode))
      expectText(text, is: "heat-\(name)-\(width)-\(unicode ? "unicode" : "ascii")")
      expectFits(text, width)
      #expect(unicode || text.allSatisfy(\.isASCII))
      #expect(text.split(separator: "\n").count <= 24)
    }
  }

  @Test func colored() {
    expectText(Self.typical.rendered(RenderOptions(color: true)), is: "heat-color")
    expectText(Self.partial.rendered(RenderOptions(color: true), height: 18), is: "heat-color-halved")
  }

  /// Copied out of a terminal, or read without the colours, the shades are still there.
  @Test(arguments: [true, false])
  func colourAddsNothingButColour(_ unicode: Bool) {
    let colored = Self.partial.rendered(RenderOptions(unicode: unicode, color: true))
    let plain = Self.partial.rendered(RenderOptions(unicode: unicode))
    let lines = colored.replacing(/\e\[[0-9;]*m/, with: "").split(separator: "\n").map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    #expect(lines.joined(separator: "\n") == plain)
  }

  @Test(arguments: [12, 18, 24, 40], [true, false])
  func partialMapsHaveTheSizeOfFullOnes(_ height: Int, _ unicode: Bool) {
    for color in [true, false] {
      let options = RenderOptions(unicode: unicode, color: color)
      let texts = [Self.typical, Self.partial].map { $0.rendered(options, height: height) }
      #expect(texts[0].count { $0 == "\n" } == texts[1].count { $0 == "\n" })
    }
  }

  private func small(_ cells: [[Double?]], lines: [HeatMap.Line] = []) -> HeatMap {
    HeatMap(
      xLabel: "rank", columns: (0..<(cells.first?.count ?? 0)).map { Double(4 << $0) },
      rows: cells.indices.map { pow(10, Double($0) - 2) }, cells: cells, lines: lines)
  }

  @Test func shadesKeepNoneAndAllApart() {
    let map = small([[0, 0.001, 0.3, 0.5, 0.7, 0.999, 1]])
    let row = map.rendered(RenderOptions(width: 20)).split(separator: "\n")[0]
    #expect(row == "0.01 ┤  ░░░░▒▒▓▓▓▓██")
    let ascii = map.rendered(RenderOptions(width: 20, unicode: false)).split(separator: "\n")[0]
    #expect(ascii == "0.01 +  ....::****##")
  }

  @Test func sharesBeyondTheirRangeAndWithoutValue() {
    let map = small([[-1, 2, nil, .nan, .infinity]])
    let row = map.rendered(RenderOptions(width: 21)).split(separator: "\n")[0]
    #expect(row == "0.01 ┤   ███ ·  ·  ·")
  }

  @Test func missingCellsAreNotMeasured() {
    let map = HeatMap(columns: [1, 2], rows: [1, 2], cells: [[1]])
    let rows = map.rendered(RenderOptions(width: 20)).split(separator: "\n").prefix(2)
    #expect(rows == ["2 ┤  ·     ·", "1 ┤██████  ·"])
  }

  @Test func oneColumn() {
    expectText(small([[0], [0.4], [1]]).rendered(RenderOptions(width: 40)), is: "heat-one-column")
  }

  @Test func allNil() {
    let map = Self.map(ranks: [4, 8, 16], rates: Self.rates(5, from: 0.1, to: 1)) { _, _ in false }
    expectText(map.rendered(RenderOptions(width: 60)), is: "heat-all-nil")
  }

  @Test func withoutCells() {
    let map = HeatMap("t", columns: [], rows: [1], cells: [], caption: "c")
    #expect(map.rendered(RenderOptions()) == "t\n(no cells)\nc")
    #expect(HeatMap(columns: [1], rows: [], cells: []).rendered(RenderOptions()) == "(no cells)")
  }

  /// Rows of the drawing, without the labels and the axis.
  private func cellRows(_ map: HeatMap, _ options: RenderOptions, height: Int = 40) -> [String] {
    map.rendered(options, height: height).split(separator: "\n").compactMap { line in
      guard let axis = line.firstIndex(where: { $0 == "┤" || $0 == "+" }),
        line.first != " " || !line.contains("+-")
      else { return nil }
      return String(line[line.index(after: axis)...])
    }
  }

  @Test func linesPassThroughTheirCells() {
    // On the highest row; between the lower two and nearer to the upper; more than half a row above all.
    let map = small(
      [[0, 0, 0], [1, 1, 1], [0, 0, 0]], lines: [HeatMap.Line("edge", y: [1, 0.04, 4])])
    #expect(cellRows(map, RenderOptions(width: 60)) == [" ━━━━", "███████━━━━███████", ""])
    #expect(map.rendered(RenderOptions(width: 60)).hasSuffix("━━ edge, 1 of 3 points outside the map"))
  }

  @Test func marksLeaveTheShadeToBeSeen() {
    func drawn(_ count: Int, _ options: RenderOptions) -> (cells: String, legend: String) {
      let lines = [HeatMap.Line("a", y: [1]), HeatMap.Line("b", y: [1, 1])]
      let map = HeatMap(
        columns: (1...count).map(Double.init), rows: [1], cells: [Array(repeating: 1, count: count)],
        lines: lines)
      let text = map.rendered(options).split(separator: "\n")
      return (cellRows(map, options)[0], String(text.last ?? ""))
    }
    let narrow = RenderOptions(width: 23)
    #expect(drawn(2, narrow).cells == "█━━┄┄██┄┄┄┄█")
    #expect(drawn(6, narrow).cells.hasPrefix("━┄██┄███"))
    #expect(drawn(10, narrow).cells.hasPrefix("╪█┄███"))
    #expect(drawn(10, narrow).legend == "╪╪ several of them")
    #expect(drawn(20, narrow).cells == String(repeating: "█", count: 20))
    #expect(drawn(20, RenderOptions(width: 60)).cells.hasPrefix("╪█┄█"))
    #expect(drawn(20, RenderOptions(width: 30)).legend.hasSuffix("not drawn: too narrow"))
  }

  @Test func twoRowsALineWithoutColour() {
    let map = small([[0], [1], [0.5], [nil], [nil], [1], [0.25]])
    let options = RenderOptions(width: 80)
    #expect(cellRows(map, options, height: 1) == [" ▗ ▗ ▗", "▀▀.▀▀▀", "▗▗˙▗▗▗", "▀▀▀▀▀▀"])
    let text = map.rendered(options, height: 1)
    #expect(text.hasSuffix("Each line of text shows two rows and has the label of the lower."))
  }

  @Test func rowsWithoutRoomAreMerged() {
    let map = small((0..<40).map { [$0 < 21 ? 0 : 1] })
    let options = RenderOptions(unicode: false)
    let full = Array(repeating: "######", count: 4)
    #expect(cellRows(map, options, height: 16) == full + ["******"] + Array(repeating: "", count: 5))
    let text = map.rendered(options, height: 16)
    #expect(text.contains("Too little room for 40 rows: a shade is the mean of 4 neighbours"))
    #expect(text.split(separator: "\n").count == 15)
  }

  /// The dot of one row must not hide the other.
  @Test(arguments: [true, false])
  func cellsOfOneCharacterShowOneRow(_ color: Bool) {
    let map = small((0..<12).map { row in (0..<14).map { _ in row.isMultiple(of: 2) ? 1 : nil } })
    let text = map.rendered(RenderOptions(width: 20, color: color), height: 1)
    #expect(text.contains("█") && !text.contains("˙") && !text.contains("▄"))
  }

  @Test func columnsWithoutRoomAreMerged() {
    let map = small([(0..<40).map { $0 % 3 == 0 ? 1 : 0 }])
    let options = RenderOptions(width: 20)
    #expect(cellRows(map, options) == [String(repeating: "░", count: 13) + "█"])
    let text = map.rendered(options).replacing("\n", with: " ")
    #expect(text.contains("Too little room for 40 columns: a shade is the mean of 3 neighbours"))
  }

  @Test func linesHaveNoPlaceOverRowsThatDoNotIncrease() {
    let lines = [HeatMap.Line("edge", y: [1])]
    for rows in [[2.0, 1], [0, 1], [-1, 1], [1, 1], [.nan, 1]] {
      let map = HeatMap(columns: [1], rows: rows, cells: [[0], [0]], lines: lines)
      #expect(map.rendered(RenderOptions()).contains("edge, 1 of 1 points outside the map"))
    }
  }

  @Test(arguments: 0..<200)
  func nothingIsWiderThanTheTerminal(_ seed: Int) {
    var numbers = SeededNumbers(seed: UInt64(seed) + 3000)
    let special = [Double.nan, .infinity, -.infinity, 0, .leastNonzeroMagnitude, 1.7e308, -1, 0.5, 1]
    func value() -> Double {
      Int.random(in: 0..<3, using: &numbers) == 0
        ? special[Int.random(in: 0..<special.count, using: &numbers)] : abs(numbers.noise())
    }
    let counts = [0, 1, 2, 7, 24, 150]
    let rows = counts[Int.random(in: 0..<counts.count, using: &numbers)]
    let columns = counts[Int.random(in: 0..<counts.count, using: &numbers)]
    let isOrderly = Bool.random(using: &numbers)
    let roles: [HeatMap.Line.Role?] = [.edge, .edgeTheory, .ridge, .ridgeTheory, nil]
    func values(_ count: Int) -> [Double] { (0..<count).map { isOrderly ? Double($0 + 1) / 8 : value() } }
    let map = HeatMap(
      "a title of several words", xLabel: "rank of 日本", yLabel: "learning rate of 日本", valueLabel: "lost",
      secondLabel: "slow 日本", restLabel: isOrderly ? "trained 日本" : "",
      columns: values(columns), rows: values(rows),
      cells: (0..<rows).map { _ in (0..<columns).map { _ in value() } },
      secondCells: Bool.random(using: &numbers)
        ? [] : (0..<rows).map { _ in (0..<columns).map { _ in value() } },
      lines: (0..<Int.random(in: 0...6, using: &numbers)).map { index in
        HeatMap.Line(
          "line 日本 \(index)", y: (0..<columns).map { _ in Bool.random(using: &numbers) ? value() : nil },
          role: roles[Int.random(in: 0..<roles.count, using: &numbers)])
      }, caption: "a caption of several words")
    let options = RenderOptions(
      width: Int.random(in: 20...200, using: &numbers), unicode: Bool.random(using: &numbers))
    let height = Int.random(in: -1...60, using: &numbers)
    expectFits(map.rendered(options, height: height), options.width)
    // Pictures of the largest maps take long to parse and show nothing else.
    if rows * columns < 600 { expectWellFormed(map.svg(width: options.width, height: height)) }
  }
}
