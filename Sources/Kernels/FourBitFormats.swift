// Four bits a weight in blocks with a scale each: NF4 and FP4, as bitsandbytes has them.
import CVector

/// Sixteen levels in -1…1, which the elements of a block are rounded to after division by the block's largest magnitude.
package enum FourBitFormat: String, Sendable {
  /// Levels between which a normal distribution has equal shares (Dettmers et al. 2023, arXiv 2305.14314).
  case nf4
  /// A sign, two bits of exponent and one of mantissa, brought to -1…1.
  case fp4

  /// The level of each code.
  package var levels: SIMD16<Float> { self == .nf4 ? nf4Levels : fp4Levels }

  /// The codes in the order of their levels.
  fileprivate var order: SIMD16<UInt8> { self == .nf4 ? nf4Order : fp4Order }

  /// Between two levels, in their order; the last is beyond all.
  fileprivate var midpoints: SIMD16<Float> {
    let (levels, order) = (levels, order)
    var midpoints = SIMD16<Float>(repeating: .infinity)
    for i in 0..<15 { midpoints[i] = (levels[Int(order[i])] + levels[Int(order[i + 1])]) / 2 }
    return midpoints
  }
}

private let nf4Levels = SIMD16<Float>(
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
  -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
  0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1)
private let nf4Order = SIMD16<UInt8>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
private let fp4Levels = SIMD16<Float>(
  0, 0.005208333333, 0.66666667, 1, 0.33333333, 0.5, 0.16666667, 0.25, 0, -0.005208333333, -0.66666667, -1,
  -0.33333333, -0.5, -0.16666667, -0.25)
private let fp4Order = SIMD16<UInt8>(11, 10, 13, 12, 15, 14, 9, 0, 8, 1, 6, 7, 4, 5, 2, 3)

/// Quantises `count` numbers in blocks: bitsandbytes' `quantize_4bit`.
///
/// The scale of a block is its largest magnitude. Each element is divided by it and becomes the nearest level; half way
/// between two it becomes the lower one. Two codes share a byte, the first in its upper half; behind an odd last one
/// stands the code of 0. A block of zeros has the scale 0. Scales below 1e-38 count as 1e-38 in the division. A block
/// with a NaN has the scale NaN. A last block that is not whole is divided, where the others are multiplied with the
/// reciprocal, and its scale is never below 1e-38: so bitsandbytes does.
///
/// - Parameters:
///   - block: elements of a block, a multiple of 16.
///   - codes: ⌈count/2⌉ bytes.
///   - scales: one for each block.
package func quantizeFourBits(
  _ count: Int, _ x: UnsafePointer<Float>, format: FourBitFormat, block: Int,
  codes: UnsafeMutablePointer<UInt8>, scales: UnsafeMutablePointer<Float>
) {
  requireCounts(count, block)
  precondition(block > 0 && block % 16 == 0, "a block of \(block)")
  let (midpoints, order) = (format.midpoints, format.order)
  var start = 0
  while start < count {
    let elements = min(block, count - start)
    let largest = largestMagnitude(elements, x + start)
    let isWhole = elements == block
    let floor = largest < 1e-38 ? 1e-38 : largest
    scales[start / block] = isWhole ? largest : floor
    var i = start
    while i < start + elements {
      let part = min(16, start + elements - i)
      let numbers = part == 16 ? load(x + i) : load(x + i, first: part)
      let scaled = isWhole ? numbers * (1 / floor) : numbers / floor
      let found = places(scaled, among: midpoints)
      var pair = 0
      while pair < part {
        codes[(i + pair) / 2] = order[Int(found[pair])] << 4 | order[Int(found[pair + 1])]
        pair += 2
      }
      i += part
    }
    start += elements
  }
}

/// How many of the fifteen midpoints lie below each number; fifteen for a NaN. Numbers beyond -1…1 are as its ends.
@inline(__always)
private func places(_ x: Lanes, among midpoints: Lanes) -> LaneBits {
  var found = LaneBits(repeating: 15)
  for i in 0..<15 {
    found = found.replacing(with: found &- 1, where: x .<= Lanes(repeating: midpoints[i]))
  }
  return found
}

/// max |x|, 0 without elements, NaN where one is.
func largestMagnitude(_ count: Int, _ x: UnsafePointer<Float>) -> Float {
  let magnitude = LaneBits(repeating: 0x7FFF_FFFF)
  var largest = Lanes()
  var isNaN = SIMDMask<SIMD16<Int32>>(repeating: false)
  var i = 0
  while i < count {
    let numbers = i + 16 <= count ? load(x + i) : load(x + i, first: count - i)
    let magnitudes = lanes(bits(numbers) & magnitude)
    largest.replace(with: magnitudes, where: magnitudes .> largest)
    isNaN = isNaN .| (numbers .!= numbers)
    i += 16
  }
  return isNaN == SIMDMask(repeating: false) ? laneMaximum(largest) : .nan
}

/// The scales of blocks: as they stand, or quantised themselves, which bitsandbytes calls double quantisation.
package enum BlockScales {
  case plain(UnsafePointer<Float>)
  /// `map[code]·scales[block of 256] + offset`, each operation rounded.
  case nested(
    codes: UnsafePointer<UInt8>, map: UnsafePointer<Float>, scales: UnsafePointer<Float>, block: Int,
    offset: Float)

  /// The scale of a block.
  @inline(__always)
  subscript(_ i: Int) -> Float {
    switch self {
    case .plain(let scales): scales[i]
    case .nested(let codes, let map, let scales, let block, let offset):
      map[Int(codes[i])] * scales[i / block] + offset
    }
  }
}

/// Writes the elements of `range` as floats, level times scale: bitsandbytes' `dequantize_4bit`.
///
/// - Parameters:
///   - codes: of all elements, two to a byte.
///   - levels: of the sixteen codes.
///   - block: elements of a block, a multiple of 16.
package func expandFourBits(
  _ range: Range<Int>, codes: UnsafePointer<UInt8>, levels: SIMD16<Float>, block: Int, scales: BlockScales,
  into target: UnsafeMutablePointer<Float>
) {
  requireCounts(range.lowerBound, block)
  precondition(block > 0 && block % 16 == 0, "a block of \(block)")
  var i = range.lowerBound
  while i < range.upperBound {
    let number = i / block
    let end = min((number + 1) * block, range.upperBound)
    let scale = scales[number]
    let out = target - range.lowerBound
    func expandOne() {
      let byte = codes[i / 2]
      out[i] = levels[Int(i % 2 == 0 ? byte >> 4 : byte & 15)] * scale
      i += 1
    }
    if i % 2 == 1 { expandOne() }
    while i + 16 <= end {
      store(cvector_looked_up(cvector_nibbles(codes + i / 2), levels) * scale, out + i)
      i += 16
    }
    while i < end { expandOne() }
  }
}
