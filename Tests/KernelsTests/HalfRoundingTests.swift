// Rounding to formats of 16 bits: every value of binary16 with what lies between, against Swift's own conversion.
import Kernels
import ReferenceSupport
import Storage
import Testing

@Suite struct HalfRoundingTests {
  private func rounded(_ values: [Float], to format: FloatFormat) -> (bits: [UInt32], counts: RoundingCounts)
  {
    let (x, y) = (Buffer(values), Buffer(count: values.count))
    let counts = round(values.count, UnsafePointer(x.pointer), to: format, into: y.pointer)
    let again = round(values.count, x.pointer, to: format)
    #expect(again == counts && x.array().map(\.bitPattern) == y.array().map(\.bitPattern))
    return (y.array().map(\.bitPattern), counts)
  }

  /// Values of the format, the middles between them, and the floats beside both; then random floats.
  private func values(_ format: FloatFormat) -> [Float] {
    var values: [Float] = []
    for bits in 0..<UInt32(format == .fp16 ? 0x7C00 : 0x7F80) {
      func value(_ bits: UInt32) -> Double {
        format == .fp16
          ? Double(Float16(bitPattern: UInt16(bits))) : Double(Float(bitPattern: bits << 16))
      }
      let top = format == .fp16 ? 65536 : 0x1p128
      let next = bits + 1 == (format == .fp16 ? 0x7C00 : 0x7F80) ? top : value(bits + 1)
      let middle = Float((value(bits) + next) / 2)
      for x in [Float(value(bits)), middle, middle.nextUp, middle.nextDown] { values += [x, -x] }
    }
    var random = TestRandom(4)
    for _ in 0..<20_001 { values.append(Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))) }
    return values + [.infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude]
  }

  /// The nearest multiple of the step at x's magnitude in double precision, which holds all of them.
  private func nearest(_ x: Float, _ format: FloatFormat) -> Float {
    if format == .fp16 { return Float(Float16(x)) }
    guard x.isFinite, x != 0 else { return x }
    let step = Double(sign: .plus, exponent: max(Int(x.exponent) - 7, -133), significand: 1)
    let y = (Double(x) / step).rounded(.toNearestOrEven) * step
    return abs(y) >= 0x1p128 ? (x > 0 ? .infinity : -.infinity) : x.sign == .minus ? -Float(abs(y)) : Float(y)
  }

  @Test(arguments: [FloatFormat.bf16, .fp16])
  func nearestOrEven(_ format: FloatFormat) {
    let values = values(format).filter { !$0.isNaN }
    let (bits, counts) = rounded(values, to: format)
    var expected = RoundingCounts()
    expected.values = UInt32(values.count)
    for (i, x) in values.enumerated() {
      let y = nearest(x, format)
      if bits[i] != y.bitPattern { Issue.record("\(x) became \(Float(bitPattern: bits[i])), not \(y)") }
      if y.isInfinite && x.isFinite { expected.overflows += 1 }
      if y == 0 && x != 0 { expected.underflows += 1 }
    }
    #expect(counts == expected)
    #expect(expected.overflows > 0 && expected.underflows > 0)
  }

  @Test(arguments: FloatFormat.allCases)
  func aValueOfTheFormatStaysAndNaNIsNaN(_ format: FloatFormat) {
    let once = rounded(values(.fp16).filter { !$0.isNaN }, to: format).bits
    #expect(rounded(once.map { Float(bitPattern: $0) }, to: format).bits == once)
    let odd = [
      Float.nan, -.nan, .signalingNaN, Float(bitPattern: 0x7F80_0001), Float(bitPattern: 0xFFFF_FFFF),
    ]
    let (bits, counts) = rounded(odd, to: format)
    #expect(bits.allSatisfy { Float(bitPattern: $0).isNaN })
    #expect(counts.overflows == 0 && counts.underflows == 0)
    #expect(rounded([1.1], to: .fp32).bits == [Float(1.1).bitPattern])
  }
}
