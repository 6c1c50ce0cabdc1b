// The bytes of a tensor in the parts in which they are written.

extension TensorData {
  /// Enough to keep the disk busy, little enough to be nothing beside a model.
  private static let partLength = 1 << 20

  /// How many bytes there are; for those made while writing, as many as the elements promise.
  var byteCount: Int {
    switch content {
    case .stored(let bytes): bytes.count
    case .made(let elements, _): elements.multipliedReportingOverflow(by: type.bits).partialValue / 8
    }
  }

  /// Calls `body` with one part after the other. Errors: that of `body`; `.changed` if a mapped file has become
  /// shorter; `.unwritable` if values are made for a part that are more or fewer than asked for.
  func eachPart(
    path: String?, _ body: (UnsafeRawBufferPointer) throws(TensorFileError) -> Void
  ) throws(TensorFileError) {
    switch content {
    case .stored(let bytes):
      for start in stride(from: 0, to: bytes.count, by: Self.partLength) {
        try bytes.checkLength()
        let end = min(bytes.count, start + Self.partLength)
        try bytes.withUnsafeBytes { all throws(TensorFileError) in
          try body(UnsafeRawBufferPointer(rebasing: all[start..<end]))
        }
        TensorBytes(bytes.owner, bytes.range.lowerBound + start..<bytes.range.lowerBound + end).release()
      }
    case .made(let elements, let make):
      let step = Self.partLength * 8 / type.bits
      for start in stride(from: 0, to: elements, by: step) {
        let range = start..<min(elements, start + step)
        let part = make(range)
        guard part.count * 8 == range.count * type.bits else {
          throw .unwritable(
            path: path,
            .wrongLength(
              tensor: name, type: type, shape: shape, needed: range.count * type.bits / 8, given: part.count))
        }
        try part.withUnsafeBufferPointer { part throws(TensorFileError) in
          try body(UnsafeRawBufferPointer(part))
        }
      }
    }
  }
}
