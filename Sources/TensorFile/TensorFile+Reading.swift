// Reading from a path.

extension TensorFile {
  /// Reads a file. The header is checked against the file's length before the data is read. Errors:
  /// `.system(.read, …)`, `.notAFile`, `.changed`, `.malformed`.
  package static func read(path: String) throws(TensorFileError) -> TensorFile {
    let file = try SystemFile(reading: path)
    let size = try file.size()
    let prefix = try file.next(min(Header.prefixLength, size))
    let length = try refusal(path) { () throws(FormatFlaw) in
      try Header.length(prefix: prefix, fileLength: size)
    }
    let bytes = try file.next(length)
    let dataLength = size - Header.prefixLength - length
    let header = try refusal(path) { () throws(FormatFlaw) in
      try Header(parsing: bytes, dataLength: dataLength)
    }
    return TensorFile(header, data: try file.next(dataLength)[...])
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
