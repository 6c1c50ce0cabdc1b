// The elements of a tensor as Swift's numbers.

extension TensorEntry {
  /// The elements as Float: F32 to the bit, F16 and BF16 without loss, F64 rounded to nearest (beyond the
  /// range of Float to infinity). Error `.notFloats` for every other type.
  package func floats() throws(TensorFileError) -> [Float] {
    switch type {
    case .f32: decoded { (bits: UInt32) in Float(bitPattern: bits) }
    case .f64: decoded { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .f16: decoded { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
    case .bf16: decoded { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    default: throw .notFloats(tensor: name, type: type)
    }
  }

  /// The elements as Int; BOOL gives 0 and 1. Errors: `.notIntegers` for a type that is not of whole numbers,
  /// `.outOfRange` for a U64 above `Int.max`.
  package func integers() throws(TensorFileError) -> [Int] {
    switch type {
    case .bool: decoded { (value: UInt8) in value == 0 ? 0 : 1 }
    case .i8: decoded { (value: Int8) in Int(value) }
    case .u8: decoded { (value: UInt8) in Int(value) }
    case .i16: decoded { (value: Int16) in Int(value) }
    case .u16: decoded { (value: UInt16) in Int(value) }
    case .i32: decoded { (value: Int32) in Int(value) }
    case .u32: decoded { (value: UInt32) in Int(value) }
    case .i64: decoded { (value: Int64) in Int(value) }
    case .u64: try unsigned()
    default: throw .notIntegers(tensor: name, type: type)
    }
  }

  private func unsigned() throws(TensorFileError) -> [Int] {
    let values = decoded { (value: UInt64) in value }
    if let index = values.firstIndex(where: { $0 > UInt64(Int.max) }) {
      throw .outOfRange(tensor: name, index: index, value: "\(values[index])", type: type)
    }
    return values.map { Int($0) }
  }

  private func decoded<Stored: FixedWidthInteger, Value>(_ convert: (Stored) -> Value) -> [Value] {
    let width = MemoryLayout<Stored>.size
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / width).map { index in
        convert(Stored(littleEndian: raw.loadUnaligned(fromByteOffset: index * width, as: Stored.self)))
      }
    }
  }
}
