// The characters and colours of a heat map in a terminal.

struct HeatMapLook {
  let isColored: Bool
  /// From none to all.
  let shades: [Character]
  /// A cell that is not measured; in a line of two rows, only the upper or only the lower one.
  let unmeasured: Character
  let unmeasuredUpper: Character = "˙"
  let unmeasuredLower: Character = "."
  /// Several lines in a cell that has no room for them.
  let severalMark: Character
  private let lineMarks: [Character]

  init(_ options: RenderOptions) {
    isColored = options.color
    shades = Array(options.unicode ? " ░▒▓█" : " .:*#")
    unmeasured = options.unicode ? "·" : "?"
    severalMark = options.unicode ? "╪" : "%"
    lineMarks = Array(options.unicode ? "━┄═╌" : "=-~+")
  }

  /// The mark of line number `index`, from 0.
  func lineMark(_ index: Int) -> Character { lineMarks[index % lineMarks.count] }

  func shade(_ share: Double) -> Character {
    shades[HeatMapShade.level(share, of: shades.count)]
  }

  /// The colours of shares; nil leaves the terminal's own.
  func paint(foreground: Double?, background: Double?) -> Style {
    guard isColored, foreground != nil || background != nil else { return .plain }
    return .painted(
      foreground: foreground.map(HeatMapShade.color), background: background.map(HeatMapShade.color))
  }

  /// A mark over the colour of `share`.
  func ink(on share: Double?) -> Style {
    guard isColored, let share else { return .plain }
    return .painted(foreground: HeatMapShade.ink(share), background: HeatMapShade.color(share))
  }

  /// Two rows of two quarters: which character fills them.
  static func quarters(upperLeft: Bool, upperRight: Bool, lowerLeft: Bool, lowerRight: Bool) -> Character {
    quarterBlocks[(upperLeft ? 1 : 0) + (upperRight ? 2 : 0) + (lowerLeft ? 4 : 0) + (lowerRight ? 8 : 0)]
  }

  private static let quarterBlocks = Array(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
}
