// One tensor that is to be written.

/// A tensor for a file. Name, shape and length are checked when the file is written.
package struct TensorData: Sendable {
  /// Where the bytes come from.
  enum Content: Sendable {
    case stored(TensorBytes)
    /// Made while the file is written: those of a range of elements.
    case made(elements: Int, @Sendable (Range<Int>) -> [UInt8])
  }

  package var name: String
  package var type: ElementType
  /// The sizes, outermost first; empty for a scalar.
  package var shape: [Int]
  let content: Content

  /// The elements, little-endian, in row-major order.
  package init(_ name: String, type: ElementType, shape: [Int], bytes: TensorBytes) {
    self.name = name
    self.type = type
    self.shape = shape
    content = .stored(bytes)
  }

  /// The elements, little-endian, in row-major order.
  package init(_ name: String, type: ElementType, shape: [Int], bytes: [UInt8]) {
    self.init(name, type: type, shape: shape, bytes: TensorBytes(bytes))
  }

  /// The tensor of a file that was read, byte for byte; it shares the memory of that file. Another `name` may be
  /// given.
  package init(_ entry: TensorEntry, name: String? = nil) {
    self.init(name ?? entry.name, type: entry.type, shape: entry.shape, bytes: entry.bytes)
  }

  /// Values as F32, to the bit.
  package init(_ name: String, shape: [Int], floats: [Float]) {
    self.init(name, type: .f32, shape: shape, bytes: encoded(floats) { $0.bitPattern })
  }

  /// Values as F64, F32, F16 or BF16, rounded to nearest, ties to even; what is too large becomes infinite
  /// and NaN stays NaN. Error `.notFloats` for every other type.
  package init(_ name: String, shape: [Int], floats: [Float], as type: ElementType) throws(TensorFileError) {
    guard let encode = encoder(type) else { throw TensorFileError.notFloats(tensor: name, type: type) }
    self.init(name, type: type, shape: shape, bytes: encode(floats))
  }

  /// `count` values that `floats` gives in parts, each when it is written, so that a large tensor takes little
  /// memory: `floats` is asked for ranges within 0..<count, in order, and returns as many values as the range
  /// has. Rounding and error as for values at once.
  package init(
    _ name: String, shape: [Int], as type: ElementType, count: Int,
    floats: @escaping @Sendable (Range<Int>) -> [Float]
  ) throws(TensorFileError) {
    guard let encode = encoder(type) else { throw TensorFileError.notFloats(tensor: name, type: type) }
    self.name = name
    self.type = type
    self.shape = shape
    content = .made(elements: count) { encode(floats($0)) }
  }

  /// Values as BOOL (only 0 and 1), I8 to I64 or U8 to U64. Errors: `.notIntegers` for every other type,
  /// `.outOfRange` for a value that the type does not hold.
  package init(
    _ name: String, shape: [Int], integers: [Int], as type: ElementType = .i64
  ) throws(TensorFileError) {
    let range: ClosedRange<Int>
    switch type {
    case .bool: range = 0...1
    case .i8, .i16, .i32, .i64: range = (-1 << (type.bits - 1))...Int(UInt64.max >> (65 - type.bits))
    case .u8, .u16, .u32: range = 0...(1 << type.bits - 1)
    case .u64: range = 0...Int.max
    default: throw .notIntegers(tensor: name, type: type)
    }
    if let index = integers.firstIndex(where: { !range.contains($0) }) {
      throw .outOfRange(tensor: name, index: index, value: "\(integers[index])", type: type)
    }
    let bytes =
      switch type.bits {
      case 8: encoded(integers) { UInt8(truncatingIfNeeded: $0) }
      case 16: encoded(integers) { UInt16(truncatingIfNeeded: $0) }
      case 32: encoded(integers) { UInt32(truncatingIfNeeded: $0) }
      default: encoded(integers) { UInt64(truncatingIfNeeded: $0) }
      }
    self.init(name, type: type, shape: shape, bytes: bytes)
  }
}

/// How values of a float type are written; nil for every other type.
private func encoder(_ type: ElementType) -> (@Sendable ([Float]) -> [UInt8])? {
  switch type {
  case .f32: { encoded($0) { $0.bitPattern } }
  case .f64: { encoded($0) { Double($0).bitPattern } }
  case .f16: { encoded($0, IEEEHalf.bits) }
  case .bf16: { encoded($0, BrainHalf.bits) }
  default: nil
  }
}

/// Values as little-endian bytes, each converted to the type in which it is stored.
private func encoded<Value, Stored: FixedWidthInteger>(
  _ values: [Value], _ convert: (Value) -> Stored
) -> [UInt8] {
  let width = MemoryLayout<Stored>.size
  return [UInt8](unsafeUninitializedCapacity: values.count * width) { buffer, filled in
    let raw = UnsafeMutableRawBufferPointer(buffer)
    for (index, value) in values.enumerated() {
      raw.storeBytes(of: convert(value).littleEndian, toByteOffset: index * width, as: Stored.self)
    }
    filled = values.count * width
  }
}
