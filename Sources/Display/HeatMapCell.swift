// One cell of a heat map in one line of text: its shade, or those of two rows, and what lies over it.

struct HeatMapCell {
  enum Shade: Equatable {
    case shares(HeatMapShares), unmeasured
    /// Above the last row.
    case absent

    init(_ shares: HeatMapShares?) { self = shares.map { .shares($0) } ?? .unmeasured }

    var shares: HeatMapShares? {
      if case .shares(let shares) = self { return shares }
      return nil
    }
  }

  struct Mark: Equatable {
    let character: Character
    /// In the upper of two rows.
    var isUpper = false
    /// The mark of the measured line whose theory this is.
    var measured: Character?
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
  /// beside it, a measured line hides its theory; where this does not help they are drawn as one, and in the
  /// narrowest cells not at all.
  func text(width: Int, _ look: HeatMapLook) -> StyledText {
    var glyphs = [Glyph?](repeating: nil, count: width)
    let (shown, room) = fittingMarks(width, look)
    let dot = dot(look)
    let start = shown.isEmpty ? (width - 1) / 2 : (width - room - (dot == nil ? 0 : 1)) / 2
    for (index, mark) in shown.enumerated() {
      let shares = mark.isUpper ? upper?.shares : lower.shares
      for place in (start + room * index / shown.count)..<(start + room * (index + 1) / shown.count) {
        let style = look.ink(on: shares?.tone(at: place, of: width))
        glyphs[place] = Glyph(character: mark.character, style: style)
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
    fittingMarks(width, look).shown.contains { $0.character == look.severalMark }
  }

  /// Whether the mark of a measured line hides that of its theory.
  func hidesTheory(width: Int, _ look: HeatMapLook) -> Bool {
    let shown = fittingMarks(width, look).shown
    return !shown.isEmpty && shown.count < marks.count && !joinsMarks(width: width, look)
  }

  private var isBlank: Bool { lower.shares == nil && upper?.shares == nil }

  /// The marks that are drawn, and the characters they share.
  private func fittingMarks(_ width: Int, _ look: HeatMapLook) -> (shown: [Mark], room: Int) {
    guard !marks.isEmpty else { return ([], 0) }
    let dots = dot(look) == nil ? 0 : 1
    // In colour the shade shows behind the marks, unless there are two of them.
    let reserved = isBlank || (look.isColored && upper == nil) ? 0 : 1
    let wide = width - 2 * max(1, width / 4) - dots
    let room = wide >= marks.count ? wide : width - reserved - dots
    if room >= marks.count { return (marks, room) }
    guard room >= 1 else { return ([], 0) }
    let bare = marks.filter { mark in !marks.contains { $0.character == mark.measured } }
    if room >= bare.count { return (bare, room) }
    return ([Mark(character: look.severalMark, isUpper: marks[0].isUpper)], room)
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

  /// The shades in `count` characters.
  private func shadeGlyphs(_ count: Int, _ look: HeatMapLook) -> [Glyph] {
    if let upper, !look.isColored {
      return HeatMapQuarters.characters(upper: upper.shares, lower: lower.shares, count: count).map {
        Glyph(character: $0, style: .plain)
      }
    }
    return (0..<count).map { place in
      let low = lower.shares?.tone(at: place, of: count)
      guard let upper else {
        let style = look.paint(foreground: low, background: low)
        return Glyph(character: low.map(look.shade) ?? " ", style: style)
      }
      return switch (upper.shares?.tone(at: place, of: count), low) {
      case (nil, nil): Glyph(character: " ", style: .plain)
      case (nil, let low): Glyph(character: "▄", style: look.paint(foreground: low, background: nil))
      case (let high, let low): Glyph(character: "▀", style: look.paint(foreground: high, background: low))
      }
    }
  }
}
