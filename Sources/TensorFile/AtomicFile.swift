// Replacing a file as a whole: a reader sees the old content or the new, never a part.

/// Files that are replaced whole: a crash, a full disk or a reader at the same time meets the old content or the new.
package enum AtomicFile {
  /// The new content while it is written.
  package struct Output: ~Copyable {
    private let file: SystemFile

    init(_ file: SystemFile) { self.file = file }

    /// Adds bytes at the end. Error `.system(.write, …)`.
    package func append(_ bytes: [UInt8]) throws(TensorFileError) {
      try bytes.withUnsafeBufferPointer { part throws(TensorFileError) in
        try file.append(UnsafeRawBufferPointer(part))
      }
    }

    /// Adds bytes at the end. Error `.system(.write, …)`.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(TensorFileError) { try file.append(bytes) }
  }

  /// Writes `parts` one after the other to `path`; otherwise as `write(to:_:)`.
  package static func write(_ parts: [[UInt8]], to path: String) throws(TensorFileError) {
    try write(to: path) { output throws(TensorFileError) in
      for part in parts { try output.append(part) }
    }
  }

  /// Gives `path` the content that `body` writes, through a temporary file in the same folder that is made
  /// durable and then renamed. A symbolic link is followed, also one to a file that is not there yet; an
  /// existing file keeps its permissions. If anything fails before the new content is in place, `body`
  /// included, the old stays and the temporary file is removed; so are those that killed processes left in the folder.
  /// Errors, with the path as given: `.system(.write, …)`, `.notAFile` for what is no file, those of `body`.
  package static func write(
    to path: String, _ body: (borrowing Output) throws(TensorFileError) -> Void
  ) throws(TensorFileError) {
    try PreparedFile(path, body).commit()
  }

  /// The same, and shows others that somebody is at work on the file for as long as the result is held.
  package static func writeAndClaim(
    _ parts: [[UInt8]], to path: String
  ) throws(TensorFileError) -> PreparedFile {
    let file = try PreparedFile(path) { output throws(TensorFileError) in
      for part in parts { try output.append(part) }
    }
    try file.commit()
    return file
  }

  /// Whether somebody is at work on a file (`writeAndClaim`), as far as the file system tells.
  package static func isClaimed(_ path: String) -> Bool {
    (try? SystemFile(reading: path))?.isClaimed ?? false
  }

  /// The length of a file in bytes; nil where there is none that can be read.
  package static func size(of path: String) -> Int? { try? SystemFile(reading: path).size() }
}
