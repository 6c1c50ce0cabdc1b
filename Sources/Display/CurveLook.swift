// How a curve looks: its style, its line pattern and its characters.

struct CurveLook {
  let style: Style
  let pattern: LinePattern
  /// Shows a single point.
  let pointMark: Character
  let isBraille: Bool

  static let asciiMarks = Array("*+ox#@%&")
  private static let sampleColumns = 6
  private static let unicodeMarks = Array("●○▲△◆◇■□")
  /// How many curves are told apart by the colour of solid lines alone.
  private static let solidColors = 4

  static func bestMark(unicode: Bool) -> Character { unicode ? "★" : "B" }
  static func lostMark(unicode: Bool) -> Character { unicode ? "×" : "X" }

  /// Of curve number `index`, from 0. With colour the first four lines are solid, the next four dashed, and so on:
  /// the same colour has another pattern each time.
  init(_ index: Int, _ options: RenderOptions) {
    style = .series(index + 1)
    isBraille = options.unicode
    let round = options.color ? index / Self.solidColors : index
    pattern = options.unicode ? .number(round) : .solid
    let marks = options.unicode ? Self.unicodeMarks : Self.asciiMarks
    pointMark = marks[index % marks.count]
  }

  /// A short piece of the curve for the legend, with the mark of its points where these are shown.
  func sample(marked: Bool = false) -> StyledText {
    guard isBraille else { return StyledText(String(pointMark), style) }
    var canvas = Canvas(columns: Self.sampleColumns, rows: 1, layers: 1, isBraille: true)
    canvas.draw(
      [Canvas.Dot(x: 0, y: 1), Canvas.Dot(x: 2 * Self.sampleColumns - 1, y: 1)], layer: 0, pattern: pattern)
    if marked { canvas.mark(Canvas.Dot(x: Self.sampleColumns, y: 1), pointMark, layer: 0) }
    let cells = (0..<Self.sampleColumns).map {
      canvas.cell($0, 0, asciiMarks: Self.asciiMarks)?.character ?? " "
    }
    return StyledText(String(cells), style)
  }

  /// A piece of a band for the legend.
  static func bandSample(unicode: Bool) -> StyledText {
    let columns = unicode ? sampleColumns : 3
    var canvas = Canvas(columns: columns, rows: 1, layers: 1, isBraille: unicode)
    canvas.shade(
      [0, canvas.dotsAcross - 1].map { Canvas.Span(x: $0, top: 0, bottom: canvas.dotsDown - 1) }, layer: 0)
    return StyledText(
      String((0..<columns).map { canvas.cell($0, 0, asciiMarks: asciiMarks)?.character ?? " " }), .plain)
  }
}
