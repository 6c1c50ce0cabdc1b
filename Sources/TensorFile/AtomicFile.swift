// Replacing a file as a whole: a reader sees the old content or the new, never a part.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files that are replaced whole: a crash, a full disk or a reader at the same time meets the old content or the new.
package enum AtomicFile {
  /// The new content while it is written.
  package struct Output: ~Copyable {
    fileprivate let file: SystemFile

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
  /// included, the old stays and the temporary file is removed.
  /// Errors, with the path as given: `.system(.write, …)`, `.notAFile` for what is no file, those of `body`.
  package static func write(
    to path: String, _ body: (borrowing Output) throws(TensorFileError) -> Void
  ) throws(TensorFileError) {
    let target = followed(path)
    let folder = folder(of: target)
    guard target.utf8.last ?? UInt8(ascii: "/") != UInt8(ascii: "/") else {
      throw .system(.write, path: path, code: EINVAL)
    }
    let permissions = try permissions(of: target, reportedAs: path)

    let file = try create(in: folder, reportedAs: path)
    do throws(TensorFileError) {
      try body(Output(file: file))
      if let permissions { try file.setPermissions(permissions) }
      try file.synchronize()
      guard rename(file.location, target) == 0 else { throw .system(.write, path: path, code: errno) }
    } catch {
      // The first error is the one to report; a temporary file that cannot be removed harms nobody.
      _ = unlink(file.location)
      throw error
    }
    try SystemFile(folder: folder, reportedAs: path).synchronize()
  }

  /// The folder that a path names a file in, with its last slash.
  private static func folder(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "./"
  }

  /// The path behind symbolic links; `path` itself if nothing is there. Of links in a circle it gives one, which
  /// the system then refuses.
  private static func followed(_ path: String) -> String {
    var path = path
    for _ in 0..<40 {
      guard let target = link(path) else { return path }
      path = target.utf8.first == UInt8(ascii: "/") ? target : folder(of: path) + target
    }
    return path
  }

  /// What a symbolic link says; nil for what is none.
  private static func link(_ path: String) -> String? {
    guard !path.utf8.contains(0) else { return nil }
    let text = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, filled in
      filled = buffer.withMemoryRebound(to: CChar.self) { chars in
        chars.baseAddress.map { max(0, readlink(path, $0, chars.count)) } ?? 0
      }
    }
    return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
  }

  /// The permissions of the file that is to be replaced; nil if there is none.
  private static func permissions(
    of target: String, reportedAs path: String
  ) throws(TensorFileError) -> mode_t? {
    var status = stat()
    guard stat(target, &status) == 0 else {
      // Every other obstacle is in the way of the temporary file too, or must not be renamed over.
      if errno == ELOOP { throw .system(.write, path: path, code: ELOOP) }
      return nil
    }
    // A rename over a device or a pipe would remove it.
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    return status.st_mode
  }

  /// Makes a temporary file whose name nobody has taken.
  private static func create(
    in folder: String, reportedAs path: String
  ) throws(TensorFileError) -> SystemFile {
    var attempt = 0
    while true {
      do throws(TensorFileError) {
        let name = "\(folder).ranklab-\(getpid())-\(attempt).tmp"
        return try SystemFile(creating: name, reportedAs: path)
      } catch .system(_, _, EEXIST) where attempt < 1000 {
        attempt += 1
      }
    }
  }
}
