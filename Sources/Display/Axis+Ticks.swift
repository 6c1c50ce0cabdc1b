// Ticks at round numbers: 1, 2 or 5 times a power of ten.
import Glibc
import Text

extension Axis {
  struct Tick: Equatable {
    /// 0 at the low end, 1 at the high end.
    let position: Double
    let label: String
  }

  struct Ticks: Equatable {
    var list: [Tick]
    /// What the labels are to be added to, where full labels would be too long: "+0", "+2e-6" from
    /// "1.234567".
    var base: String?
  }

  /// Labels longer than this are written as differences from the first.
  private static let longestLabel = 9

  /// At most `limit` ticks, low to high; somewhat more where there would be fewer than two. With `whole`
  /// there are none between whole numbers.
  func ticks(atMost limit: Int, whole: Bool = false) -> Ticks {
    let limit = max(2, limit)
    return scale == .log
      ? logTicks(limit) ?? linearTicks(from: pow(10, low), to: pow(10, high), limit, whole)
      : linearTicks(from: low, to: high, limit, whole)
  }

  /// Ticks at `values` themselves, such as ranks or learning rates: where these are few, short to write, and on a
  /// logarithmic axis, whose own round numbers would miss them. Empty otherwise.
  func ticks(at values: [Double]) -> [Tick] {
    let distinct = Set(values).sorted()
    guard scale == .log, distinct.count <= 12, let labels = Self.shortLabels(distinct) else { return [] }
    return zip(distinct, labels).compactMap { value, label in
      position(value).map { Tick(position: $0, label: label) }
    }
  }

  /// `4`, `16`; `0.001`, `0.03`; `1e-4`, `1e-3`, `0.01`. Nil
  /// where a value is not whole, below a million, and has more than two figures.
  private static func shortLabels(_ values: [Double]) -> [String]? {
    let plain = plainPowers(
      values.filter { $0 > 0 && !($0 == $0.rounded() && $0 < 1e6) }.map(power(of:)))
    var labels: [String] = []
    for value in values {
      var label = NumberFormat.figures(value, 2)
      if value > 0, value < 1, !plain.contains(power(of: value)) {
        let exponent = power(of: value) - 1
        let figures = (value / pow(10, Double(exponent))).rounded()
        guard figures.magnitude < 1000 else { return nil }
        label = DecimalText.scientific(Int(figures), exponent: exponent)
      }
      guard let shown = Double(label), abs(shown - value) <= 1e-9 * abs(value), label.count <= longestLabel
      else { return nil }
      labels.append(label)
    }
    return labels
  }

  private static func power(of value: Double) -> Int { Int(floor(log10(value) + 1e-9)) }

  /// The powers of ten whose values are written without exponent: fewer where others need one, so that 0.001 does not
  /// stand beside 1e-4, nor 10000 beside 1e6.
  private static func plainPowers(_ powers: [Int]) -> ClosedRange<Int> {
    powers.allSatisfy((-3...5).contains) ? -3...5 : -2...3
  }

  /// A linear axis, lengthened at an end where a twentieth of its length is enough to reach one more tick.
  func reachingNearTicks(limit: Int) -> Axis {
    let list = ticks(atMost: limit).list
    guard scale == .linear, list.count >= 2, let first = list.first, let last = list.last else { return self }
    let spacing = list[1].position - first.position
    let (below, above) = (spacing - first.position, last.position + spacing - 1)
    let length = high - low
    return Axis(
      scale: scale, low: low - (below < 0.05 ? below * length : 0),
      high: high + (above < 0.05 ? above * length : 0))
  }

  private func linearTicks(from start: Double, to end: Double, _ limit: Int, _ whole: Bool) -> Ticks {
    let rough = (end - start) / Double(limit)
    // A range of the smallest numbers, or one that reaches beyond the largest, has no round numbers to show.
    guard rough.isNormal else { return Ticks(list: []) }
    var exponent = Int(floor(log10(rough)))
    if whole { exponent = max(0, exponent) }
    // Finer steps first; the first that is coarse enough, unless it leaves no scale to read.
    var chosen = Ticks(list: [])
    for (mantissa, power) in [(1, 0), (2, 0), (5, 0), (1, 1), (2, 1)] {
      let unit = exponent + power
      let step =
        unit >= 0 ? Double(mantissa) * pow(10, Double(unit)) : Double(mantissa) / pow(10, Double(-unit))
      let first = Int((start / step - 1e-6).rounded(.up))
      let last = Int((end / step + 1e-6).rounded(.down))
      if first >= last, !chosen.list.isEmpty { break }
      guard first <= last else { continue }
      chosen = labelled((first...last).map { ($0 * mantissa, Double($0) * step) }, exponent: unit)
      if chosen.list.count <= limit { break }
    }
    return chosen
  }

  /// Powers of ten, with 2 and 5 (or 3) between them where there are few; nil where fewer than two are in
  /// range.
  private func logTicks(_ limit: Int) -> Ticks? {
    let decades = Int(floor(low))...Int(ceil(high))
    func ticks(_ mantissas: [Int], every stride: Int = 1) -> [(mantissa: Int, exponent: Int)] {
      decades.filter { $0.isMultiple(of: stride) }.flatMap { exponent in
        mantissas.compactMap { mantissa in
          let place = log10(Double(mantissa)) + Double(exponent)
          return place > low - 1e-9 && place < high + 1e-9 ? (mantissa, exponent) : nil
        }
      }
    }
    var chosen = ticks([1])
    if chosen.count < 3 {
      let finer = [[1, 2, 5], [1, 3]].map { ticks($0) }.first { $0.count <= limit }
      chosen = finer ?? chosen
    }
    var stride = 1
    while chosen.count > limit {
      stride += 1
      chosen = ticks([1], every: stride)
    }
    guard chosen.count >= 2 else { return nil }
    let plain = Self.plainPowers(chosen.map(\.exponent))
    return Ticks(
      list: chosen.map { mantissa, exponent in
        Tick(
          position: (log10(Double(mantissa)) + Double(exponent) - low) / (high - low),
          label: plain.contains(exponent)
            ? DecimalText.plain(mantissa, exponent: exponent)
            : DecimalText.scientific(mantissa, exponent: exponent))
      })
  }

  /// Ticks at the values `number` × 10^`exponent`.
  private func labelled(_ values: [(number: Int, value: Double)], exponent: Int) -> Ticks {
    let largest = values.map(\.value.magnitude).max() ?? 0
    func text(_ number: Int, _ isPlain: Bool) -> String {
      isPlain
        ? DecimalText.plain(number, exponent: exponent) : DecimalText.scientific(number, exponent: exponent)
    }
    let isPlain = largest < 1e6 && exponent >= -4
    var labels = values.map { text($0.number, isPlain) }
    var base: String?
    if let first = values.first, labels.contains(where: { $0.count > Self.longestLabel }) {
      base = text(first.number, largest < 1e12 && exponent > -12)
      labels = values.map { "+" + text($0.number - first.number, exponent >= -4 && exponent < 4) }
    }
    let list = zip(values, labels).compactMap { value, label in
      position(value.value).map { Tick(position: $0, label: label) }
    }
    return Ticks(list: list, base: base)
  }
}
