// What is shown of a cell of a heat map: its two shares, and the tone of each part of its width.

/// One share as a shade: warm for the first share of a cell, cool for the second. A share of 0 looks the same
/// in both.
struct HeatMapTone: Equatable {
  enum Hue: Equatable { case warm, cool }

  let hue: Hue
  let share: Double
}

struct HeatMapShares: Equatable {
  /// Each in 0...1, and so is their sum.
  let first: Double
  let second: Double

  /// A share beyond 0...1 counts as the nearer of the two, and `second` is at most what `first` leaves.
  init(first: Double, second: Double = 0) {
    self.first = min(1, max(0, first))
    self.second = min(1 - self.first, max(0, second))
  }

  /// The mean of each share; nil for no cells.
  static func mean(_ cells: [HeatMapShares]) -> HeatMapShares? {
    guard !cells.isEmpty else { return nil }
    let count = Double(cells.count)
    return HeatMapShares(
      first: cells.reduce(0) { $0 + $1.first } / count, second: cells.reduce(0) { $0 + $1.second } / count)
  }

  /// What is neither, in 0...1.
  var rest: Double { max(0, 1 - first - second) }

  /// Whether both shares are above 0, so that the cell is split.
  var isSplit: Bool { first > 0 && second > 0 }

  /// The part of the cell's width, from the left, that shows the second share: the two divide the width in
  /// proportion. Of a cell where both are 0 it is 0.
  var coolPart: Double { second > 0 ? second / (first + second) : 0 }

  /// The tone of one of `width` equal parts, from the left. Both shares have at least one part of a split cell;
  /// a single part shows the larger, and of equal ones the first.
  func tone(at place: Int, of width: Int) -> HeatMapTone {
    let isCool: Bool
    if isSplit, width > 1 {
      isCool = place < min(width - 1, max(1, Int((coolPart * Double(width)).rounded())))
    } else {
      isCool = second > first
    }
    return isCool ? HeatMapTone(hue: .cool, share: second) : HeatMapTone(hue: .warm, share: first)
  }
}
