// How often values fall into bins of equal width, or of equal ratio.
import Glibc

package struct Histogram: Equatable, Sendable {
  /// Bounds of the bins, in increasing order: one more than there are bins; empty without finite values.
  package let edges: [Double]
  /// A value on an inner bound counts in the bin above it.
  package let counts: [Int]
  package let nanCount: Int
  /// Infinities of both signs.
  package let infiniteCount: Int
  /// Finite values that are not above 0, which have no place among bins of equal ratio; none on a linear scale.
  package let notAboveZeroCount: Int
  package let scale: Chart.Scale

  /// The most bins: more than a chart can show apart.
  package static let mostBins = 1000

  package var finiteCount: Int { counts.reduce(0, +) }

  /// The scale on which the values can be told apart: logarithmic where all that are finite lie above 0 and the
  /// largest is more than 1000 times the least, so that bins of equal width would hold most of them in one.
  package static func fittingScale(_ values: [Double]) -> Chart.Scale {
    let finite = values.filter(\.isFinite)
    guard let least = finite.min(), let greatest = finite.max(), least > 0 else { return .linear }
    return greatest / least > 1000 ? .log : .linear
  }

  /// - Parameters:
  ///   - bins: from 1 to `mostBins`; nil takes the square root of the number of values, at most 40.
  ///   - scale: bins of equal width, or of equal ratio of their bounds.
  package init(_ values: [Double], bins: Int? = nil, scale: Chart.Scale = .linear) {
    self.scale = scale
    nanCount = values.count { $0.isNaN }
    infiniteCount = values.count { $0.isInfinite }
    let all = values.filter(\.isFinite)
    switch scale {
    case .linear:
      notAboveZeroCount = 0
      (edges, counts) = Self.counted(all, bins)
    case .log:
      let positive = all.filter { $0 > 0 }
      notAboveZeroCount = all.count - positive.count
      let (logarithms, counts) = Self.counted(positive.map { log10($0) }, bins)
      self.counts = counts
      edges = logarithms.map { min(max(pow(10, $0), .leastNonzeroMagnitude), .greatestFiniteMagnitude) }
    }
  }

  /// Bins of equal width over values that are finite.
  private static func counted(_ finite: [Double], _ bins: Int?) -> (edges: [Double], counts: [Int]) {
    guard let least = finite.min(), let greatest = finite.max() else {
      return ([], [])
    }
    let wished = min(
      Self.mostBins, max(1, bins ?? min(40, Int(Double(finite.count).squareRoot().rounded(.up)))))
    // Equal values get some room; halves keep the difference of the largest numbers finite.
    let room = greatest > least ? 0 : max(least.magnitude / 20, least == 0 ? 0.5 : 0)
    let (low, high) = (least / 2 - room / 2, greatest / 2 + room / 2)
    let span = high - low
    guard span > 0 else {
      // The smallest numbers have no room between them.
      return ([least, least.nextUp], [finite.count])
    }
    var counts = [Int](repeating: 0, count: wished)
    for value in finite {
      counts[min(wished - 1, max(0, Int((value / 2 - low) / span * Double(wished))))] += 1
    }
    let edges = (0...wished).map { index in
      let half = index == wished ? high : low + span * (Double(index) / Double(wished))
      return half * 2
    }
    return (edges, counts)
  }

  /// The outline over the bins, from 0 back to 0.
  package func series(_ name: String) -> Chart.Series {
    guard let first = edges.first, let last = edges.last else { return Chart.Series(name, x: [], y: []) }
    var (x, y) = ([first], [0.0])
    for (index, count) in counts.enumerated() {
      x += [edges[index], edges[index + 1]]
      y += [Double(count), Double(count)]
    }
    return Chart.Series(name, x: x + [last], y: y + [0], isFilled: true)
  }
}
