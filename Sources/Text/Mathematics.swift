// Exponential, logarithm and power, the same to the bit on every machine, which a C library does not promise.

package enum Mathematics {
  private static let ln2High = 0x1.62e42feep-1
  private static let ln2Low = 0x1.a39ef35793c76p-33

  /// e^x, within two units in the last place. NaN and infinities as in IEEE arithmetic.
  package static func exp(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 710 { return .infinity }
    if x < -746 { return 0 }
    let power = (x / (ln2High + ln2Low)).rounded()
    let rest = (x - power * ln2High) - power * ln2Low
    // Taylor's series: |rest| is below 0.35, so that degree 14 leaves less than half a unit.
    var sum = 1.0
    for degree in stride(from: 14.0, through: 1, by: -1) { sum = 1 + sum * rest / degree }
    // In two steps, since 2^power alone can lie outside of the range of numbers.
    let half = Int(power) / 2
    return sum * Double(sign: .plus, exponent: half, significand: 1)
      * Double(sign: .plus, exponent: Int(power) - half, significand: 1)
  }

  /// The natural logarithm, within two units in the last place; -inf of 0, NaN of a negative number.
  package static func log(_ x: Double) -> Double {
    if x.isNaN || x < 0 { return .nan }
    if x == 0 { return -.infinity }
    if x.isInfinite { return x }
    var exponent = Double(x.exponent)
    var mantissa = x.significand
    if mantissa > 1.4142135623730951 {
      mantissa /= 2
      exponent += 1
    }
    // log m = 2 artanh s, whose series in s² ends after 12 terms since |s| is below 0.172.
    let s = (mantissa - 1) / (mantissa + 1)
    let square = s * s
    var series = 0.0
    for odd in stride(from: 25.0, through: 3, by: -2) { series = (series + 1 / odd) * square }
    return exponent * ln2High + (exponent * ln2Low + (2 * s + 2 * s * series))
  }

  /// base^exponent: whole exponents by multiplication, 0.5 by the square root, others to about 13 digits.
  /// NaN where the result is not a real number.
  package static func power(_ base: Double, _ exponent: Double) -> Double {
    if exponent == 0 { return 1 }
    if exponent == 0.5 { return base.squareRoot() }
    if exponent == exponent.rounded(), exponent.magnitude <= 1024 {
      let product = product(base, Int(exponent.magnitude))
      return exponent < 0 ? 1 / product : product
    }
    if base < 0, exponent == exponent.rounded(), exponent.magnitude <= 0x1p53 {
      let magnitude = exp(exponent * log(-base))
      return exponent.truncatingRemainder(dividingBy: 2) == 0 ? magnitude : -magnitude
    }
    if base == 1 { return 1 }
    return exp(exponent * log(base))
  }

  private static func product(_ base: Double, _ count: Int) -> Double {
    var result = 1.0
    var factor = base
    var rest = count
    while rest > 0 {
      if rest % 2 == 1 { result *= factor }
      factor *= factor
      rest /= 2
    }
    return result
  }
}
