// What tells curves apart where colour does not.

/// A repeating pattern of drawn and empty dots along a curve.
struct LinePattern: Equatable {
  private let dots: [Bool]

  static let solid = LinePattern("#")

  /// The pattern of curve number `index`, from 0: solid, dashed, dotted, dash and dot, short dashes,
  /// sparse dots, long dashes, dash and two dots, and again from the start.
  static func number(_ index: Int) -> LinePattern { all[index % all.count] }

  func isDrawn(_ step: Int) -> Bool { dots[step % dots.count] }

  /// The pattern as a picture's `stroke-dasharray`, a dot being `unit` long; empty where nothing is left out.
  func dashes(unit: Double) -> String {
    guard dots.contains(false) else { return "" }
    var lengths: [Int] = []
    for (index, dot) in dots.enumerated() {
      if index > 0, dot == dots[index - 1] { lengths[lengths.count - 1] += 1 } else { lengths.append(1) }
    }
    return lengths.map { SVGPicture.number(Double($0) * unit) }.joined(separator: " ")
  }

  private init(_ text: String) { dots = text.map { $0 == "#" } }

  private static let all = [
    solid, LinePattern("######...."), LinePattern("#.."), LinePattern("#######..#.."), LinePattern("###..."),
    LinePattern("#....."), LinePattern("############...."), LinePattern("######..#..#.."),
  ]
}
