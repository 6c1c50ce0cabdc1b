// A safetensors file in memory: its metadata and its tensors.

/// The content of a safetensors file, held in memory as a whole.
///
/// The reader refuses what the reference implementation refuses, and two things more that only damaged or
/// hostile files have: a key that occurs twice in an object, and a size above `Int.max`. It reads numbers in
/// fields that the container does not define without judging their range.
package struct TensorFile: Sendable {
  /// Texts by key, in the order of the file; no key occurs twice.
  package typealias Metadata = [(key: String, value: String)]

  package let metadata: Metadata
  /// In the order of their data; no name occurs twice.
  package let tensors: [TensorEntry]
  /// By the bytes of the name: Swift's String takes different spellings of an accent as equal.
  private let positions: [[UInt8]: Int]

  /// Reads the bytes of a whole file. `path` is named in errors. Error `.malformed`.
  package init(parsing bytes: [UInt8], path: String? = nil) throws(TensorFileError) {
    do {
      let length = try Header.length(
        prefix: Array(bytes.prefix(Header.prefixLength)), fileLength: bytes.count)
      let start = Header.prefixLength + length
      let header = try Header(
        parsing: Array(bytes[Header.prefixLength..<start]), dataLength: bytes.count - start)
      self.init(header, data: bytes[start...])
    } catch {
      throw .malformed(path: path, error)
    }
  }

  init(_ header: Header, data: ArraySlice<UInt8>) {
    metadata = header.metadata
    tensors = header.tensors.map { tensor in
      let start = data.startIndex + tensor.range.lowerBound
      return TensorEntry(
        name: tensor.name, type: tensor.type, shape: tensor.shape,
        bytes: data[start..<start + tensor.range.count])
    }
    positions = Dictionary(
      uniqueKeysWithValues: header.tensors.enumerated().map { (Array($1.name.utf8), $0) })
  }

  /// The tensor of this name, compared byte for byte; nil if there is none.
  package subscript(name: String) -> TensorEntry? {
    positions[Array(name.utf8)].map { tensors[$0] }
  }

  /// The text of a metadata key, compared byte for byte; nil if there is none.
  package func metadata(_ key: String) -> String? {
    metadata.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }
}
