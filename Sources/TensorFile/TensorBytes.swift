// The bytes of one tensor, shared with the file that they come from.

/// A range of a `FileMemory`, which it keeps alive. It is a collection of bytes; copies share.
package struct TensorBytes: RandomAccessCollection, Sendable {
  /// What holds the bytes. Keep it for as long as a pointer from `pointer` is in use.
  package let owner: FileMemory
  /// The place in `owner`.
  package let range: Range<Int>

  init(_ owner: FileMemory, _ range: Range<Int>) {
    self.owner = owner
    self.range = range
  }

  /// A copy of `bytes`.
  package init(_ bytes: [UInt8]) {
    self.init(FileMemory(bytes), 0..<bytes.count)
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { range.count }

  package subscript(position: Int) -> UInt8 {
    precondition(indices.contains(position), "byte \(position) of \(count)")
    return owner.bytes[range.lowerBound + position]
  }

  /// The bytes where they stand, at any alignment, without a copy. Valid while `owner` lives:
  ///
  ///     let owner = entry.bytes.owner     // in a property beside the pointer
  package var pointer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: owner.bytes[range]) }

  package func withUnsafeBytes<Value, Problem: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Problem) -> Value
  ) throws(Problem) -> Value {
    // The owner must outlive the call, not only the last mention of it here.
    defer { withExtendedLifetime(owner) {} }
    return try body(pointer)
  }

  package func withContiguousStorageIfAvailable<Value>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Value
  ) rethrows -> Value? {
    try withUnsafeBytes { try $0.withMemoryRebound(to: UInt8.self, body) }
  }

  /// Whether the first byte stands at a multiple of `alignment` in memory.
  package func isAligned(to alignment: Int) -> Bool {
    UInt(bitPattern: pointer.baseAddress).isMultiple(of: UInt(alignment))
  }

  /// See `FileMemory.checkLength`.
  package func checkLength() throws(TensorFileError) { try owner.checkLength() }

  /// Lets go of the bytes of a mapped file until they are touched again; see `FileMemory.release`.
  package func release() { owner.release(range) }
}
