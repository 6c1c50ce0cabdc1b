// Small numerical helpers of training records.
import Glibc

func naturalLogarithm(_ x: Double) -> Double { log(x) }

/// The middle value, or the mean of the two middle ones; NaN when empty. NaNs count as largest.
package func median(_ values: [Double]) -> Double {
  guard !values.isEmpty else { return .nan }
  let sorted = values.sorted { a, b in a.isNaN ? false : b.isNaN ? true : a < b }
  let middle = sorted.count / 2
  return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}
