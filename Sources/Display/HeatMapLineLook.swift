// How the lines over a heat map look in a picture: what tells an edge, a ridge and theory apart.

struct HeatMapLineLook: Equatable {
  let picture: PictureLook
  /// What stands at the line's points. Theory has no points of its own, unless one is all there is of it.
  let mark: PictureMark?
  let isTheory: Bool

  static let width = 2.0
  static let rimWidth = 4.5

  /// The light rim keeps the line apart from any shade. Between the dashes of theory it leaves free what lies
  /// below, so that a measured line that theory meets is still seen.
  var rimDashes: String { isTheory ? picture.dashes : "" }

  /// The look of a line; `number`, from 0, is its place among the lines of the map.
  init(_ line: HeatMap.Line, number: Int) {
    switch line.role {
    case .edge: self.init(Self.edgeColor, mark: .square)
    case .edgeTheory: self.init(theory: Self.edgeColor)
    case .ridge: self.init(Self.ridgeColor, mark: .circle)
    case .ridgeTheory: self.init(theory: Self.ridgeColor)
    case nil: self.init(PictureLook.overHeat[number % PictureLook.overHeat.count], mark: .dot)
    }
  }

  private init(_ color: String, mark: PictureMark) {
    self.init(PictureLook(color: color, dashes: ""), mark: mark)
  }

  private init(_ picture: PictureLook, mark: PictureMark) {
    self.picture = picture
    self.mark = mark
    isTheory = false
  }

  private init(theory color: String) {
    picture = PictureLook(color: color, dashes: "6 4")
    mark = nil
    isTheory = true
  }

  /// Apart from each other for colour-blind eyes, and from the reds and blues of the cells.
  private static let edgeColor = "#111111"
  private static let ridgeColor = "#00735c"
}

extension SVGPicture {
  /// A way of a line over a heat map, with its rim.
  mutating func line(_ points: [Point], _ look: HeatMapLineLook) {
    line(points, stroke: "#ffffff", width: HeatMapLineLook.rimWidth, dashes: look.rimDashes)
    line(points, stroke: look.picture.color, width: HeatMapLineLook.width, dashes: look.picture.dashes)
  }
}
