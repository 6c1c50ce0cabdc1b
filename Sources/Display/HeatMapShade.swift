// From a share in 0...1 to a shade: pale for none, dark for all, told apart by lightness alone.

enum HeatMapShade {
  /// The shade of `share` among `count` (at least 2). The first is kept for 0 and the last for 1, so that
  /// one of many is never shown as none.
  static func level(_ share: Double, of count: Int) -> Int {
    if share <= 0 { return 0 }
    if share >= 1 { return count - 1 }
    return min(max(1, Int((share * Double(count - 1)).rounded())), max(1, count - 2))
  }

  /// The colour of a tone in the terminal's palette of 256.
  static func color(_ tone: HeatMapTone) -> Int {
    let palette = palette(tone.hue)
    return palette[level(tone.share, of: palette.count)]
  }

  /// Black or white, whichever is read better on the colour of a tone.
  static func ink(_ tone: HeatMapTone) -> Int {
    level(tone.share, of: palette(tone.hue).count) < 5 ? 16 : 231
  }

  /// The colour of a tone in a picture: `#fff8dc`.
  static func hexadecimal(_ tone: HeatMapTone) -> String {
    let anchors = anchors(tone.hue)
    let place = min(1, max(0, tone.share)) * Double(anchors.count - 1)
    let index = min(anchors.count - 2, Int(place))
    let parts = zip(anchors[index], anchors[index + 1]).map { low, high in
      Int((low + (high - low) * (place - Double(index))).rounded())
    }
    return parts.reduce("#") { $0 + ($1 < 16 ? "0" : "") + String($1, radix: 16) }
  }

  /// Each colour is darker than the one before it, for any kind of colour vision. Warm: cream, yellow, orange,
  /// red, dark red. Cool: cream to blue, less dark at its end than red, so that the two differ in lightness too.
  private static func palette(_ hue: HeatMapTone.Hue) -> [Int] {
    switch hue {
    case .warm: [230, 222, 215, 208, 202, 160, 124, 88]
    case .cool: [230, 153, 111, 69, 32, 25]
    }
  }

  /// Red, green and blue at shares 0, 1/4, 1/2, 3/4 and 1, in steps of about equal lightness.
  private static func anchors(_ hue: HeatMapTone.Hue) -> [[Double]] {
    switch hue {
    case .warm: [[255, 248, 220], [253, 210, 127], [246, 150, 70], [211, 74, 43], [122, 12, 30]]
    case .cool: [[255, 248, 220], [193, 219, 238], [134, 183, 222], [76, 142, 199], [24, 96, 168]]
    }
  }
}
