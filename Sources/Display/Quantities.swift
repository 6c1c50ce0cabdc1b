// Durations, sizes and counts as people write them.
import Text

package enum Quantity {
  /// Seconds as `3.4 ms`, `0.34 s`, `12 s`, `1 min 20 s` or `2 h 5 min`: two figures, or two units. Zero is
  /// `0 s`; a negative duration has a minus sign; one that is not finite is `unknown`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite else { return "unknown" }
    if seconds < 0 { return "-" + duration(-seconds) }
    if seconds == 0 { return "0 s" }
    if seconds < 0.00995 { return "\(twoFigures(seconds * 1000)) ms" }
    if seconds < 59.5 { return "\(twoFigures(seconds)) s" }
    if seconds < 3599.5 { return units(seconds.rounded(), "min", "s") }
    return units((seconds / 60).rounded(), "h", "min")
  }

  /// Bytes in powers of 1000: `512 B`, `3.2 kB`, `45 MB`, `1.8 GB`, `2.1 TB`.
  package static func bytes(_ count: Int) -> String {
    if count < 0 { return "-" + bytes(count == .min ? .max : -count) }
    if count < 1000 { return "\(count) B" }
    var value = Double(count) / 1000
    var unit = 0
    let names = ["kB", "MB", "GB", "TB", "PB", "EB"]
    while value >= 999.5, unit + 1 < names.count {
      value /= 1000
      unit += 1
    }
    return "\(twoFigures(value)) \(names[unit])"
  }

  /// A whole number with commas between thousands: `1,234,567`.
  package static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var result = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
      result.append(digit)
    }
    return result
  }

  /// At least two figures: `0.034`, `0.34`, `3.4`, `34`, `340`. For positive, finite values.
  static func twoFigures(_ value: Double) -> String {
    if value >= 9.95 { return NumberFormat.fixed(value, places: 0) }
    var places = 1
    var limit = 0.995
    while value < limit, places < 9 {
      places += 1
      limit /= 10
    }
    return NumberFormat.fixed(value, places: places)
  }

  private static func units(_ total: Double, _ large: String, _ small: String) -> String {
    let (whole, rest) = ((total / 60).rounded(.down), total.truncatingRemainder(dividingBy: 60))
    let first = whole < 1e15 ? count(Int(whole)) : "\(whole)"
    return rest == 0 ? "\(first) \(large)" : "\(first) \(large) \(Int(rest)) \(small)"
  }
}
