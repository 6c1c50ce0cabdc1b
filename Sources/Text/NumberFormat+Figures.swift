// Numbers with a given number of figures, or of digits after the point.
import Glibc

/// The shortest decimal that reads back as the number, whole numbers without a point: `16`, `0.002`, `1e-8`.
package func shortest(_ x: Double) -> String {
  let parts = "\(x)".split(separator: "e")
  let digits = parts[0].hasSuffix(".0") ? parts[0].dropLast(2) : parts[0]
  guard parts.count > 1, let exponent = Int(parts[1]) else { return String(digits) }
  return "\(digits)e\(exponent)"
}

extension NumberFormat {
  /// `value` with `places` digits after the point, halves away from zero; `nan`, `inf` and `-inf` as
  /// such. Where so many digits would mean nothing (1e15 and above) it is Swift's own description.
  package static func fixed(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    let factor = (0..<places).reduce(1.0) { product, _ in product * 10 }
    let scaled = (value.magnitude * factor).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    let digits = DecimalText.plain(Int(scaled), exponent: -places)
    return value < 0 && scaled > 0 ? "-" + digits : digits
  }

  /// `0.152`, `12.5`, `1.5e-4`, `64`: `figures` figures without idle zeros.
  package static func figures(_ value: Double, _ figures: Int) -> String {
    guard value.isFinite else { return "\(value)" }
    if value == value.rounded(), value.magnitude < 1e6 { return "\(Int(value))" }
    let power = Int(floor(log10(value.magnitude)))
    var exponent = power - figures + 1
    let scaled = (exponent < 0 ? value * pow(10, Double(-exponent)) : value / pow(10, Double(exponent)))
      .rounded()
    // Powers of ten end before the smallest numbers do.
    guard scaled.magnitude >= 1, scaled.magnitude < 1e15 else { return "\(value)" }
    var number = Int(scaled)
    while exponent < 0, number.isMultiple(of: 10) {
      number /= 10
      exponent += 1
    }
    return (-3...5).contains(power)
      ? DecimalText.plain(number, exponent: exponent) : DecimalText.scientific(number, exponent: exponent)
  }

  /// Three significant digits: `2.83`, `2.5e-5`, `64`. What is not finite is written by Swift.
  package static func threeFigures(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return asRate(value) }
    var scaled = value.magnitude
    var power = 1.0
    var isLarge = false
    while scaled >= 1000 {
      scaled /= 10
      power *= 10
      isLarge = true
    }
    while scaled < 100 {
      scaled *= 10
      power *= 10
    }
    let digits = scaled.rounded()
    return asRate((value < 0 ? -1 : 1) * (isLarge ? digits * power : digits / power))
  }

  /// A number to be typed: six significant digits, and whole numbers as they are.
  package static func typed(_ value: Double) -> String {
    guard value.isFinite, value != 0, value != value.rounded() else { return asRate(value) }
    var unit = 1.0
    while value.magnitude * unit < 100_000 { unit *= 10 }
    return asRate((value * unit).rounded() / unit)
  }

  /// The number itself; below 0.001 with an exponent, as rates are written: `2e-4`.
  package static func asRate(_ value: Double) -> String {
    let text = shortest(value)
    guard text.hasPrefix("0.000"), let first = text.dropFirst(2).firstIndex(where: { $0 != "0" }) else {
      return text
    }
    let digits = text[first...]
    let fraction = digits.dropFirst()
    return
      "\(digits.prefix(1))\(fraction.isEmpty ? "" : ".")\(fraction)e\(1 - text.distance(from: text.startIndex, to: first))"
  }
}
