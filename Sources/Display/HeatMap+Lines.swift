// Where the lines over a heat map run, in units of its cells.
import Glibc

extension HeatMap {
  /// A place between the cells: the centre of the first column and the lowest row is (0, 0).
  struct Place: Equatable {
    let column: Double
    let row: Double
  }

  /// From the lower edge of the lowest row to the upper edge of the highest.
  var rowRange: ClosedRange<Double> { -0.5...max(-0.5, Double(rows.count) - 0.5) }

  /// For each column the height of a line, interpolated between the logarithms of the rows and continued
  /// beyond them; nil where it has none. Over a single row only its own value has a place.
  func heights(of line: Line) -> [Double?] {
    let isIncreasing = zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
    guard isIncreasing, let first = rows.first, first > 0, rows.allSatisfy(\.isFinite) else {
      return columns.map { _ in nil }
    }
    let logarithms = rows.map { log($0) }
    return columns.indices.map { column in
      guard column < line.y.count, let value = line.y[column], value.isFinite, value > 0 else { return nil }
      if rows.count == 1 { return value == first ? 0 : nil }
      let place = log(value)
      // The rows below and above the value, or the two nearest to it.
      let above = logarithms.firstIndex { $0 >= place } ?? rows.count - 1
      let low = max(0, above - 1)
      let height = Double(low) + (place - logarithms[low]) / (logarithms[low + 1] - logarithms[low])
      return height.isFinite ? height : nil
    }
  }

  /// How many of a line's values are not nil, and how many of these have no place in the map.
  func pointCounts(of line: Line) -> (all: Int, outside: Int) {
    let all = line.y.prefix(columns.count).count { $0 != nil }
    let inside = heights(of: line).count { $0.map(rowRange.contains) ?? false }
    return (all, all - inside)
  }

  /// The pieces of a line inside the map, each a way from left to right. A point without neighbours is a way
  /// of one place.
  func ways(of line: Line) -> [[Place]] {
    let heights = heights(of: line)
    var ways: [[Place]] = []
    for column in heights.indices {
      guard let height = heights[column] else { continue }
      let here = Place(column: Double(column), row: height)
      let next = column + 1 < heights.count ? heights[column + 1] : nil
      if let next, let piece = inside(here, Place(column: here.column + 1, row: next)) {
        if ways.last?.last == piece.start {
          ways[ways.count - 1].append(piece.end)
        } else {
          ways.append([piece.start, piece.end])
        }
      } else if rowRange.contains(height), ways.last?.last != here {
        ways.append([here])
      }
    }
    return ways
  }

  /// The part of a straight piece that lies between the lower and the upper edge of the map.
  private func inside(_ start: Place, _ end: Place) -> (start: Place, end: Place)? {
    let rise = end.row - start.row
    guard rise != 0 else { return rowRange.contains(start.row) ? (start, end) : nil }
    let shares = [rowRange.lowerBound, rowRange.upperBound].map { ($0 - start.row) / rise }
    let from = max(0, min(shares[0], shares[1]))
    let to = min(1, max(shares[0], shares[1]))
    guard from < to else { return nil }
    func place(_ share: Double) -> Place {
      Place(column: start.column + share, row: start.row + share * rise)
    }
    return (from == 0 ? start : place(from), to == 1 ? end : place(to))
  }
}
