// Intervals of 95 %: of a share, of a mean, and of paired differences.
import Glibc
import Kernels
import Storage

/// An estimate with the interval that covers the truth in 95 of 100 repeats.
package struct Interval: Equatable, Sendable {
  package var estimate: Double
  package var low: Double
  package var high: Double

  package init(estimate: Double, low: Double, high: Double) {
    self.estimate = estimate
    self.low = low
    self.high = high
  }

  /// Half of what lies between the bounds; NaN where they are not known.
  package var halfWidth: Double { (high - low) / 2 }

  package func contains(_ value: Double) -> Bool { low <= value && value <= high }

  /// The same of a monotone function of the estimate.
  package func mapped(_ transform: (Double) -> Double) -> Interval {
    Interval(estimate: transform(estimate), low: transform(low), high: transform(high))
  }
}

/// The share of `count` in `total`, by Wilson (1927): (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²))/(1 + z²/n) with z = 1.96.
///
/// Nothing is known of an empty total: the estimate is NaN, the interval from 0 to 1.
package func wilsonInterval(_ count: Int, of total: Int) -> Interval {
  guard total > 0 else { return Interval(estimate: .nan, low: 0, high: 1) }
  let n = Double(total)
  let p = Double(count) / n
  let z = 1.959_963_984_540_054
  let center = (p + z * z / (2 * n)) / (1 + z * z / n)
  let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
  // At both ends rounding must not leave the share outside.
  return Interval(estimate: p, low: count == 0 ? 0 : center - half, high: count == total ? 1 : center + half)
}

/// The mean of values: Student's t up to 30 of them, the bootstrap-t above (Efron and Tibshirani 1993, chapter 12).
///
/// NaN bounds for fewer than two values; a NaN among them makes all three NaN.
package func meanInterval(_ values: [Double]) -> Interval {
  let center = mean(values)
  let error = sampleDeviation(values) / Double(values.count).squareRoot()
  guard values.count > 1, error.isFinite else { return Interval(estimate: center, low: .nan, high: .nan) }
  if values.count <= 30 {
    let half = studentQuantile(degrees: values.count - 1) * error
    return Interval(estimate: center, low: center - half, high: center + half)
  }
  return bootstrapInterval(values, center, error)
}

/// The t with P(|T| ≤ t) = 0.95.
///
/// - Precondition: `degrees` is at least 1.
package func studentQuantile(degrees: Int) -> Double {
  precondition(degrees >= 1, "Student's t has at least one degree of freedom, not \(degrees)")
  var low = 0.0
  var high = 16.0
  for _ in 0..<64 {
    let middle = (low + high) / 2
    if studentCoverage(middle, degrees: degrees) < 0.95 { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

/// P(|T| ≤ t), by the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4.
private func studentCoverage(_ t: Double, degrees: Int) -> Double {
  let angle = atan(t / Double(degrees).squareRoot())
  let (s, c) = (sin(angle), cos(angle))
  let isOdd = !degrees.isMultiple(of: 2)
  if degrees == 1 { return 2 * angle / .pi }
  var term = isOdd ? c : 1
  var sum = term
  // Exponents of the cosine go up by two, to degrees − 2.
  for k in stride(from: isOdd ? 3 : 2, through: degrees - 2, by: 2) {
    term *= c * c * Double(k - 1) / Double(k)
    sum += term
  }
  return isOdd ? 2 / .pi * (angle + s * sum) : s * sum
}

/// Resamples the values, with numbers of a fixed stream: the same values give the same interval.
private func bootstrapInterval(_ values: [Double], _ center: Double, _ error: Double) -> Interval {
  let resamples = 2000
  let n = values.count
  let stream = RandomStream(seed: 0, purpose: .order, index: UInt32(truncatingIfNeeded: n))
  let draws = Buffer(count: n)
  var statistics: [Double] = []
  for i in 0..<resamples {
    stream.fillUniform(draws.pointer, count: n, position: UInt64(i))
    let sample = (0..<n).map { values[min(n - 1, Int(draws.pointer[$0] * Float(n)))] }
    let sampleError = sampleDeviation(sample) / Double(n).squareRoot()
    // A sample of one value only says nothing of the spread.
    if sampleError > 0 { statistics.append((mean(sample) - center) / sampleError) }
  }
  guard !statistics.isEmpty else { return Interval(estimate: center, low: center, high: center) }
  statistics.sort()
  func quantile(_ p: Double) -> Double { statistics[Int((p * Double(statistics.count - 1)).rounded())] }
  return Interval(
    estimate: center, low: center - quantile(0.975) * error, high: center - quantile(0.025) * error)
}

/// The ratio y/x of paired positive values: the interval of the mean difference of their logarithms, as a factor.
///
/// Pairs in which a value is not positive and finite are left out; NaN bounds for fewer than two that remain.
package func pairedRatio(_ x: [Double], _ y: [Double]) -> (interval: Interval, pairs: Int) {
  let differences = zip(x, y).compactMap { x, y -> Double? in
    x > 0 && y > 0 && x.isFinite && y.isFinite ? log(y / x) : nil
  }
  return (meanInterval(differences).mapped { exp($0) }, differences.count)
}
