// The number n × 10^e written out exactly, from whole numbers alone.

package enum DecimalText {
  /// Without exponent, `-e` digits after the point: (25, -1) is `2.5`, (200, -2) is `2.00`, (3, 2) is `300`.
  package static func plain(_ number: Int, exponent: Int) -> String {
    let sign = number < 0 ? "-" : ""
    var digits = String(number.magnitude)
    if exponent >= 0 { return number == 0 ? "0" : sign + digits + String(repeating: "0", count: exponent) }
    if digits.count <= -exponent {
      digits = String(repeating: "0", count: 1 - exponent - digits.count) + digits
    }
    return sign + digits.dropLast(-exponent) + "." + digits.suffix(-exponent)
  }

  /// With exponent and no idle zeros: (200, -7) is `2e-5`, (15, -6) is `1.5e-5`, (0, 3) is `0`.
  package static func scientific(_ number: Int, exponent: Int) -> String {
    if number == 0 { return "0" }
    var digits = String(number.magnitude)
    let power = exponent + digits.count - 1
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
    return (number < 0 ? "-" : "") + digits.prefix(1) + fraction + "e\(power)"
  }
}
