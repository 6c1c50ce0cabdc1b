// What tells curves apart where colour does not.

/// A repeating pattern of drawn and empty dots along a curve.
struct LinePattern: Equatable {
  private let dots: [Bool]

  static let solid = LinePattern("#")

  /// The pattern of curve number `index`, from 0: solid, dashed, dotted, dash and dot, short dashes,
  /// sparse dots, and again from the start.
  static func number(_ index: Int) -> LinePattern { all[index % all.count] }

  func isDrawn(_ step: Int) -> Bool { dots[step % dots.count] }

  private init(_ text: String) { dots = text.map { $0 == "#" } }

  private static let all = [
    solid, LinePattern("######...."), LinePattern("#.."), LinePattern("#######..#.."), LinePattern("###..."),
    LinePattern("#....."),
  ]
}
