// F16 and BF16 against arithmetic of another kind: all patterns, and all places where rounding changes.

import TensorFile
import Testing

@Suite struct HalfFormatTests {
  private static let patterns = (0...UInt16.max).map { $0 }

  /// Every pattern of a 16-bit type as Float.
  private func floats(_ type: ElementType) throws -> [Float] {
    let bytes = Self.patterns.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let file = try TensorFile(
      parsing: TensorFile.serialized([TensorData("x", type: type, shape: [65536], bytes: bytes)]))
    return try file.tensor("x").floats()
  }

  /// Floats as patterns of a 16-bit type.
  private func rounded(_ values: [Float], _ type: ElementType) throws -> [UInt16] {
    let bytes = try TensorFile.serialized([TensorData("x", shape: [values.count], floats: values, as: type)])
    let data = bytes.suffix(2 * values.count)
    return stride(from: data.startIndex, to: data.endIndex, by: 2).map {
      UInt16(data[$0]) | UInt16(data[$0 + 1]) << 8
    }
  }

  /// What the fields of a pattern say, with `exponentBits` of exponent.
  private func value(_ pattern: UInt16, exponentBits: Int) -> Double {
    let fractionBits = 15 - exponentBits
    let fraction = Double(pattern & (1 << fractionBits - 1))
    let exponent = Int(pattern >> fractionBits) & (1 << exponentBits - 1)
    let sign: Double = pattern >> 15 == 0 ? 1 : -1
    let bias = 1 << (exponentBits - 1) - 1
    if exponent == 1 << exponentBits - 1 { return fraction == 0 ? sign * .infinity : .nan }
    let steps = exponent == 0 ? fraction : fraction + Double(1 << fractionBits)
    return sign * steps
      * Double(sign: .plus, exponent: max(exponent, 1) - bias - fractionBits, significand: 1)
  }

  @Test(arguments: [(ElementType.f16, 5), (.bf16, 8)])
  func everyPattern(type: ElementType, exponentBits: Int) throws {
    let floats = try floats(type)
    for pattern in Self.patterns {
      let (float, expected) = (floats[Int(pattern)], value(pattern, exponentBits: exponentBits))
      guard float.isNaN == expected.isNaN, (float.sign == .minus) == (pattern >> 15 == 1),
        expected.isNaN || Double(float) == expected
      else {
        Issue.record("\(type) \(pattern) is \(float), not \(expected)")
        continue
      }
    }
    // NaN included: sign and payload come back.
    let again = try rounded(floats, type)
    #expect(again == Self.patterns)
  }

  @Test func halvesAsTheStandardLibraryHasThem() throws {
    for (pattern, float) in zip(Self.patterns, try floats(.f16)) where !float.isNaN {
      #expect(float.bitPattern == Float(Float16(bitPattern: pattern)).bitPattern)
    }
  }

  /// Between two neighbours, the middle goes to the even one and its neighbours to the nearer one.
  @Test(arguments: [(ElementType.f16, UInt16(0x7BFF)), (.bf16, 0x7F7F)])
  func everyMiddle(type: ElementType, largest: UInt16) throws {
    let floats = try floats(type)
    var values: [Float] = []
    var expected: [UInt16] = []
    for pattern in 0..<largest {
      let middle = Float((Double(floats[Int(pattern)]) + Double(floats[Int(pattern) + 1])) / 2)
      values += [middle.nextDown, middle, middle.nextUp]
      expected += [pattern, pattern & 1 == 0 ? pattern : pattern + 1, pattern + 1]
    }
    #expect(try rounded(values, type) == expected)
    #expect(try rounded(values.map { -$0 }, type) == expected.map { $0 | 0x8000 })
  }

  @Test func overflow() throws {
    let most: Float = 65504
    #expect(
      try rounded([65519.996, 65520, -65520, .greatestFiniteMagnitude, .infinity, most], .f16)
        == [0x7BFF, 0x7C00, 0xFC00, 0x7C00, 0x7C00, 0x7BFF])
    let brain = Float(bitPattern: 0x7F7F_7FFF)
    #expect(
      try rounded([brain, brain.nextUp, -.greatestFiniteMagnitude, -.infinity], .bf16)
        == [0x7F7F, 0x7F80, 0xFF80, 0xFF80])
  }

  /// A NaN whose payload lies in the lost bits stays a NaN.
  @Test func payloadsThatAreLost() throws {
    let values = [0x7F80_0001, 0xFF80_1FFF, 0x7FC0_0000].map { Float(bitPattern: UInt32($0)) }
    #expect(try rounded(values, .f16) == [0x7E00, 0xFE00, 0x7E00])
    #expect(try rounded(values, .bf16) == [0x7FC0, 0xFFC0, 0x7FC0])
  }

  /// Halves of random floats as the standard library rounds them.
  @Test func randomFloats() throws {
    var state: UInt32 = 1
    let values = (0..<200_000).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(bitPattern: state)
    }.filter { !$0.isNaN }
    #expect(try rounded(values, .f16) == values.map { Float16($0).bitPattern })
  }
}
