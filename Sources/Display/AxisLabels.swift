// Short labels of the values along an axis that shows each of them.
import Text

enum AxisLabels {
  /// The values with three figures each, or with as many more (up to 12) as tell different ones apart.
  /// Whole numbers below a million have all their digits; values that are not finite are `nan`, `inf`,
  /// `-inf`.
  static func texts(_ values: [Double]) -> [String] {
    let different = Set(values.filter { !$0.isNaN }).count
    var texts: [String] = []
    for figures in 3...12 {
      texts = values.map { NumberFormat.figures($0, figures) }
      if Set(texts.filter { $0 != "nan" }).count == different { break }
    }
    return texts
  }
}
