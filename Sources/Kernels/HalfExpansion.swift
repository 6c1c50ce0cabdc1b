// Floats of 16 bits expanded to single precision: exactly, a NaN with its sign and its payload.
import CVector

// The loops are written out: a closure would be called for every sixteen elements.

/// Writes `count` numbers of bfloat16, the upper half of binary32, as floats; they are little-endian, at any address.
package func expandBrains(
  _ count: Int, from source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>
) {
  requireCounts(count)
  var i = 0
  while i + 16 <= count {
    store(lanes(cvector_widened(source + 2 * i) &<< 16), target + i)
    i += 16
  }
  if i < count {
    store(lanes(widened(source + 2 * i, first: count - i) &<< 16), target + i, first: count - i)
  }
}

/// Writes `count` numbers of IEEE binary16 as floats; they are little-endian, at any address.
package func expandHalves(
  _ count: Int, from source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>
) {
  requireCounts(count)
  var i = 0
  while i + 16 <= count {
    store(expandedHalves(cvector_widened(source + 2 * i)), target + i)
    i += 16
  }
  if i < count {
    store(expandedHalves(widened(source + 2 * i, first: count - i)), target + i, first: count - i)
  }
}

/// The first `count` numbers (0 to 15) from any address, zero in the other lanes.
private func widened(_ source: UnsafeRawPointer, first count: Int) -> LaneBits {
  var words = LaneBits()
  for i in 0..<count { words[i] = UInt32(source.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)) }
  return words
}

@inline(__always)
private func expandedHalves(_ halves: LaneBits) -> Lanes {
  let sign = (halves & 0x8000) &<< 16
  let magnitude = (halves & 0x7FFF) &<< 13
  // The exponents of the two formats differ by 112; the product normalises what is subnormal.
  let finite = bits(lanes(magnitude) * Lanes(repeating: 0x1p112))
  let isSpecial = (halves & 0x7C00) .== LaneBits(repeating: 0x7C00)
  return lanes(sign | finite.replacing(with: magnitude | 0x7F80_0000, where: isSpecial))
}
