// Floats of 16 bits where they stand, expanded to single precision a part at a time.
import CVector

/// The formats of 16 bits: IEEE binary16, and the upper half of binary32.
package enum HalfFormat: Sendable { case half, brain }

/// Elements of 16 bits in memory that somebody else holds, as a mapped file: little-endian, at any address.
package struct HalfElements: Sendable {
  package let format: HalfFormat
  package let count: Int
  /// A number, because pointers are not Sendable; nobody changes what it points to.
  private let address: UInt
  /// What holds the memory.
  private let owner: any AnyObject & Sendable

  /// - Parameter bytes: valid while `owner` lives; an odd byte at the end is left out.
  package init(
    _ format: HalfFormat, borrowing bytes: UnsafeRawBufferPointer, from owner: any AnyObject & Sendable
  ) {
    self.format = format
    count = bytes.count / 2
    address = UInt(bitPattern: bytes.baseAddress)
    self.owner = owner
  }

  /// Writes the elements of `range`, which lies in 0..<count, as floats: exactly, a NaN with its sign and its payload.
  package func expand(_ range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "elements \(range) of \(count)")
    guard let start = UnsafeRawPointer(bitPattern: address) else { return }
    let source = start + 2 * range.lowerBound
    switch format {
    case .brain: expandBrains(range.count, source, target)
    case .half: expandHalves(range.count, source, target)
    }
    withExtendedLifetime(owner) {}
  }
}

// The loops are written out: a closure would be called for every sixteen elements.

private func expandBrains(
  _ count: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>
) {
  var i = 0
  while i + 16 <= count {
    store(lanes(cvector_widened(source + 2 * i) &<< 16), target + i)
    i += 16
  }
  if i < count {
    store(lanes(widened(source + 2 * i, first: count - i) &<< 16), target + i, first: count - i)
  }
}

private func expandHalves(
  _ count: Int, _ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>
) {
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
