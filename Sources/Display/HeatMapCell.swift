// One cell of a heat map in one line of text: its shade, or those of two rows, and what lies over it.

struct HeatMapCell {
  enum Shade: Equatable {
    case share(Double), unmeasured
    /// Above the last row.
    case absent

    init(_ share: Double?) { self = share.map { .share($0) } ?? .unmeasured }

    var share: Double? {
      if case .share(let share) = self { return share }
      return nil
    }
  }

  struct Mark: Equatable {
    let character: Character
    /// In the upper of two rows.
    var isUpper = false
  }

  /// The upper of two rows; nil where one row fills the line.
  var upper: Shade?
  var lower: Shade
  var marks: [Mark] = []

  private struct Glyph {
    let character: Character
    let style: Style
  }

  /// The cell in `width` characters, at least 1. Marks never cover all of a shade: where they do not fit
  /// beside it they are drawn as one, and in the narrowest cells not at all.
  func text(width: Int, _ look: HeatMapLook) -> StyledText {
    var glyphs = [Glyph?](repeating: nil, count: width)
    let (shown, room) = fittingMarks(width, look)
    let dot = dot(look)
    let start = shown.isEmpty ? (width - 1) / 2 : (width - room - (dot == nil ? 0 : 1)) / 2
    for (index, mark) in shown.enumerated() {
      let style = look.ink(on: mark.isUpper ? upper?.share : lower.share)
      for place in (room * index / shown.count)..<(room * (index + 1) / shown.count) {
        glyphs[start + place] = Glyph(character: mark.character, style: style)
      }
    }
    if let dot { glyphs[shown.isEmpty ? start : start + room] = Glyph(character: dot, style: .dim) }

    var shades = shadeGlyphs(glyphs.count { $0 == nil }, look).makeIterator()
    return glyphs.reduce(into: StyledText()) { text, glyph in
      guard let glyph = glyph ?? shades.next() else { return }
      text.append(String(glyph.character), glyph.style)
    }
  }

  /// Whether several marks are drawn as one.
  func joinsMarks(width: Int, _ look: HeatMapLook) -> Bool {
    marks.count > 1 && fittingMarks(width, look).shown.count == 1
  }

  private var isBlank: Bool { lower.share == nil && upper?.share == nil }

  /// The marks that are drawn, and the characters they share.
  private func fittingMarks(_ width: Int, _ look: HeatMapLook) -> (shown: [Mark], room: Int) {
    guard !marks.isEmpty else { return ([], 0) }
    let dots = dot(look) == nil ? 0 : 1
    // In colour the shade shows behind the marks, unless there are two of them.
    let reserved = isBlank || (look.isColored && upper == nil) ? 0 : 1
    let wide = width - 2 * max(1, width / 4) - dots
    let room = wide >= marks.count ? wide : width - reserved - dots
    if room >= marks.count { return (marks, room) }
    let joined =
      marks.count == 1 ? marks : [Mark(character: look.severalMark, isUpper: marks[0].isUpper)]
    return room >= 1 ? (joined, room) : ([], 0)
  }

  /// What says that something here is not measured.
  private func dot(_ look: HeatMapLook) -> Character? {
    switch (upper, lower) {
    case (nil, .unmeasured), (.unmeasured, .unmeasured), (.absent, .unmeasured): look.unmeasured
    case (.unmeasured, _): look.unmeasuredUpper
    case (_, .unmeasured): look.unmeasuredLower
    default: nil
    }
  }

  private func shadeGlyphs(_ count: Int, _ look: HeatMapLook) -> [Glyph] {
    guard let upper else {
      let style = look.paint(foreground: lower.share, background: lower.share)
      let glyph = Glyph(character: lower.share.map(look.shade) ?? " ", style: style)
      return Array(repeating: glyph, count: count)
    }
    guard look.isColored else { return quarterGlyphs(upper.share ?? 0, lower.share ?? 0, count) }
    let glyph =
      switch (upper.share, lower.share) {
      case (nil, nil): Glyph(character: " ", style: .plain)
      case (nil, let lower): Glyph(character: "▄", style: look.paint(foreground: lower, background: nil))
      case (let upper, let lower):
        Glyph(character: "▀", style: look.paint(foreground: upper, background: lower))
      }
    return Array(repeating: glyph, count: count)
  }

  /// Two rows without colour: of the quarters of each row as many are filled as its share says, evenly
  /// spread.
  private func quarterGlyphs(_ upper: Double, _ lower: Double, _ count: Int) -> [Glyph] {
    func filled(_ share: Double) -> [Bool] {
      let quarters = 2 * count
      let level = HeatMapShade.level(share, of: quarters + 1)
      return (0..<quarters).map { ($0 + 1) * level / quarters > $0 * level / quarters }
    }
    let (top, bottom) = (filled(upper), filled(lower))
    return (0..<count).map { place in
      let character = HeatMapLook.quarters(
        upperLeft: top[2 * place], upperRight: top[2 * place + 1],
        lowerLeft: bottom[2 * place], lowerRight: bottom[2 * place + 1])
      return Glyph(character: character, style: .plain)
    }
  }
}
