// How lines of a picture look: colours for a light ground, and what tells them apart without colour.

struct PictureLook: Equatable {
  let color: String
  /// As in `stroke-dasharray`; solid where empty.
  let dashes: String

  static let lineWidth = 1.6
  static let fillOpacity = 0.35

  /// Of lines without a role over a heat map: apart for colour-blind eyes and from the reds of the cells.
  static let overHeat = [
    PictureLook(color: "#0b5cad", dashes: ""), PictureLook(color: "#111111", dashes: "7 4"),
    PictureLook(color: "#00735c", dashes: "2 3"), PictureLook(color: "#6a3d9a", dashes: "9 3 2 3"),
  ]

  /// Of curve number `index`, from 0: colours as the terminal's, darker, and its line patterns.
  static func curve(_ index: Int) -> PictureLook {
    PictureLook(color: colors[index % colors.count], dashes: LinePattern.number(index).dashes(unit: 1.3))
  }

  private static let colors = ["#0b5cad", "#c8430a", "#00735c", "#a0408f", "#8a6400", "#4a4a4a"]
}

/// The signs that stand at points of a curve.
enum PictureMark {
  case circle, square, triangle, diamond, downward, ring
  /// A smaller circle, at points of lines that colour and dashes tell apart.
  case dot

  /// Of curve number `index`, from 0.
  static func number(_ index: Int) -> PictureMark { ofCurves[index % ofCurves.count] }

  private static let ofCurves: [PictureMark] = [.circle, .square, .triangle, .diamond, .downward, .ring]
}

extension SVGPicture {
  /// A mark about 7 pixels wide, with a light rim.
  mutating func mark(_ mark: PictureMark, at center: Point, fill: String) {
    func corners(_ offsets: [(Double, Double)]) -> [Point] {
      offsets.map { Point(x: center.x + $0.0, y: center.y + $0.1) }
    }
    switch mark {
    case .circle: circle(center, radius: 3.4, fill: fill, stroke: "#ffffff")
    case .dot: circle(center, radius: 3, fill: fill, stroke: "#ffffff")
    case .ring: circle(center, radius: 3, fill: "#ffffff", stroke: fill)
    case .square:
      polygon(corners([(-3.2, -3.2), (3.2, -3.2), (3.2, 3.2), (-3.2, 3.2)]), fill: fill, stroke: "#ffffff")
    case .triangle: polygon(corners([(0, -4.4), (4.2, 3.2), (-4.2, 3.2)]), fill: fill, stroke: "#ffffff")
    case .downward: polygon(corners([(0, 4.4), (4.2, -3.2), (-4.2, -3.2)]), fill: fill, stroke: "#ffffff")
    case .diamond:
      polygon(corners([(0, -4.6), (4.6, 0), (0, 4.6), (-4.6, 0)]), fill: fill, stroke: "#ffffff")
    }
  }

  /// A cross with a light rim.
  mutating func cross(at center: Point, stroke: String) {
    for (color, width) in [("#ffffff", 5.0), (stroke, 2.2)] {
      for (dx, dy) in [(4.5, 4.5), (4.5, -4.5)] {
        line(
          [Point(x: center.x - dx, y: center.y - dy), Point(x: center.x + dx, y: center.y + dy)],
          stroke: color, width: width)
      }
    }
  }
}
