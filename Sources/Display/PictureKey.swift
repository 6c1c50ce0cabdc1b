// The keys of a picture: what stands for what, and which of them share a line.

struct PictureKey {
  enum Sample: Equatable {
    /// A line over a heat map.
    case line(HeatMapLineLook)
    /// A curve of a chart.
    case curve(PictureLook, PictureMark?, isFilled: Bool)
    /// The band of a curve.
    case band
    case unmeasuredCell
    /// A cell of a heat map that has both shares.
    case splitCell
    /// The text goes on from the line above.
    case none
  }

  typealias Entry = (sample: Sample, text: String)

  let sample: Sample
  let text: String
  /// With the sample and the space after the text.
  let width: Double

  static let sampleWidth = 28.0
  static let gap = 6.0
  private static let spaceAfter = 20.0

  private init(_ sample: Sample, _ text: String, size: Double) {
    self.sample = sample
    self.text = text
    width = Self.sampleWidth + Self.gap + SVGPicture.width(of: text, size: size) + Self.spaceAfter
  }

  /// Keys side by side as far as `width` allows; one too long for a line goes on in the next.
  static func lines(of entries: [Entry], width: Double, size: Double) -> [[PictureKey]] {
    var lines: [[PictureKey]] = []
    for (sample, text) in entries {
      let texts = SVGPicture.wrapped(text, to: width - sampleWidth - gap, size: size)
      for (index, text) in texts.enumerated() {
        let key = PictureKey(index == 0 ? sample : .none, text, size: size)
        let used = lines.last?.reduce(0) { $0 + $1.width } ?? 0
        if let last = lines.indices.last, index == 0, used + key.width - spaceAfter <= width {
          lines[last].append(key)
        } else {
          lines.append([key])
        }
      }
    }
    return lines
  }
}

extension SVGPicture {
  private static let pale = "#c8c8c8"
  static let dotGrey = "#8a8a8a"
  private static let bandGrey = "#dedede"

  /// Lines of keys; `y` is the base line of the first.
  mutating func legend(_ lines: [[PictureKey]], x start: Double, y: Double, lineHeight: Double, size: Double)
  {
    for (index, keys) in lines.enumerated() {
      var x = start
      let baseLine = y + Double(index) * lineHeight
      for key in keys {
        draw(key.sample, x: x, y: baseLine - 4)
        let place = Point(x: x + PictureKey.sampleWidth + PictureKey.gap, y: baseLine)
        text(key.text, at: place, size: size)
        x += key.width
      }
    }
  }

  private mutating func draw(_ sample: PictureKey.Sample, x: Double, y: Double) {
    let ends = [x, x + PictureKey.sampleWidth].map { Point(x: $0, y: y) }
    let center = Point(x: x + PictureKey.sampleWidth / 2, y: y)
    switch sample {
    case .line(let look):
      line(
        ends, stroke: look.picture.color, width: HeatMapLineLook.width, dashes: look.picture.dashes)
      if let mark = look.mark { self.mark(mark, at: center, fill: look.picture.color) }
    case .curve(let look, let mark, let isFilled):
      if isFilled {
        polygon(
          [
            Point(x: x, y: y - 5), Point(x: x + PictureKey.sampleWidth, y: y - 5),
            Point(x: x + PictureKey.sampleWidth, y: y + 5), Point(x: x, y: y + 5),
          ], fill: look.color, opacity: PictureLook.fillOpacity, stroke: look.color)
      } else {
        line(ends, stroke: look.color, width: PictureLook.lineWidth, dashes: look.dashes)
        if let mark { self.mark(mark, at: center, fill: look.color) }
      }
    case .band:
      rectangle(x: x, y: y - 5, width: PictureKey.sampleWidth, height: 10, fill: Self.bandGrey)
    case .unmeasuredCell:
      rectangle(x: x + 8, y: y - 6, width: 12, height: 12, fill: "#ffffff", stroke: Self.pale)
      circle(center, radius: 1.5, fill: Self.dotGrey)
    case .splitCell:
      for (hue, left) in [(HeatMapTone.Hue.cool, x + 8), (.warm, x + 14)] {
        rectangle(
          x: left, y: y - 6, width: 6, height: 12,
          fill: HeatMapShade.hexadecimal(HeatMapTone(hue: hue, share: 0.6)))
      }
    case .none: break
    }
  }
}
