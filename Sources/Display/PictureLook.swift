// How lines of a picture look: colours for a light ground, and what tells them apart without colour.
import Glibc

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

  static let bandOpacity = 0.14

  /// Of curve number `index`, from 0: colours as the terminal's, darker, and its line patterns. Where the colours
  /// begin again, they come with other patterns.
  static func curve(_ index: Int) -> PictureLook {
    let pattern = LinePattern.number(index + index / colors.count)
    return PictureLook(color: colors[index % colors.count], dashes: pattern.dashes(unit: 1.3))
  }

  private static let colors = [
    "#0b5cad", "#c8430a", "#00735c", "#a0408f", "#8a6400", "#2f97d1", "#4a4a4a", "#6b1f1f",
  ]
}

/// The signs that stand at points of a curve.
enum PictureMark {
  case circle, square, triangle, diamond, downward, ring, openSquare, openDiamond
  /// A smaller circle, at points of lines that colour and dashes tell apart.
  case dot

  /// Of curve number `index`, from 0.
  static func number(_ index: Int) -> PictureMark {
    ofCurves[(index + index / ofCurves.count * 3) % ofCurves.count]
  }

  private static let ofCurves: [PictureMark] = [
    .circle, .square, .triangle, .diamond, .downward, .ring, .openSquare, .openDiamond,
  ]
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
    case .openSquare:
      polygon(corners([(-3, -3), (3, -3), (3, 3), (-3, 3)]), fill: "#ffffff", stroke: fill)
    case .openDiamond:
      polygon(corners([(0, -4.2), (4.2, 0), (0, 4.2), (-4.2, 0)]), fill: "#ffffff", stroke: fill)
    }
  }

  /// A star with a light rim, larger than the marks.
  mutating func star(at center: Point, fill: String) {
    let corners = (0..<10).map { corner -> Point in
      let radius = corner.isMultiple(of: 2) ? 8.5 : 3.6
      let angle = Double(corner) * .pi / 5
      return Point(x: center.x + radius * sin(angle), y: center.y - radius * cos(angle))
    }
    polygon(corners, fill: fill, stroke: "#ffffff")
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
