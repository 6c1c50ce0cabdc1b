// Reading from a path.

extension TensorFile {
  /// How the bytes of a file come into memory.
  package enum Access: Sendable {
    /// A file of less than 1 MB is copied, a larger one mapped.
    case automatic
    /// The whole file is read at once: it may change afterwards.
    case copied
    /// The file is mapped: it opens at once, whatever its size, and its tensors are read when they are used.
    case mapped
  }

  /// From here on a mapping costs less than a copy.
  private static let mappedSize = 1 << 20

  /// Opens a file. The header is checked against the file's length; the data of a mapped file is not touched.
  /// Takes memory for the header's entries (nine times the header at most, which has 100 MB at most) and, if it
  /// is copied, for the file. Errors: `.system(.read, …)`,
  /// `.notAFile`, `.changed`, `.malformed`.
  package static func read(
    path: String, access: Access = .automatic
  ) throws(TensorFileError) -> TensorFile {
    let file = try SystemFile(reading: path)
    let size = try file.size()
    let prefix = try file.next(min(Header.prefixLength, size))
    // The header is copied, so that nobody can change it between the check and the use.
    let header = try refusal(path) { () throws(FormatFlaw) in
      try Header.length(prefix: prefix, fileLength: size)
    }
    let text = try file.next(header)
    let start = Header.prefixLength + header
    let parsed = try refusal(path) { () throws(FormatFlaw) in
      try Header(parsing: text, dataLength: size - start)
    }
    let mapped = access == .mapped || access == .automatic && size >= mappedSize
    if mapped {
      return TensorFile(parsed, try FileMemory(mapping: file, count: size), dataStart: start, path: path)
    }
    let data = try FileMemory(count: size - start) { block throws(TensorFileError) in try file.fill(block) }
    return TensorFile(parsed, data, dataStart: 0, path: path)
  }

  private static func refusal<Value>(
    _ path: String, _ body: () throws(FormatFlaw) -> Value
  ) throws(TensorFileError) -> Value {
    do {
      return try body()
    } catch {
      throw .malformed(path: path, error)
    }
  }
}
