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

/// With `digits` decimals.
func fixed(_ x: Double, _ digits: Int) -> String {
  guard x.isFinite else { return "\(x)" }
  let scale = (0..<digits).reduce(1.0) { product, _ in product * 10 }
  let whole = (abs(x) * scale).rounded()
  let integer = (whole / scale).rounded(.down)
  let fraction = whole - integer * scale
  let text = "\(Int(fraction))"
  let sign = x < 0 && whole > 0 ? "-" : ""
  if digits == 0 { return sign + "\(Int(integer))" }
  return sign + "\(Int(integer))." + String(repeating: "0", count: digits - text.count) + text
}
