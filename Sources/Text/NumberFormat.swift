// How numbers are written: short where they are shown, exact where they must be read back.

/// Numbers as texts, the same everywhere: `text` where they are shown, `exact` where they are to be read back.
package enum NumberFormat {
  /// Whole numbers up to 2^53 in full, others with their exact digits where these are at most 7, else rounded
  /// to 6: `16`, `0.0078125`, `2e-4`, `1.23457e6`, `nan`, `-inf`. Zero has no sign.
  package static func text(_ value: Double) -> String {
    write(value, longest: 7, rounded: 6)
  }

  /// The shortest text that reads back as the same number.
  package static func exact(_ value: Double) -> String {
    write(value, longest: .max, rounded: .max)
  }

  /// - Parameters:
  ///   - longest: digits up to which a fraction is written as it is.
  ///   - rounded: digits that a longer one is rounded to.
  private static func write(_ value: Double, longest: Int, rounded: Int) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let sign = value < 0 ? "-" : ""
    if value == value.rounded(), value.magnitude <= 0x1p53 { return sign + String(Int64(value.magnitude)) }
    var decimal = Decimal(value.magnitude)
    if decimal.digits.count > longest { decimal.round(to: rounded) }
    return sign + decimal.text
  }
}

/// Decimal digits d1 d2 d3 … that mean d1.d2d3… · 10^exponent, without zeros at the end.
private struct Decimal {
  var digits: [UInt8]
  var exponent: Int

  /// The shortest digits that read back as `value`, which is positive and finite.
  init(_ value: Double) {
    let parts = value.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = mantissa[0].utf8.map { $0 - UInt8(ascii: "0") }
    let fraction = mantissa.count > 1 ? mantissa[1].utf8.map { $0 - UInt8(ascii: "0") } : []
    let all = whole + fraction
    let zeros = all.prefix { $0 == 0 }.count
    digits = Array(all.dropFirst(zeros))
    exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + whole.count - 1 - zeros
    dropZeros()
  }

  /// Rounds half up to at most `count` digits.
  mutating func round(to count: Int) {
    guard digits.count > count else { return }
    let carries = digits[count] >= 5
    digits.removeSubrange(count...)
    if carries {
      var place = count - 1
      while place >= 0, digits[place] == 9 {
        digits[place] = 0
        place -= 1
      }
      if place >= 0 {
        digits[place] += 1
      } else {
        digits.insert(1, at: 0)
        exponent += 1
      }
    }
    dropZeros()
  }

  /// Drops zeros at the end, but for the first digit.
  private mutating func dropZeros() {
    while digits.count > 1, digits.last == 0 { digits.removeLast() }
  }

  /// Plain from 0.001 up to the million (and further where a fraction follows), else with an exponent.
  var text: String {
    let figures = digits.map { String($0) }
    if exponent < -3 || exponent >= max(6, digits.count) {
      let fraction = figures.dropFirst().joined()
      return figures[0] + (fraction.isEmpty ? "" : "." + fraction) + "e\(exponent)"
    }
    if exponent < 0 {
      return "0." + String(repeating: "0", count: -exponent - 1) + figures.joined()
    }
    let padded = figures + Array(repeating: "0", count: max(0, exponent + 1 - figures.count))
    let fraction = padded[(exponent + 1)...].joined()
    return padded[...exponent].joined() + (fraction.isEmpty ? "" : "." + fraction)
  }
}
