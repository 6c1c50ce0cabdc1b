// Replacing a file as a whole: a reader sees the old content or the new, never a part.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

package enum AtomicFile {
  /// Writes `parts` one after the other to `path`, through a temporary file in the same folder that is made
  /// durable and then renamed. A symbolic link is followed; an existing file keeps its permissions. If
  /// anything fails before the new content is in place, the old stays and the temporary file is removed.
  /// Errors, with the path as given: `.system(.write, …)`, and `.notAFile` for what is no file.
  package static func write(_ parts: [[UInt8]], to path: String) throws(TensorFileError) {
    let target = followed(path)
    let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(target[...$0]) } ?? "."
    guard target.utf8.last ?? UInt8(ascii: "/") != UInt8(ascii: "/") else {
      throw .system(.write, path: path, code: EINVAL)
    }
    let permissions = try permissions(of: target, reportedAs: path)

    let file = try create(in: folder, reportedAs: path)
    do throws(TensorFileError) {
      for part in parts { try file.append(part) }
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

  /// The path behind symbolic links; `path` itself if nothing is there.
  private static func followed(_ path: String) -> String {
    guard !path.utf8.contains(0), let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  /// The permissions of the file that is to be replaced; nil if there is none.
  private static func permissions(
    of target: String, reportedAs path: String
  ) throws(TensorFileError) -> mode_t? {
    var status = stat()
    guard stat(target, &status) == 0 else { return nil }
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
        let name = "\(folder)/.ranklab-\(getpid())-\(attempt).tmp"
        return try SystemFile(creating: name, reportedAs: path)
      } catch .system(_, _, EEXIST) where attempt < 1000 {
        attempt += 1
      }
    }
  }
}
