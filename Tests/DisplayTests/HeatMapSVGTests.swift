// Heat maps as pictures.
import Display
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Checks that `svg` is XML, and that it has no number that is none.
func expectWellFormed(_ svg: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let parser = XMLParser(data: Data(svg.utf8))
  #expect(parser.parse(), "\(String(describing: parser.parserError))", sourceLocation: sourceLocation)
  #expect(!svg.contains("=\"nan") && !svg.contains("=\"inf"), sourceLocation: sourceLocation)
}

@Suite("Pictures of heat maps")
struct HeatMapSVGTests {
  private let small = HeatMap(
    "seeds lost", xLabel: "rank", yLabel: "learning rate", valueLabel: "seeds lost", columns: [4, 8],
    rows: [0.1, 1, 10], cells: [[0, 0.2], [0.4, 1], [1, nil]],
    lines: [HeatMap.Line("edge", y: [2, 0.5]), HeatMap.Line("theory, slope -1", y: [20, 0.2])],
    caption: "5 seeds a cell.")

  @Test func bytesOfASmallMap() {
    let svg = small.svg(width: 400, height: 320)
    expectText(String(svg.dropLast()), is: "heat-small.svg")
    #expect(svg.last == "\n")
    expectWellFormed(svg)
  }

  @Test func typical() {
    let svg = HeatMapTests.typical.svg()
    expectText(String(svg.dropLast()), is: "heat-typical.svg")
    expectWellFormed(svg)
    #expect(svg.contains("width=\"720\" height=\"480\" viewBox=\"0 0 720 480\""))
  }

  @Test func textIsEscaped() {
    var map = small
    let text = "a < b & \"c\" > 'd' \u{7}\u{FFFF}"
    (map.title, map.xLabel, map.yLabel, map.valueLabel, map.caption) = (text, text, text, text, text)
    map.lines = [HeatMap.Line(text, y: [1, 1])]
    let svg = map.svg()
    expectWellFormed(svg)
    let escaped = "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39; \\u{7}\u{FFFD}"
    #expect(svg.contains("<title>\(escaped)</title>"))
    // Title twice, axes, colour bar, caption, legend; a tip for each cell names both axes; the summary.
    #expect(svg.ranges(of: "a &lt; b").count > 7)
    #expect(svg.ranges(of: "a &lt; b").count == svg.ranges(of: escaped).count)
  }

  @Test func namesNothingOutside() {
    let svg = small.svg()
    for word in ["script", "href", "url(", "style", "<image"] { #expect(!svg.contains(word), "\(word)") }
    #expect(svg.ranges(of: "http").count == 1, "the name space alone")
  }

  @Test func longCaptionsMakeItHigher() {
    var map = small
    map.caption = String(repeating: "a sentence of several words. ", count: 60)
    let svg = map.svg()
    expectWellFormed(svg)
    #expect(!svg.contains("height=\"480\""))
    for line in svg.split(separator: "\n") where line.contains("a sentence") {
      #expect(line.count < 300)
    }
  }

  @Test func withoutCells() {
    let svg = HeatMap("t", columns: [], rows: [], cells: []).svg()
    expectWellFormed(svg)
    #expect(svg.contains(">(no cells)<"))
  }

  @Test func linesEndAtTheEdgeOfTheMap() {
    let map = HeatMap(
      columns: [1, 2, 3], rows: [1, 10], cells: [], lines: [HeatMap.Line("edge", y: [1, 100, nil])])
    let svg = map.svg()
    // From the centre of the lower row to the upper edge, three quarters of the way to the second column.
    let line = svg.split(separator: "\n").first { $0.contains("stroke-width=\"2\"") } ?? ""
    let numbers = line.split(separator: "\"")[1].split { $0 == " " || $0 == "," }.compactMap { Double($0) }
    let frame = svg.split(separator: "\n").first { $0.contains("<polyline") } ?? ""
    let edges = frame.split(separator: "\"")[1].split { $0 == " " || $0 == "," }.compactMap { Double($0) }
    #expect(numbers.count == 4 && edges.count == 10)
    let (left, top, right, bottom) = (edges[0], edges[1], edges[4], edges[3])
    #expect(abs(numbers[0] - (left + (right - left) / 6)) < 0.01)
    #expect(abs(numbers[1] - (bottom - (bottom - top) / 4)) < 0.01)
    #expect(abs(numbers[2] - (left + (right - left) * (0.5 + 0.75) / 3)) < 0.01)
    #expect(abs(numbers[3] - top) < 0.01)
  }
}
