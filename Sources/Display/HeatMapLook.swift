// The characters and colours of a heat map in a terminal.

struct HeatMapLook {
  let isColored: Bool
  /// A cell that is not measured; in a line of two rows, only the upper or only the lower one.
  let unmeasured: Character
  let unmeasuredUpper: Character = "˙"
  let unmeasuredLower: Character = "."
  /// Several lines in a cell that has no room for them.
  let severalMark: Character
  /// From none to all: shading for the first share, stripes for the second.
  private let warmShades: [Character]
  private let coolShades: [Character]
  private let lineMarks: [Character]

  init(_ options: RenderOptions) {
    isColored = options.color
    warmShades = Array(options.unicode ? " ░▒▓█" : " .:*#")
    coolShades = Array(options.unicode ? " ▏▎▍▌" : " '!|N")
    unmeasured = options.unicode ? "·" : "?"
    severalMark = options.unicode ? "╪" : "%"
    lineMarks = Array(options.unicode ? "━┄●○" : "=-@o")
  }

  /// The mark of a line; `number`, from 0, is its place among the lines of the map.
  func mark(of line: HeatMap.Line, number: Int, isUpper: Bool = false) -> HeatMapCell.Mark {
    func mark(_ place: Int, theoryOf measured: Int? = nil) -> HeatMapCell.Mark {
      HeatMapCell.Mark(
        character: lineMarks[place], isUpper: isUpper, measured: measured.map { lineMarks[$0] })
    }
    return switch line.role {
    case .edge: mark(0)
    case .edgeTheory: mark(1, theoryOf: 0)
    case .ridge: mark(2)
    case .ridgeTheory: mark(3, theoryOf: 2)
    case nil: mark(number % lineMarks.count)
    }
  }

  func shade(_ tone: HeatMapTone) -> Character {
    let shades =
      switch tone.hue {
      case .warm: warmShades
      case .cool: coolShades
      }
    return shades[HeatMapShade.level(tone.share, of: shades.count)]
  }

  /// The colours of tones; nil leaves the terminal's own.
  func paint(foreground: HeatMapTone?, background: HeatMapTone?) -> Style {
    guard isColored, foreground != nil || background != nil else { return .plain }
    return .painted(
      foreground: foreground.map(HeatMapShade.color), background: background.map(HeatMapShade.color))
  }

  /// A mark over the colour of `tone`.
  func ink(on tone: HeatMapTone?) -> Style {
    guard isColored, let tone else { return .plain }
    return .painted(foreground: HeatMapShade.ink(tone), background: HeatMapShade.color(tone))
  }

  /// Two rows of two quarters: which character fills them, with blocks for the first share and with dots for
  /// the second.
  static func quarters(_ hue: HeatMapTone.Hue, upper: HeatMapQuarters, lower: HeatMapQuarters) -> Character {
    let filled =
      (upper.left ? 1 : 0) + (upper.right ? 2 : 0) + (lower.left ? 4 : 0) + (lower.right ? 8 : 0)
    return switch hue {
    case .warm: quarterBlocks[filled]
    case .cool: quarterDots[filled]
    }
  }

  private static let quarterBlocks = Array(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
  private static let quarterDots = Array(" ⠃⠘⠛⡄⡇⡜⡟⢠⢣⢸⢻⣤⣧⣼⣿")
}
