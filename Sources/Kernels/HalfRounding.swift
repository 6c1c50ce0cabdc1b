// Floats rounded to a format of 16 bits and back: what storing them there would leave.

/// The formats that values are rounded to: IEEE binary32, which leaves every float as it is; bfloat16, its upper half, with
/// 8 bits of precision and its range; IEEE binary16, with 11 bits and a range from 6e-8 to 65504.
package enum FloatFormat: String, CaseIterable, Sendable {
  case fp32, bf16, fp16
}

/// How many values left a format's range when they were rounded to it.
package struct RoundingCounts: Equatable, Sendable {
  /// Values that were rounded.
  package var values: UInt32 = 0
  /// Finite values that became infinite.
  package var overflows: UInt32 = 0
  /// Values other than 0 that became 0.
  package var underflows: UInt32 = 0

  package init() {}

  /// Each added, modulo 2³².
  package static func += (a: inout RoundingCounts, b: RoundingCounts) {
    a.values &+= b.values
    a.overflows &+= b.overflows
    a.underflows &+= b.underflows
  }
}

/// Sets out[i] to x[i] rounded to the nearest value of the format, to the even one of two that are as near: what is too
/// large becomes infinite, what is too small is subnormal or 0, each with its sign; a NaN stays one. `out` may be x.
package func round(
  _ count: Int, _ x: UnsafePointer<Float>, to format: FloatFormat, into out: UnsafeMutablePointer<Float>
) -> RoundingCounts {
  requireCounts(count)
  var tally = RoundingTally()
  switch format {
  case .fp32: if out != x { out.update(from: x, count: count) }
  case .bf16: mapLanes(count, x, into: out) { tally.rounded($0, roundedToBrain($0)) }
  case .fp16: mapLanes(count, x, into: out) { tally.rounded($0, roundedToHalf($0)) }
  }
  return tally.counts(of: count)
}

/// The same in place.
package func round(_ count: Int, _ x: UnsafeMutablePointer<Float>, to format: FloatFormat) -> RoundingCounts {
  round(count, UnsafePointer(x), to: format, into: x)
}

/// The lanes rounded to a format.
@inline(__always)
func rounded(_ x: Lanes, to format: FloatFormat) -> Lanes {
  switch format {
  case .fp32: x
  case .bf16: roundedToBrain(x)
  case .fp16: roundedToHalf(x)
  }
}

/// What leaves a format's range, counted in each lane for itself.
struct RoundingTally {
  private var overflows = LaneBits()
  private var underflows = LaneBits()

  /// Counts what became of `x`, and gives it back.
  @inline(__always)
  mutating func rounded(_ x: Lanes, _ y: Lanes) -> Lanes {
    let before = magnitude(x)
    let after = magnitude(y)
    let infinite = LaneBits(repeating: 0x7F80_0000)
    let one = LaneBits(repeating: 1)
    let zero = LaneBits()
    overflows &+= zero.replacing(with: one, where: (after .== infinite) .& (before .< infinite))
    underflows &+= zero.replacing(with: one, where: (after .== zero) .& (before .> zero))
    return y
  }

  /// What it has counted among so many values.
  func counts(of values: Int) -> RoundingCounts {
    var counts = RoundingCounts()
    counts.values = UInt32(truncatingIfNeeded: values)
    for i in 0..<16 {
      counts.overflows &+= overflows[i]
      counts.underflows &+= underflows[i]
    }
    return counts
  }
}

/// The bits without the sign.
@inline(__always)
private func magnitude(_ x: Lanes) -> LaneBits { bits(x) & 0x7FFF_FFFF }

@inline(__always)
private func roundedToBrain(_ x: Lanes) -> Lanes {
  let word = bits(x)
  // Half of what is cut off, less one where the kept part is even.
  let up = (word &>> 16) & 1 &+ 0x7FFF
  let result = (word &+ up) & 0xFFFF_0000
  let isNaN = magnitude(x) .> LaneBits(repeating: 0x7F80_0000)
  return lanes(result.replacing(with: (word & 0xFFFF_0000) | 0x0040_0000, where: isNaN))
}

@inline(__always)
private func roundedToHalf(_ x: Lanes) -> Lanes {
  let word = bits(x)
  let sign = word & 0x8000_0000
  let size = word & 0x7FFF_FFFF
  var result = (size &+ ((size &>> 13) & 1 &+ 0xFFF)) & 0xFFFF_E000
  // From 65520 on the nearest is 65536, which the format does not have.
  result.replace(with: 0x7F80_0000, where: result .>= LaneBits(repeating: 0x4780_0000))
  // Below 2⁻¹⁴ the steps are 2⁻²⁴ wide, as those of floats between ½ and 1.
  let half = Lanes(repeating: 0.5)
  let small = bits((lanes(size) + half) - half)
  result.replace(with: small, where: size .< LaneBits(repeating: 0x3880_0000))
  result.replace(with: size | 0x0040_0000, where: size .> LaneBits(repeating: 0x7F80_0000))
  return lanes(sign | result)
}
