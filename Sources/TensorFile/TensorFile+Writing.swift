// Writing, to the byte as the reference writer does.

extension TensorFile {
  /// Writes a file as a whole (`AtomicFile`). Tensors may come in any order; metadata keeps its order, and an
  /// empty one is left out. Errors: `.unwritable`, `.system(.write, …)`, `.notAFile`.
  package static func write(
    path: String, tensors: [TensorData], metadata: Metadata = []
  ) throws(TensorFileError) {
    let (prefix, ordered) = try prepared(tensors, metadata, path: path)
    try AtomicFile.write([prefix] + ordered.map(\.bytes), to: path)
  }

  /// The bytes of the file that `write` would write. Error `.unwritable`.
  package static func serialized(
    _ tensors: [TensorData], metadata: Metadata = []
  ) throws(TensorFileError) -> [UInt8] {
    let (prefix, ordered) = try prepared(tensors, metadata, path: nil)
    return ordered.reduce(into: prefix) { $0 += $1.bytes }
  }

  /// Everything before the data, and the tensors in the order of their data.
  private static func prepared(
    _ tensors: [TensorData], _ metadata: Metadata, path: String?
  ) throws(TensorFileError) -> (prefix: [UInt8], ordered: [TensorData]) {
    let ordered = tensors.sorted { left, right in
      left.type == right.type
        ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : left.type.rawValue > right.type.rawValue
    }
    do {
      return (try Header.encoded(ordered, metadata), ordered)
    } catch {
      throw .unwritable(path: path, error)
    }
  }
}
