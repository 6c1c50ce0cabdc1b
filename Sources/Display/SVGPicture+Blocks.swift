// What pictures share: titles, captions, and labels that keep clear of each other.

extension SVGPicture {
  static let titleSize = 16.0
  static let titleHeight = 22.0
  static let captionSize = 12.0
  static let captionHeight = 16.0

  /// Lines of a title; `y` is the base line of the first.
  mutating func title(_ lines: [String], x: Double, y: Double) {
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let place = Point(x: x, y: y + Double(index) * Self.titleHeight)
      text(line, at: place, size: Self.titleSize, isBold: true)
    }
  }

  /// Lines of a caption that end at `bottom`.
  mutating func caption(_ lines: [String], x: Double, bottom: Double) {
    let first = bottom - Double(lines.count - 1) * Self.captionHeight - 2
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let place = Point(x: x, y: first + Double(index) * Self.captionHeight)
      text(line, at: place, size: Self.captionSize, fill: "#555555")
    }
  }
}
