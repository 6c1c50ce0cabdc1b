// Floats of 16 bits, all of them, at any place.
import Kernels
import Storage
import Testing

@Suite struct HalfExpansionTests {
  enum Format: CaseIterable { case half, brain }

  private func expanded(_ format: Format, _ range: Range<Int>) -> [UInt32] {
    let all = (0...UInt16.max).map { $0 }
    return all.withUnsafeBytes { bytes in
      let target = Buffer(count: range.count)
      guard let start = bytes.baseAddress.map({ $0 + 2 * range.lowerBound }) else { return [] }
      switch format {
      case .half: expandHalves(range.count, from: start, into: target.pointer)
      case .brain: expandBrains(range.count, from: start, into: target.pointer)
      }
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
  @Test(arguments: Format.allCases)
  func partsAreParts(_ format: Format) {
    let all = expanded(format, 0..<65536)
    for range in [0..<0, 5..<6, 3..<18, 1001..<1017, 31..<64, 65500..<65536] {
      #expect(expanded(format, range) == Array(all[range]))
    }
  }
}
