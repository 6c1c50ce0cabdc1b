// Labels of axes that show each of their values, as the left edge of a heat map has them.
import Display
import Testing

@Suite("Labels of rows")
struct AxisLabelTests {
  /// The labels of a heat map's rows, from the lowest up.
  private func labels(_ rows: [Double]) -> [String] {
    let map = HeatMap(columns: [1], rows: rows, cells: [])
    return map.rendered(RenderOptions(unicode: false), height: 100).split(separator: "\n").compactMap {
      line in
      let parts = line.split(separator: " ")
      return parts.count > 1 && parts[1] == "+" ? String(parts[0]) : nil
    }.reversed()
  }

  @Test func threeFigures() {
    #expect(
      labels([0.1, 0.15199, 1, 12.345, 64, 999_999, 1_234_567]) == [
        "0.1", "0.152", "1", "12.3", "64", "999999", "1.23e6",
      ])
  }

  @Test func smallNumbers() {
    #expect(labels([2.5e-5, 0.000123, 0.00123, 0.01]) == ["2.5e-5", "1.23e-4", "0.00123", "0.01"])
  }

  @Test func asManyFiguresAsTellThemApart() {
    #expect(labels([0.12341, 0.12342]) == ["0.12341", "0.12342"])
    #expect(labels([0.9999, 1.0001]) == ["0.9999", "1"])
  }

  @Test func numbersWithoutLabelOfTheirOwn() {
    #expect(labels([1, 1, .nan, .nan, .infinity]) == ["1", "1", "nan", "nan", "inf"])
    #expect(labels([.leastNonzeroMagnitude]) == ["5e-324"])
  }
}
