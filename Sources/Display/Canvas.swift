// A grid of character cells to draw on with dots finer than the cells: 2 × 4 braille dots each, or 1 in
// ASCII.

struct Canvas {
  let columns: Int
  let rows: Int
  let isBraille: Bool

  /// For each layer the dots of each cell, row by row from the top, as the low byte of a braille character.
  private var layers: [[UInt8]] = []
  /// For each layer the dots of its shade in each cell: these show where no curve has dots.
  private var shades: [[UInt8]] = []
  /// Whole characters that cover the dots of their cell.
  private var marks: [Int: (character: Character, layer: Int)] = [:]

  var dotsAcross: Int { columns * (isBraille ? 2 : 1) }
  var dotsDown: Int { rows * (isBraille ? 4 : 1) }

  init(columns: Int, rows: Int, layers: Int, isBraille: Bool) {
    self.columns = columns
    self.rows = rows
    self.isBraille = isBraille
    self.layers = Array(repeating: Array(repeating: 0, count: columns * rows), count: layers)
    shades = self.layers
  }

  struct Dot: Equatable {
    /// From the left edge.
    var x: Int
    /// From the upper edge.
    var y: Int
  }

  /// The dots of one column of a shade, both ends among them.
  struct Span: Equatable {
    /// From the left edge.
    var x: Int
    /// From the upper edge; not below `bottom`.
    var top: Int
    var bottom: Int
  }

  /// A cell's character and the layer that has most dots in it, the later of equals; without dots its shade, which
  /// layers share column by column; nil for an empty cell.
  func cell(_ column: Int, _ row: Int, asciiMarks: [Character]) -> (character: Character, layer: Int)? {
    let index = row * columns + column
    if let mark = marks[index] { return mark }
    var dots: UInt8 = 0
    var owner = 0
    for (number, layer) in layers.enumerated() {
      dots |= layer[index]
      if layer[index] != 0, layer[index].nonzeroBitCount >= layers[owner][index].nonzeroBitCount {
        owner = number
      }
    }
    guard dots != 0 else { return shade(column, index) }
    guard isBraille else { return (asciiMarks[owner % asciiMarks.count], owner) }
    return Unicode.Scalar(0x2800 + UInt32(dots)).map { (Character($0), owner) }
  }

  private func shade(_ column: Int, _ index: Int) -> (character: Character, layer: Int)? {
    let owners = shades.indices.filter { shades[$0][index] != 0 }
    guard !owners.isEmpty else { return nil }
    let owner = owners[column / 2 % owners.count]
    guard isBraille else { return (".", owner) }
    return Unicode.Scalar(0x2800 + UInt32(shades[owner][index])).map { (Character($0), owner) }
  }

  /// Lays a character over the cell that holds `dot`. If another layer has a mark there already, the next
  /// free cell to the right gets it where `sideways` allows.
  mutating func mark(_ dot: Dot, _ character: Character, layer: Int, sideways: Bool = false) {
    guard let index = cellIndex(dot) else { return }
    var free = index
    while sideways, let taken = marks[free], taken.layer != layer, (free + 1) % columns != 0 { free += 1 }
    marks[free] = (character, layer)
  }

  /// Joins the dots by straight lines, with the gaps of `pattern` counted along the whole way.
  mutating func draw(_ way: [Dot], layer: Int, pattern: LinePattern) {
    Self.walk(way) { dot, step in
      if pattern.isDrawn(step) { set(dot, layer) }
    }
  }

  /// Fills the columns between the way and row `base` of the dots.
  mutating func fill(_ way: [Dot], to base: Int, layer: Int) {
    Self.walk(way) { dot, _ in
      for y in min(dot.y, base)...max(dot.y, base) { set(Dot(x: dot.x, y: y), layer) }
    }
  }

  /// Shades what lies between the spans with light dots, one in each cell; a span alone gets some width.
  mutating func shade(_ spans: [Span], layer: Int) {
    guard let first = spans.first else { return }
    if spans.count == 1 {
      for x in first.x - 1...first.x + 1 { shade(Span(x: x, top: first.top, bottom: first.bottom), layer) }
    }
    for (start, end) in zip(spans, spans.dropFirst()) {
      let length = end.x - start.x
      guard length > 0 else { continue }
      for position in 0...length {
        shade(
          Span(
            x: start.x + position, top: start.top + Self.divided((end.top - start.top) * position, length),
            bottom: start.bottom + Self.divided((end.bottom - start.bottom) * position, length)), layer)
      }
    }
  }

  private mutating func shade(_ span: Span, _ layer: Int) {
    guard span.top <= span.bottom else { return }
    for y in span.top...span.bottom {
      let dot = Dot(x: span.x, y: y)
      guard let index = cellIndex(dot), isLight(dot) else { continue }
      shades[layer][index] |= isBraille ? Self.bits[y % 4][span.x % 2] : 1
    }
  }

  /// Whether a shade has a dot here: staggered, so that it makes no lines.
  private func isLight(_ dot: Dot) -> Bool {
    isBraille
      ? dot.x.isMultiple(of: 2) && dot.y % 4 == dot.x / 2 % 2 * 2 : (dot.x + dot.y).isMultiple(of: 2)
  }

  /// Calls `visit` for each dot of the straight lines through `way`, with the number of steps up to it.
  private static func walk(_ way: [Dot], _ visit: (Dot, Int) -> Void) {
    guard let first = way.first else { return }
    var step = 0
    visit(first, 0)
    for (start, end) in zip(way, way.dropFirst()) {
      let (dx, dy) = (end.x - start.x, end.y - start.y)
      let length = max(abs(dx), abs(dy))
      guard length > 0 else { continue }
      for position in 1...length {
        step += 1
        visit(
          Dot(x: start.x + divided(dx * position, length), y: start.y + divided(dy * position, length)), step)
      }
    }
  }

  private mutating func set(_ dot: Dot, _ layer: Int) {
    guard let index = cellIndex(dot) else { return }
    layers[layer][index] |= isBraille ? Self.bits[dot.y % 4][dot.x % 2] : 1
  }

  private func cellIndex(_ dot: Dot) -> Int? {
    guard dot.x >= 0, dot.y >= 0, dot.x < dotsAcross, dot.y < dotsDown else { return nil }
    return isBraille ? dot.y / 4 * columns + dot.x / 2 : dot.y * columns + dot.x
  }

  /// Rounded to the nearest whole number, symmetrically about 0.
  private static func divided(_ number: Int, _ divisor: Int) -> Int {
    number < 0 ? -((-number * 2 + divisor) / (2 * divisor)) : (number * 2 + divisor) / (2 * divisor)
  }

  private static let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
}
