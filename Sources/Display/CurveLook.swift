// How a curve looks: its style, its line pattern and its characters.

struct CurveLook {
  let style: Style
  let pattern: LinePattern
  /// Shows a single point.
  let pointMark: Character
  let isBraille: Bool

  static let asciiMarks = Array("*+ox#@")
  private static let sampleColumns = 6
  private static let unicodeMarks = Array("●○▲△◆◇")

  /// Of curve number `index`, from 0. With colour the line patterns change when the colours begin again.
  init(_ index: Int, _ options: RenderOptions) {
    style = .series(index + 1)
    isBraille = options.unicode
    let round = options.color ? index / Style.seriesColors : index
    pattern = options.unicode ? .number(round) : .solid
    let marks = options.unicode ? Self.unicodeMarks : Self.asciiMarks
    pointMark = marks[index % marks.count]
  }

  /// A short piece of the curve for the legend.
  func sample() -> StyledText {
    guard isBraille else { return StyledText(String(pointMark), style) }
    var canvas = Canvas(columns: Self.sampleColumns, rows: 1, layers: 1, isBraille: true)
    canvas.draw(
      [Canvas.Dot(x: 0, y: 1), Canvas.Dot(x: 2 * Self.sampleColumns - 1, y: 1)], layer: 0, pattern: pattern)
    let cells = (0..<Self.sampleColumns).map {
      canvas.cell($0, 0, asciiMarks: Self.asciiMarks)?.character ?? " "
    }
    return StyledText(String(cells), style)
  }
}
