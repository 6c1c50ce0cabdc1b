// A safetensors file: its metadata and its tensors.

/// The content of a safetensors file, copied into memory or mapped (`read`).
///
/// The reader refuses what the reference implementation refuses, and three things more that only damaged or
/// hostile files have: a key that occurs twice in an object, a size above `Int.max`, and a tensor of more than
/// 64 dimensions, which neither PyTorch nor NumPy can hold. It reads numbers in fields that the container does
/// not define without judging their range.
package struct TensorFile: Sendable {
  /// Texts by key, in the order of the file; no key occurs twice.
  package typealias Metadata = [(key: String, value: String)]

  /// Where it was read; nil for bytes that came from no file.
  package let path: String?
  package let metadata: Metadata
  /// In the order of their data; no name occurs twice.
  package let tensors: [TensorEntry]
  private let index: NameIndex

  /// Reads the bytes of a whole file. `path` is named in errors. Error `.malformed`.
  package init(parsing bytes: [UInt8], path: String? = nil) throws(TensorFileError) {
    do {
      let length = try Header.length(
        prefix: Array(bytes.prefix(Header.prefixLength)), fileLength: bytes.count)
      let start = Header.prefixLength + length
      let header = try Header(
        parsing: Array(bytes[Header.prefixLength..<start]), dataLength: bytes.count - start)
      self.init(header, FileMemory(Array(bytes[start...])), dataStart: 0, path: path)
    } catch {
      throw .malformed(path: path, error)
    }
  }

  /// A file whose data begins at `dataStart` of `memory`.
  init(_ header: Header, _ memory: FileMemory, dataStart: Int, path: String?) {
    self.path = path
    metadata = header.metadata
    let tensors = header.tensors.map { tensor in
      TensorEntry(
        name: tensor.name, type: tensor.type, shape: tensor.shape,
        bytes: TensorBytes(memory, dataStart + tensor.begin..<dataStart + tensor.end))
    }
    self.tensors = tensors
    index = NameIndex(tensors)
  }

  /// The tensor of this name, compared byte for byte; nil if there is none.
  package subscript(name: String) -> TensorEntry? {
    index.position(of: name, in: tensors).map { tensors[$0] }
  }

  /// The tensor of this name, compared byte for byte. Error `.noTensor`.
  package func tensor(_ name: String) throws(TensorFileError) -> TensorEntry {
    guard let entry = self[name] else { throw .noTensor(path: path, tensor: name) }
    return entry
  }

  /// The text of a metadata key, compared byte for byte; nil if there is none.
  package func metadata(_ key: String) -> String? {
    metadata.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }
}
