// One axis of a chart: its range, where a value stands in it, and its ticks. The same for text and for
// pictures.
import Glibc

struct Axis: Equatable {
  let scale: Chart.Scale
  /// Ends of the axis in its own measure: the value itself, or its decimal logarithm.
  let low: Double
  let high: Double

  /// An axis from the least to the greatest of `values`, all of which `Axis.measure` accepts. Equal
  /// values get some room on both sides; without values the axis goes from 0 to 1.
  init(_ values: [Double], scale: Chart.Scale) {
    self.scale = scale
    let measures = values.compactMap { Self.measure($0, scale) }
    guard let least = measures.min(), let greatest = measures.max() else {
      (low, high) = (0, 1)
      return
    }
    let size = max(abs(least), abs(greatest), scale == .log ? 1 : 0)
    // Below this, ticks would differ in more digits than a Double has.
    if greatest - least > max(1e-12 * size, 1e-290) {
      (low, high) = (least, greatest)
    } else {
      let room = scale == .log ? 0.5 : size > 1e-280 ? size / 10 : 1
      (low, high) = (least - room, greatest + room)
    }
  }

  init(scale: Chart.Scale, low: Double, high: Double) {
    (self.scale, self.low, self.high) = (scale, low, high)
  }

  /// `value` in the measure of a scale; nil where it has no place on it: not finite, or not above 0 on a
  /// logarithmic one.
  static func measure(_ value: Double, _ scale: Chart.Scale) -> Double? {
    guard value.isFinite else { return nil }
    switch scale {
    // Clamped so that the length of an axis stays finite.
    case .linear: return min(max(value, -1e300), 1e300)
    case .log: return value > 0 ? log10(value) : nil
    }
  }

  /// 0 at the low end, 1 at the high end; nil for a value without a place on the scale.
  func position(_ value: Double) -> Double? {
    Self.measure(value, scale).map { ($0 - low) / (high - low) }
  }
}
