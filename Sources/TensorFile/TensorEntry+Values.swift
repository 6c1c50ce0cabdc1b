// The elements of a tensor as Swift's numbers.

extension TensorEntry {
  /// The elements as Float: F32, F16 and BF16 exactly, F64 rounded to nearest (beyond the range of Float to
  /// infinity). Takes no memory but for the result. Errors: `.notFloats` for every other type, `.changed` if a
  /// mapped file has become shorter.
  package func floats() throws(TensorFileError) -> [Float] { try floats(in: 0..<count) }

  /// The elements of `range`, which lies in 0..<count, as Float; otherwise as `floats()`.
  package func floats(in range: Range<Int>) throws(TensorFileError) -> [Float] {
    var problem: TensorFileError?
    let values = [Float](unsafeUninitializedCapacity: range.count) { buffer, filled in
      do throws(TensorFileError) {
        try read(range, into: UnsafeMutableBufferPointer(rebasing: buffer[..<range.count]))
        filled = range.count
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    return values
  }

  /// Writes the elements of `range`, which lies in 0..<count, to `target`, which is as long; otherwise as
  /// `floats()`. Takes no memory.
  package func read(
    _ range: Range<Int>, into target: UnsafeMutableBufferPointer<Float>
  ) throws(TensorFileError) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count && target.count == range.count,
      "elements \(range) of \(count) into \(target.count)")
    switch type {
    case .f32:
      try decode(range, into: target) { (bits: UInt32) in Float(bitPattern: bits) }
    case .f64: try decode(range, into: target) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .f16: try decode(range, into: target) { (bits: UInt16) in IEEEHalf.float(bits) }
    case .bf16: try decode(range, into: target) { (bits: UInt16) in BrainHalf.float(bits) }
    default: throw .notFloats(tensor: name, type: type)
    }
  }

  /// The elements as Int; BOOL gives 0 and 1. Errors: `.notIntegers` for a type that is not of whole numbers,
  /// `.outOfRange` for a U64 above `Int.max`, `.changed` if a mapped file has become shorter.
  package func integers() throws(TensorFileError) -> [Int] {
    switch type {
    case .bool: try decoded { (value: UInt8) in value == 0 ? 0 : 1 }
    case .i8: try decoded { (value: Int8) in Int(value) }
    case .u8: try decoded { (value: UInt8) in Int(value) }
    case .i16: try decoded { (value: Int16) in Int(value) }
    case .u16: try decoded { (value: UInt16) in Int(value) }
    case .i32: try decoded { (value: Int32) in Int(value) }
    case .u32: try decoded { (value: UInt32) in Int(value) }
    case .i64: try decoded { (value: Int64) in Int(value) }
    case .u64: try unsigned()
    default: throw .notIntegers(tensor: name, type: type)
    }
  }

  private func unsigned() throws(TensorFileError) -> [Int] {
    // An element above the limit has the sign of an Int64.
    let values = try decoded { (value: UInt64) in Int(truncatingIfNeeded: value) }
    if let index = values.firstIndex(where: { $0 < 0 }) {
      throw .outOfRange(
        tensor: name, index: index, value: "\(UInt64(truncatingIfNeeded: values[index]))", type: type)
    }
    return values
  }

  private func decoded<Stored: FixedWidthInteger>(
    _ convert: (Stored) -> Int
  ) throws(TensorFileError) -> [Int] {
    var problem: TensorFileError?
    let values = [Int](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(TensorFileError) {
        try decode(0..<count, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]), convert)
        filled = count
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    return values
  }

  private func decode<Stored: FixedWidthInteger, Value>(
    _ range: Range<Int>, into target: UnsafeMutableBufferPointer<Value>, _ convert: (Stored) -> Value
  ) throws(TensorFileError) {
    try bytes.checkLength()
    let width = MemoryLayout<Stored>.size
    bytes.withUnsafeBytes { raw in
      for index in 0..<range.count {
        let offset = (range.lowerBound + index) * width
        let stored = Stored(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Stored.self))
        target.initializeElement(at: index, to: convert(stored))
      }
    }
  }
}
