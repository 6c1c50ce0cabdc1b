// A picture as SVG text, element by element: numbers with few decimals, texts escaped, nothing from outside.
import Text

struct SVGPicture {
  struct Point: Equatable {
    var x: Double
    var y: Double
  }

  enum Anchor: String { case start, middle, end }

  /// Wide enough, in units of the font size, for most characters of most fonts without serifs.
  private static let characterWidth = 0.58

  private var body = ""

  /// What `text` takes at most, by and large: a picture does not know its reader's font.
  static func width(of text: String, size: Double) -> Double {
    Double(text.displayWidth) * characterWidth * size
  }

  /// `text` in lines of at most `width`.
  static func wrapped(_ text: String, to width: Double, size: Double) -> [String] {
    text.isEmpty ? [] : text.wrapped(to: Int(width / (characterWidth * size)))
  }

  /// A rectangle; with `tip`, a text that viewers show at the pointer.
  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, fill: String, stroke: String? = nil, tip: String = ""
  ) {
    let attributes =
      "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\""
      + " height=\"\(Self.number(height))\" fill=\"\(fill)\"" + (stroke.map { " stroke=\"\($0)\"" } ?? "")
    body +=
      tip.isEmpty
      ? "<rect \(attributes)/>\n" : "<rect \(attributes)><title>\(Self.escaped(tip))</title></rect>\n"
  }

  mutating func circle(_ center: Point, radius: Double, fill: String, stroke: String? = nil) {
    body +=
      "<circle cx=\"\(Self.number(center.x))\" cy=\"\(Self.number(center.y))\" r=\"\(Self.number(radius))\""
      + " fill=\"\(fill)\"" + (stroke.map { " stroke=\"\($0)\"" } ?? "") + "/>\n"
  }

  /// Straight pieces through `points`; `dashes` as in `stroke-dasharray`, solid where empty.
  mutating func line(_ points: [Point], stroke: String, width: Double, dashes: String = "") {
    body +=
      "<polyline points=\"\(Self.places(points))\" fill=\"none\" stroke=\"\(stroke)\" stroke-width=\"\(Self.number(width))\""
      + " stroke-linejoin=\"round\"" + (dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\"") + "/>\n"
  }

  /// A closed shape, its inside painted with `fill`.
  mutating func polygon(_ points: [Point], fill: String, opacity: Double = 1, stroke: String? = nil) {
    body +=
      "<polygon points=\"\(Self.places(points))\" fill=\"\(fill)\""
      + (opacity == 1 ? "" : " fill-opacity=\"\(Self.number(opacity))\"")
      + (stroke.map { " stroke=\"\($0)\"" } ?? "") + "/>\n"
  }

  private static func places(_ points: [Point]) -> String {
    points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
  }

  /// A line of text with its base line at `place`; `turned` reads upwards.
  mutating func text(
    _ text: String, at place: Point, size: Double, anchor: Anchor = .start, fill: String = "#1a1a1a",
    isBold: Bool = false, turned: Bool = false
  ) {
    let (x, y) = (Self.number(place.x), Self.number(place.y))
    body +=
      "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(Self.number(size))\" fill=\"\(fill)\""
      + (anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\"")
      + (isBold ? " font-weight=\"600\"" : "") + (turned ? " transform=\"rotate(-90 \(x) \(y))\"" : "")
      + ">\(Self.escaped(text))</text>\n"
  }

  /// Another picture, `y` below the upper edge.
  mutating func place(_ other: SVGPicture, y: Double) {
    body += "<g transform=\"translate(0 \(Self.number(y)))\">\n" + other.body + "</g>\n"
  }

  /// The whole document, on white, ending with a line break. `title` and `description` are read out by
  /// screen readers.
  func document(width: Double, height: Double, title: String, description: String) -> String {
    let (width, height) = (Self.number(width), Self.number(height))
    let fonts = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif"
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"\(width)\" height=\"\(height)\""
      + " viewBox=\"0 0 \(width) \(height)\" font-family=\"\(fonts)\">\n"
      + "<title>\(Self.escaped(title))</title>\n<desc>\(Self.escaped(description))</desc>\n"
      + "<rect width=\"\(width)\" height=\"\(height)\" fill=\"#ffffff\"/>\n" + body + "</svg>\n"
  }

  /// At most two decimals: `12`, `12.5`, `-0.25`.
  static func number(_ value: Double) -> String {
    var text = NumberFormat.fixed(value, places: 2)
    if text.contains(".") {
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
    }
    return text
  }

  /// For text and attributes. Characters that XML does not allow are written out, as for a terminal.
  static func escaped(_ text: String) -> String {
    text.safe(unicode: true).unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
  }
}
