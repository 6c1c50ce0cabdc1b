// Numbers rounded to a few significant digits.

extension NumberFormat {
  /// `text` of the value rounded to so many significant digits.
  package static func rounded(_ value: Double, digits: Int) -> String {
    guard value.isFinite, value != 0 else { return text(value) }
    let exponent = (Mathematics.log(value.magnitude) / Mathematics.log(10)).rounded(.down)
    let scale = Mathematics.power(10, Double(digits - 1) - exponent)
    guard scale.isFinite, scale > 0 else { return text(value) }
    return text((value * scale).rounded() / scale)
  }
}
