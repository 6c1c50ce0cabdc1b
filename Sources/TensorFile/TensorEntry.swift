// One tensor of a file that was read.

/// A tensor as it stands in a file: its bytes are shared with the file's and not copied.
package struct TensorEntry: Sendable {
  package let name: String
  package let type: ElementType
  /// The sizes, outermost first; empty for a scalar.
  package let shape: [Int]
  /// The elements, little-endian, in row-major order. They may stand at any address: copy, do not bind.
  package let bytes: TensorBytes

  /// How many elements there are: 1 for a scalar, 0 if a size is 0.
  package var count: Int { bytes.count * 8 / type.bits }

  /// The elements where they stand, to compute from without a copy: nil unless they are F32, at a multiple of
  /// four bytes. Valid while `bytes.owner` lives, which the caller keeps beside the pointer.
  package var floatPointer: UnsafeBufferPointer<Float>? {
    guard type == .f32, bytes.isAligned(to: MemoryLayout<Float>.alignment) else { return nil }
    return bytes.pointer.assumingMemoryBound(to: Float.self)
  }
}
