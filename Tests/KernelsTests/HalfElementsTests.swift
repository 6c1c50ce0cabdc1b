// Floats of 16 bits, all of them, at any place.
import Kernels
import Testing

@Suite struct HalfElementsTests {
  private final class Bytes: Sendable {
    let bits: [UInt16]
    init(_ bits: [UInt16]) { self.bits = bits }
  }

  private func expanded(_ format: HalfFormat, _ range: Range<Int>) -> [UInt32] {
    let owner = Bytes((0...UInt16.max).map { $0 })
    return owner.bits.withUnsafeBytes { bytes in
      let elements = HalfElements(format, borrowing: bytes, from: owner)
      #expect(elements.count == 65536)
      let target = Buffer(count: range.count)
      elements.expand(range, into: target.pointer)
      return target.array().map(\.bitPattern)
    }
  }

  @Test func upperHalvesOfFloats() {
    #expect(expanded(.brain, 0..<65536) == (0..<65536).map { UInt32($0) << 16 })
  }

  @Test func halvesAndWhatIsNoNumber() {
    for (bits, found) in expanded(.half, 0..<65536).enumerated() {
      let half = Float16(bitPattern: UInt16(bits))
      let payload = UInt32(bits & 0x8000) << 16 | 0x7F80_0000 | UInt32(bits & 0x3FF) << 13
      let expected = half.isNaN ? payload : Float(half).bitPattern
      guard found != expected else { continue }
      Issue.record("half \(bits): \(found) in place of \(expected)")
      return
    }
  }

  /// Parts that begin and end anywhere, shorter than a group of lanes too.
  @Test(arguments: [HalfFormat.half, .brain])
  func partsAreParts(_ format: HalfFormat) {
    let all = expanded(format, 0..<65536)
    for range in [0..<0, 5..<6, 3..<18, 1001..<1017, 31..<64, 65500..<65536] {
      #expect(expanded(format, range) == Array(all[range]))
    }
  }
}
