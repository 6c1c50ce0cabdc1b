// Two rows of a heat map in one line of text without colour: quarters of characters, filled as shares say.

/// What one row has of one character.
struct HeatMapQuarters: Equatable {
  var left = false
  var right = false

  var isBlank: Bool { !left && !right }

  /// Of the quarters of a row of `count` characters, `2 * count`, as many are filled as the share says, evenly
  /// spread; these are the two of character number `place`.
  private init(_ tone: HeatMapTone?, at place: Int, of count: Int) {
    guard let tone else { return }
    let quarters = 2 * count
    let level = HeatMapShade.level(tone.share, of: quarters + 1)
    func isFilled(_ number: Int) -> Bool { (number + 1) * level / quarters > number * level / quarters }
    left = isFilled(2 * place)
    right = isFilled(2 * place + 1)
  }

  private init() {}

  /// Two rows in `count` characters. A character is of blocks or of dots: where a share of one row is to be
  /// filled in blocks and one of the other row in dots, the rows take turns.
  static func characters(upper: HeatMapShares?, lower: HeatMapShares?, count: Int) -> [Character] {
    let places = 0..<count
    let tones = places.map { (upper: upper?.tone(at: $0, of: count), lower: lower?.tone(at: $0, of: count)) }
    var tops = places.map { Self(tones[$0].upper, at: $0, of: count) }
    var bottoms = places.map { Self(tones[$0].lower, at: $0, of: count) }
    let clashes = places.filter {
      !tops[$0].isBlank && !bottoms[$0].isBlank && tones[$0].upper?.hue != tones[$0].lower?.hue
    }
    // A row that shows nowhere else has the first turn.
    var isUpperTurn = tops.count { !$0.isBlank } == clashes.count
    for place in clashes {
      if isUpperTurn { bottoms[place] = Self() } else { tops[place] = Self() }
      isUpperTurn.toggle()
    }
    return places.map { place in
      let tone = tops[place].isBlank ? tones[place].lower : tones[place].upper
      return HeatMapLook.quarters(tone?.hue ?? .warm, upper: tops[place], lower: bottoms[place])
    }
  }
}
