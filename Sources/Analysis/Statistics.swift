// Plain statistics of small samples, and the slope of a power law.
import Glibc

/// NaN when empty.
package func mean(_ values: [Double]) -> Double {
  values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
}

/// The standard deviation with n − 1; NaN for fewer than two values.
package func sampleDeviation(_ values: [Double]) -> Double {
  guard values.count > 1 else { return .nan }
  let center = mean(values)
  let squares = values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
  return (squares / Double(values.count - 1)).squareRoot()
}

/// The exponent p of y ∝ x^p by least squares on the logarithms.
///
/// NaN where there are fewer than two points, a value is not positive and finite, or all x are equal.
package func powerLawExponent(x: [Double], y: [Double]) -> Double {
  guard x.count == y.count, x.count > 1, (x + y).allSatisfy({ $0 > 0 && $0.isFinite }) else { return .nan }
  let logX = x.map { log($0) }
  let logY = y.map { log($0) }
  let (centerX, centerY) = (mean(logX), mean(logY))
  let covariance = zip(logX, logY).reduce(0) { $0 + ($1.0 - centerX) * ($1.1 - centerY) }
  let variance = logX.reduce(0) { $0 + ($1 - centerX) * ($1 - centerX) }
  return variance == 0 ? .nan : covariance / variance
}
