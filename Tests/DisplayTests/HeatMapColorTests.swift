// Whether the two ramps of a heat map can be told apart, and their steps, by eyes of every kind.
import Display
import Foundation
import Testing

@Suite("Colours of heat maps")
struct HeatMapColorTests {
  enum Vision: CaseIterable {
    case usual, protan, deutan, tritan

    /// Machado, Oliveira and Fernandes 2009, severity 1, over linear red, green and blue.
    var matrix: [[Double]] {
      switch self {
      case .usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
      case .protan:
        [
          [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
        ]
      case .deutan:
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
      case .tritan:
        [
          [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
        ]
      }
    }

    /// CIE L*, a*, b* of a colour as these eyes see it.
    func lab(_ color: [Int]) -> [Double] {
      let linear = color.map { part -> Double in
        let share = Double(part) / 255
        return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
      }
      let seen = matrix.map { row in min(1, max(0, zip(row, linear).reduce(0) { $0 + $1.0 * $1.1 })) }
      let white = [0.95047, 1, 1.08883]
      let rows = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
      let parts = zip(rows, white).map { row, white -> Double in
        let share = zip(row, seen).reduce(0) { $0 + $1.0 * $1.1 } / white
        return share > 0.008856 ? cbrt(share) : 7.787 * share + 16.0 / 116
      }
      return [116 * parts[1] - 16, 500 * (parts[0] - parts[1]), 200 * (parts[1] - parts[2])]
    }
  }

  private static let shares = (0...20).map { Double($0) / 20 }

  private static func map(isSecond: Bool) -> HeatMap {
    let zeros = shares.map { _ in 0.0 }
    return HeatMap(
      columns: shares.indices.map { Double($0 + 1) }, rows: [1], cells: [isSecond ? zeros : shares],
      secondCells: [isSecond ? shares : zeros])
  }

  /// The colours of a terminal, in the order of the shares, each once.
  private static func terminalColors(isSecond: Bool) -> [[Int]] {
    let row = map(isSecond: isSecond).rendered(RenderOptions(width: 80, color: true)).split(separator: "\n")[
      0]
    var colors: [[Int]] = []
    for match in row.matches(of: /48;5;([0-9]+)m/) {
      let place = (Int(match.1) ?? 0) - 16
      let color = [place / 36, place / 6 % 6, place % 6].map { [0, 95, 135, 175, 215, 255][$0] }
      if colors.last != color { colors.append(color) }
    }
    return colors
  }

  /// The colours of a picture's cells.
  private static func pictureColors(isSecond: Bool) -> [[Int]] {
    map(isSecond: isSecond).svg().matches(of: /fill="#([0-9a-f]{6})"><title>/).map { match in
      let number = Int(match.1, radix: 16) ?? 0
      return [number >> 16, number >> 8 & 255, number & 255]
    }
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  @Test(arguments: Vision.allCases)
  func stepsGrowDarkerAndHuesStayApart(_ vision: Vision) {
    for colors in [Self.terminalColors, Self.pictureColors] {
      let ramps = [false, true].map { colors($0).map(vision.lab) }
      for ramp in ramps {
        #expect(ramp.count >= 6)
        #expect(zip(ramp, ramp.dropFirst()).allSatisfy { $0[0] > $1[0] })
      }
      #expect(ramps[0].first == ramps[1].first)
      // Pale tones of a picture are as near as their shares are to 0.
      let strong = ramps.map { $0.suffix($0.count * 3 / 4) }
      let nearest = strong[0].flatMap { warm in strong[1].map { Self.distance(warm, $0) } }.min() ?? 0
      #expect(nearest > 40, "\(nearest)")
    }
  }
}
