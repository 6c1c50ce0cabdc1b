// Writing, to the byte as the reference writer does.
package import Signals

extension TensorFile {
  /// Writes a file as a whole (`AtomicFile`), in parts: it takes little memory beside the tensors given, and a
  /// tensor of a mapped file may go back into that same file. Tensors may come in any order; metadata keeps its
  /// order, and an empty one is left out. Errors: `.unwritable`, `.system(.write, …)`, `.notAFile`; `.changed`
  /// and `.system(.read, …)` for a mapped file that tensors come from; `.interrupted`, and the file is as it was.
  package static func write(
    path: String, tensors: [TensorData], metadata: Metadata = [], stop: StopSignal = .never
  ) throws(TensorFileError) {
    try AtomicFile.write(to: path) { output throws(TensorFileError) in
      try write(into: output, path: path, tensors: tensors, metadata: metadata, stop: stop)
    }
  }

  /// The same as the content of a file that is being written; errors name `path`.
  package static func write(
    into output: borrowing AtomicFile.Output, path: String, tensors: [TensorData], metadata: Metadata = [],
    stop: StopSignal = .never
  ) throws(TensorFileError) {
    let (prefix, ordered) = try prepared(tensors, metadata, path: path)
    try output.append(prefix)
    for tensor in ordered {
      try tensor.eachPart(path: path) { part throws(TensorFileError) in
        if stop.isAsked { throw .interrupted(path: path) }
        try output.append(part)
      }
    }
  }

  /// The bytes of the file that `write` would write. Errors `.unwritable`, `.changed`, `.system(.read, …)`.
  package static func serialized(
    _ tensors: [TensorData], metadata: Metadata = []
  ) throws(TensorFileError) -> [UInt8] {
    var (bytes, ordered) = try prepared(tensors, metadata, path: nil)
    for tensor in ordered {
      try tensor.eachPart(path: nil) { bytes += $0 }
    }
    return bytes
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
