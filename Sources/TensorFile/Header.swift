// The header of a file as a value.

/// What a header says. The tensors stand in the order of their data, which they fill without hole or overlap.
struct Header {
  struct Tensor {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// The place in the data, up to `end`.
    let begin: Int
    let end: Int
  }

  /// The longest header that is read or written, as in the reference.
  static let lengthLimit = 100_000_000
  /// The bytes in front of the header, which hold its length.
  static let prefixLength = 8
  /// The most dimensions of a tensor, as in PyTorch and NumPy.
  static let dimensionLimit = 64
  static let metadataKey = "__metadata__"

  var metadata: TensorFile.Metadata = []
  var tensors: [Tensor] = []
}
