// How often values fall into bins of equal width.
import Glibc

package struct Histogram: Equatable, Sendable {
  /// Bounds of the bins, in increasing order: one more than there are bins; empty without finite values.
  package let edges: [Double]
  /// A value on an inner bound counts in the bin above it.
  package let counts: [Int]
  package let nanCount: Int
  /// Infinities of both signs.
  package let infiniteCount: Int

  /// The most bins: more than a chart can show apart.
  package static let mostBins = 1000

  package var finiteCount: Int { counts.reduce(0, +) }

  /// - Parameter bins: from 1 to `mostBins`; nil takes the square root of the number of values, at most 40.
  package init(_ values: [Double], bins: Int? = nil) {
    let finite = values.filter(\.isFinite)
    nanCount = values.count { $0.isNaN }
    infiniteCount = values.count - finite.count - nanCount
    guard let least = finite.min(), let greatest = finite.max() else {
      (edges, counts) = ([], [])
      return
    }
    let wished = min(
      Self.mostBins, max(1, bins ?? min(40, Int(Double(finite.count).squareRoot().rounded(.up)))))
    // Equal values get some room; halves keep the difference of the largest numbers finite.
    let room = greatest > least ? 0 : max(least.magnitude / 20, least == 0 ? 0.5 : 0)
    let (low, high) = (least / 2 - room / 2, greatest / 2 + room / 2)
    let span = high - low
    guard span > 0 else {
      // The smallest numbers have no room between them.
      (edges, counts) = ([least, least.nextUp], [finite.count])
      return
    }
    var counts = [Int](repeating: 0, count: wished)
    for value in finite {
      counts[min(wished - 1, max(0, Int((value / 2 - low) / span * Double(wished))))] += 1
    }
    self.counts = counts
    edges = (0...wished).map { index in
      let half = index == wished ? high : low + span * (Double(index) / Double(wished))
      return half * 2
    }
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
