// Numbers to bytes and back.

import TensorFile
import Testing

@Suite struct ValueTests {
  /// What a tensor says after a trip through a file.
  private func reread(_ tensor: TensorData) throws -> TensorEntry {
    try #require(try TensorFile(parsing: TensorFile.serialized([tensor]))[tensor.name])
  }

  @Test func singlePrecisionToTheBit() throws {
    let patterns: [UInt32] = [
      0, 0x8000_0000, 1, 0x7F7F_FFFF, 0x7F80_0000, 0xFF80_0000, 0x7FC0_1234, 0x3F80_0001,
    ]
    let tensor = TensorData("x", shape: [8], floats: patterns.map { Float(bitPattern: $0) })
    #expect(try reread(tensor).floats().map(\.bitPattern) == patterns)
  }

  @Test(arguments: [ElementType.f32, .f64, .f16, .bf16])
  func exactValues(type: ElementType) throws {
    let values: [Float] = [0, 1, -2, 0.5, 96, .infinity, -.infinity]
    #expect(try reread(TensorData("x", shape: [7], floats: values, as: type)).floats() == values)
    #expect(try reread(TensorData("x", shape: [], floats: [.nan], as: type)).floats()[0].isNaN)
    #expect(try reread(TensorData("x", shape: [1], floats: [-0.0], as: type)).floats()[0].sign == .minus)
  }

  @Test func roundingToHalf() throws {
    let tensor = try TensorData(
      "x", shape: [6], floats: [2049, 2051, 65519, 65520, 2.9802322e-8, 2.9802326e-8], as: .f16)
    #expect(try reread(tensor).floats() == [2048, 2052, 65504, .infinity, 0, 5.9604645e-8])
  }

  @Test func roundingToBrainFloat() throws {
    let patterns: [UInt32] = [
      0x3F80_8000, 0x3F81_8000, 0x3F80_8001, 0x3F80_7FFF, 0x7F7F_FFFF, 0x7F80_0001, 0xFFFF_FFFF,
    ]
    let tensor = try TensorData(
      "x", shape: [7], floats: patterns.map { Float(bitPattern: $0) }, as: .bf16)
    #expect(
      try reread(tensor).floats().map { $0.bitPattern >> 16 } == [
        0x3F80, 0x3F82, 0x3F81, 0x3F80, 0x7F80, 0x7FC0, 0xFFFF,
      ])
  }

  @Test(arguments: [
    (ElementType.i8, [-128, 127]), (.u8, [0, 255]), (.i16, [-32768, 32767]), (.u16, [0, 65535]),
    (.i32, [-2_147_483_648, 2_147_483_647]), (.u32, [0, 4_294_967_295]), (.i64, [Int.min, Int.max]),
    (.u64, [0, Int.max]), (.bool, [0, 1]),
  ])
  func wholeNumbers(type: ElementType, limits: [Int]) throws {
    #expect(try reread(TensorData("x", shape: [2], integers: limits, as: type)).integers() == limits)
    guard type != .i64 else { return }
    let below = limits[0] - 1
    #expect(
      message { _ = try TensorData("x", shape: [2], integers: [0, below], as: type) }
        == "element 1 of tensor `x` (\(type.name)) cannot hold or give \(below); "
        + "use a type that holds the value"
    )
    guard type != .u64 else { return }
    #expect(throws: TensorFileError.self) {
      try TensorData("x", shape: [], integers: [limits[1] + 1], as: type)
    }
  }

  @Test func otherTypes() throws {
    let whole = try reread(TensorData("ids", shape: [1], integers: [1]))
    #expect(
      message { _ = try whole.floats() }
        == "tensor `ids` is I64, which does not convert to and from Float; F64, F32, F16 and BF16 do")
    let float = try reread(TensorData("w", shape: [1], floats: [1]))
    #expect(
      message { _ = try float.integers() } == """
        tensor `w` is F32, which does not convert to and from whole numbers; BOOL, I8 to I64 and U8 to U64 do
        """)
    #expect(throws: TensorFileError.notFloats(tensor: "w", type: .f8E4M3)) {
      try TensorData("w", shape: [1], floats: [1], as: .f8E4M3)
    }
    #expect(throws: TensorFileError.notIntegers(tensor: "w", type: .f32)) {
      try TensorData("w", shape: [1], integers: [1], as: .f32)
    }
  }
}
