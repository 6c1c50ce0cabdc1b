// From a share in 0...1 to a shade: pale for none, dark for all, told apart by lightness alone.

enum HeatMapShade {
  /// The shade of `share` among `count` (at least 2). The first is kept for 0 and the last for 1, so that
  /// one of many is never shown as none.
  static func level(_ share: Double, of count: Int) -> Int {
    if share <= 0 { return 0 }
    if share >= 1 { return count - 1 }
    return min(max(1, Int((share * Double(count - 1)).rounded())), max(1, count - 2))
  }

  /// The colour of a share in the terminal's palette of 256.
  static func color(_ share: Double) -> Int { palette[level(share, of: palette.count)] }

  /// Black or white, whichever is read better on the colour of a share.
  static func ink(_ share: Double) -> Int { level(share, of: palette.count) < 5 ? 16 : 231 }

  /// The colour of a share in a picture: `#fff8dc`.
  static func hexadecimal(_ share: Double) -> String {
    let place = min(1, max(0, share)) * Double(anchors.count - 1)
    let index = min(anchors.count - 2, Int(place))
    let parts = zip(anchors[index], anchors[index + 1]).map { low, high in
      Int((low + (high - low) * (place - Double(index))).rounded())
    }
    return parts.reduce("#") { $0 + ($1 < 16 ? "0" : "") + String($1, radix: 16) }
  }

  /// Cream, yellow, orange, red, dark red. Each is darker than the one before it, for any kind of colour
  /// vision.
  private static let palette = [230, 222, 215, 208, 202, 160, 124, 88]

  /// Red, green and blue at shares 0, 1/4, 1/2, 3/4 and 1, in steps of about equal lightness.
  private static let anchors: [[Double]] = [
    [255, 248, 220], [253, 210, 127], [246, 150, 70], [211, 74, 43], [122, 12, 30],
  ]
}
