// Short labels of the values along an axis that shows each of them.
import Glibc

enum AxisLabels {
  /// The values with three figures each, or with as many more (up to 12) as tell different ones apart.
  /// Whole numbers below a million have all their digits; values that are not finite are `nan`, `inf`,
  /// `-inf`.
  static func texts(_ values: [Double]) -> [String] {
    let different = Set(values.filter { !$0.isNaN }).count
    var texts: [String] = []
    for figures in 3...12 {
      texts = values.map { text($0, figures: figures) }
      if Set(texts.filter { $0 != "nan" }).count == different { break }
    }
    return texts
  }

  /// `0.152`, `12.5`, `1.5e-4`, `64`: `figures` figures without idle zeros.
  static func text(_ value: Double, figures: Int) -> String {
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
}
