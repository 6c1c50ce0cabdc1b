// The new content of one file, beside its place and not yet in it.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Written and durable under a temporary name; `commit` gives it its own. Without that it goes with the last reference,
/// and what stands at the path is as it was.
package final class PreparedFile {
  /// As given, for errors.
  private let path: String
  private let target: String
  private let folder: String
  private let file: SystemFile
  private var isInPlace = false

  /// Errors, with the path as given: `.system(.write, …)`, `.notAFile` for what is no file, those of `body`.
  package convenience init(
    _ path: String, _ body: (borrowing AtomicFile.Output) throws(TensorFileError) -> Void
  ) throws(TensorFileError) {
    try self.init(path, reportedAs: path) { file throws(TensorFileError) in
      try body(AtomicFile.Output(file))
      return file
    }
  }

  /// A file that stands elsewhere, durable already: moved here where one move can do that, else copied.
  convenience init(adopting source: String, _ path: String, reportedAs shown: String) throws(TensorFileError)
  {
    try self.init(path, reportedAs: shown) { file throws(TensorFileError) in
      if let moved = try SystemFile(moving: source, over: file.location, reportedAs: shown) { return moved }
      let original = try SystemFile(reading: source)
      var left = try original.size()
      while left > 0 {
        let part = try original.next(min(left, 1 << 20))
        try AtomicFile.Output(file).append(part)
        left -= part.count
      }
      _ = unlink(source)
      return file
    }
  }

  /// - Parameter fill: given a new file with a temporary name; returns what has that name in the end.
  private init(
    _ path: String, reportedAs shown: String, _ fill: (SystemFile) throws(TensorFileError) -> SystemFile
  ) throws(TensorFileError) {
    let target = FilePath.followed(path)
    let folder = FilePath.folder(of: target)
    guard target.utf8.last ?? UInt8(ascii: "/") != UInt8(ascii: "/") else {
      throw .system(.write, path: shown, code: EINVAL)
    }
    let permissions = try PreparedFile.permissions(of: target, reportedAs: shown)
    Leftover.sweep(folder)
    let made = try PreparedFile.create(in: folder, reportedAs: shown)
    do throws(TensorFileError) {
      file = try fill(made)
      if let permissions { try file.setPermissions(permissions) }
      try file.synchronize()
    } catch {
      // The first error is the one to report; a temporary file that cannot be removed harms nobody.
      _ = unlink(made.location)
      throw error
    }
    (self.path, self.target, self.folder) = (shown, target, folder)
  }

  deinit {
    // A temporary file that cannot be removed harms nobody.
    if !isInPlace { _ = unlink(file.location) }
  }

  /// Puts the content in place, over what stands there. Error `.system(.write, …)`.
  package func commit() throws(TensorFileError) {
    guard rename(file.location, target) == 0 else { throw .system(.write, path: path, code: errno) }
    isInPlace = true
    try SystemFile(folder: folder, reportedAs: path).synchronize()
  }

  /// Whether the file stands in its place, and no other that was written over it.
  package var isStanding: Bool {
    guard isInPlace, let mine = try? file.status(), let there = SystemFile.status(target) else {
      return false
    }
    return mine.isSame(as: there)
  }

  /// The permissions of the file that is to be replaced; nil if there is none.
  private static func permissions(
    of target: String, reportedAs path: String
  ) throws(TensorFileError) -> mode_t? {
    guard let status = SystemFile.status(target) else {
      // Every other obstacle is in the way of the temporary file too, or must not be renamed over.
      if errno == ELOOP { throw .system(.write, path: path, code: ELOOP) }
      return nil
    }
    // A rename over a device or a pipe would remove it.
    guard status.isFile else { throw .notAFile(path: path) }
    return status.st_mode
  }

  /// Makes a temporary file whose name nobody has taken.
  private static func create(
    in folder: String, reportedAs path: String
  ) throws(TensorFileError) -> SystemFile {
    var attempt = 0
    while true {
      do throws(TensorFileError) {
        return try SystemFile(creating: folder + Leftover.temporaryName(attempt), reportedAs: path)
      } catch .system(_, _, EEXIST) where attempt < 1000 {
        attempt += 1
      }
    }
  }
}
