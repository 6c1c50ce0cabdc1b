// One tensor of a file that was read.

/// A tensor as it stands in a file: its bytes are shared with the file's and not copied.
package struct TensorEntry: Sendable {
  package let name: String
  package let type: ElementType
  /// The sizes, outermost first; empty for a scalar.
  package let shape: [Int]
  /// The elements, little-endian, in row-major order. They may stand at any address: copy, do not bind.
  package let bytes: ArraySlice<UInt8>

  /// How many elements there are: 1 for a scalar, 0 if a size is 0.
  package var count: Int { bytes.count * 8 / type.bits }
}
