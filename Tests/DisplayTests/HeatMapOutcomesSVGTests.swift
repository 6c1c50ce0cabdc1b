// Heat maps of two shares as pictures.
import Display
import Foundation
import Testing

@Suite("Pictures of heat maps of two shares")
struct HeatMapOutcomesSVGTests {
  private let small = HeatMap(
    "outcomes", xLabel: "rank", yLabel: "learning rate", valueLabel: "diverged", secondLabel: "slow",
    restLabel: "trained", columns: [4, 8], rows: [0.1, 1, 10], cells: [[0, 0.2], [0.4, 1], [1, nil]],
    secondCells: [[1, 0.4], [0, 0], [0, nil]],
    lines: [
      HeatMap.Line("edge", y: [2, 0.5], role: .edge),
      HeatMap.Line("theory", y: [20, 0.2], role: .edgeTheory),
      HeatMap.Line("best", y: [0.6, 0.3], role: .ridge),
      HeatMap.Line("its theory", y: [nil, 0.25], role: .ridgeTheory),
    ], caption: "5 seeds a cell.")

  @Test func bytesOfASmallMap() {
    let svg = small.svg(width: 400, height: 320)
    expectText(String(svg.dropLast()), is: "heat-outcomes-small.svg")
    expectWellFormed(svg)
  }

  @Test func typical() {
    let svg = HeatMapOutcomesTests.typical.svg()
    expectText(String(svg.dropLast()), is: "heat-outcomes-typical.svg")
    expectWellFormed(svg)
  }

  @Test func tipsNameBothShares() {
    let svg = small.svg()
    #expect(svg.contains("rank 8, learning rate 0.1: 20 % diverged, 40 % slow, 40 % trained"))
    #expect(svg.contains("rank 8, learning rate 10: not measured"))
    var map = small
    map.restLabel = ""
    #expect(map.svg().contains("rank 8, learning rate 0.1: 20 % diverged, 40 % slow<"))
  }

  @Test func theSummarySaysWhatThePictureShows() {
    let description = small.svg().split(separator: "\n").first { $0.hasPrefix("<desc>") }
    #expect(
      description
        == """
        <desc>Heat map of diverged, slow, trained: 2 columns, rank from 4 to 8; 3 rows, learning rate from 0.1 \
        to 10; 5 of 6 cells measured. Over half is diverged in 2, slow in 1, trained in 1. Lines: edge; theory; \
        best; its theory.</desc>
        """)
  }

  /// The parts of a cell with both shares fill it.
  @Test func cellsWithBothAreDividedInProportion() {
    let rectangles = small.svg().split(separator: "\n").filter { $0.contains("rank 8, learning rate 0.1:") }
    let numbers = rectangles.map { rectangle in
      ["x", "y", "width", "height"].map { name in
        Double(rectangle.split(separator: " \(name)=\"").last?.split(separator: "\"").first ?? "") ?? .nan
      }
    }
    #expect(numbers.count == 2)
    let (left, right) = (numbers[0], numbers[1])
    #expect(left[0] + left[2] == right[0] && left[1] == right[1] && left[3] == right[3])
    #expect(abs(left[2] / (left[2] + right[2]) - 2 / 3) < 0.01)
  }

  /// A theory that runs along its line leaves it to be seen.
  @Test func theoryIsDashedAndLiesOverItsLine() {
    let map = HeatMap(
      columns: [1, 2], rows: [1, 2], cells: [],
      lines: [
        HeatMap.Line("theory", y: [1, 2], role: .ridgeTheory), HeatMap.Line("best", y: [1, 2], role: .ridge),
      ])
    let lines = map.svg().split(separator: "\n").filter {
      $0.contains("stroke-linejoin") && $0.contains("width=\"4.5\"") || $0.contains("width=\"2\"")
    }
    let drawn = lines.prefix(4)
    #expect(drawn.map { $0.contains("stroke-dasharray") } == [false, false, true, true])
    #expect(drawn.map { $0.contains("#ffffff") } == [true, false, true, false])
  }

  @Test func longNamesStayInThePicture() {
    var map = small
    (map.secondLabel, map.restLabel) = (
      String(repeating: "slow ", count: 20), String(repeating: "well ", count: 20)
    )
    let svg = map.svg()
    expectWellFormed(svg)
    #expect(svg.contains(">slow slow slow slow…<"))
    #expect(svg.contains(">well well well well…<"))
  }

  @Test func namesNothingOutside() {
    let svg = small.svg()
    for word in ["script", "href", "url(", "style", "<image"] { #expect(!svg.contains(word), "\(word)") }
  }
}
