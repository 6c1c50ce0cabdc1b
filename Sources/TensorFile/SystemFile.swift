// The system calls on one open file.
import CFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// An open file or folder that closes itself.
final class SystemFile: Sendable {
  private let descriptor: Int32
  /// Where the file is.
  let location: String
  /// The path that errors name.
  private let path: String
  var shownPath: String { path }
  private let action: TensorFileError.Action

  /// Opens an existing file for reading. Errors: `.system(.read, …)`, `.notAFile`.
  convenience init(reading path: String) throws(TensorFileError) {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer.
    try self.init(path, reportedAs: path, .read, O_RDONLY | O_NONBLOCK)
    guard try status().st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
  }

  /// Makes a new file for writing, with the permissions that the umask leaves. Error
  /// `.system(.write, …, EEXIST)` if the name is taken.
  convenience init(creating path: String, reportedAs shown: String) throws(TensorFileError) {
    try self.init(path, reportedAs: shown, .write, O_WRONLY | O_CREAT | O_EXCL)
    // Claimed for as long as it is open, where the file system knows claims: `Leftover`.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
  }

  /// A file that is there, moved over another one and claimed like a new one; nil where it cannot be moved there, as to
  /// another file system. Error `.system(.write, …)`.
  convenience init?(
    moving source: String, over location: String, reportedAs shown: String
  ) throws(TensorFileError) {
    try self.init(source, reportedAs: shown, .write, O_WRONLY, location: location)
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    if rename(source, location) != 0 { return nil }
  }

  /// Opens a folder, to make the names in it durable.
  convenience init(folder path: String, reportedAs shown: String) throws(TensorFileError) {
    try self.init(path, reportedAs: shown, .write, O_RDONLY | O_DIRECTORY)
  }

  private init(
    _ path: String, reportedAs shown: String, _ action: TensorFileError.Action, _ flags: Int32,
    location: String? = nil
  ) throws(TensorFileError) {
    // A NUL would end the path early and so name another file.
    guard !path.utf8.contains(0) else { throw .system(action, path: shown, code: EINVAL) }
    var opened: Int32
    repeat {
      opened = open(path, flags | O_CLOEXEC, 0o666)
    } while opened < 0 && errno == EINTR
    guard opened >= 0 else { throw .system(action, path: shown, code: errno) }
    descriptor = opened
    self.location = location ?? path
    self.path = shown
    self.action = action
  }

  deinit {
    // What matters is made durable by `synchronize`, which reports; nothing can fail here that is not lost
    // already.
    _ = close(descriptor)
  }

  private var failure: TensorFileError { .system(action, path: path, code: errno) }

  func status() throws(TensorFileError) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure }
    return status
  }

  /// When a file was written to last.
  struct Time: Equatable, Sendable {
    private let seconds: Int
    private let nanoseconds: Int

    init(_ status: stat) {
      (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
  }

  /// Gives the file these permissions.
  func setPermissions(_ mode: mode_t) throws(TensorFileError) {
    guard fchmod(descriptor, mode & 0o777) == 0 else { throw failure }
  }

  /// The length in bytes.
  func size() throws(TensorFileError) -> Int { Int(try status().st_size) }

  /// Whether another open file claims this one.
  var isClaimed: Bool {
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 {
      _ = flock(descriptor, LOCK_UN)
      return false
    }
    return errno == EWOULDBLOCK
  }

  /// The next `count` bytes. Error `.changed` if the file ends before.
  func next(_ count: Int) throws(TensorFileError) -> [UInt8] {
    var problem: TensorFileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(TensorFileError) {
        try fill(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
        filled = count
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    return bytes
  }

  /// Fills `block` with the next bytes. Error `.changed` if the file ends before.
  func fill(_ block: UnsafeMutableRawBufferPointer) throws(TensorFileError) {
    var filled = 0
    while filled < block.count {
      let got = read(descriptor, block.baseAddress.map { $0 + filled }, block.count - filled)
      if got > 0 {
        filled += got
      } else if got == 0 {
        throw .changed(path: path)
      } else if errno != EINTR {
        throw failure
      }
    }
  }

  /// Maps the first `count` bytes, more than none, for reading; gives the address.
  func map(_ count: Int) throws(TensorFileError) -> UInt {
    let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let start, start != MAP_FAILED else { throw failure }
    return UInt(bitPattern: start)
  }

  /// Throws `.changed` if the file has become shorter than `count` bytes.
  func checkLength(atLeast count: Int) throws(TensorFileError) {
    guard try size() >= count else { throw .changed(path: path) }
  }

  /// Writes all bytes at the end. The disk follows a few MB behind: who writes a long file in parts, and looks at a signal
  /// between them, does not find all of it to wait for in `synchronize`, which nothing interrupts.
  func append(_ bytes: UnsafeRawBufferPointer) throws(TensorFileError) {
    var done = 0
    while done < bytes.count {
      let put = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if put >= 0 {
        done += put
      } else if errno != EINTR {
        throw failure
      }
    }
    let end = Int64(lseek(descriptor, 0, SEEK_CUR))
    let (first, last) = ((end - Int64(done)) / Self.piece, end / Self.piece)
    guard first < last else { return }
    cfiles_begin_writing(descriptor, first * Self.piece, (last - first) * Self.piece)
    if first > 0 { cfiles_wait_for_writing(descriptor, (first - 1) * Self.piece, Self.piece) }
  }

  /// What a disk writes in some hundredths of a second.
  private static let piece: Int64 = 4 << 20

  /// Waits until what was written, or the names in a folder, would survive a loss of power.
  func synchronize() throws(TensorFileError) {
    // Some file systems cannot do this for folders and say so with EINVAL; the names are then as durable as
    // that file system makes them.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure }
  }
}

extension SystemFile {
  /// What a path names, behind symbolic links; nil for nothing.
  static func status(_ path: String) -> stat? {
    var status = stat()
    return !path.utf8.contains(0) && stat(path, &status) == 0 ? status : nil
  }

  /// What a path names, a symbolic link itself; nil for nothing.
  static func ownStatus(_ path: String) -> stat? {
    var status = stat()
    return !path.utf8.contains(0) && lstat(path, &status) == 0 ? status : nil
  }

  /// Whether a path names anything.
  static func exists(_ path: String) -> Bool { status(path) != nil }

  /// The names in a folder, sorted by their bytes. Error `.system(.read, …)`.
  static func names(inFolder path: String) throws(TensorFileError) -> [String] {
    guard !path.utf8.contains(0) else { throw .system(.read, path: path, code: EINVAL) }
    guard let folder = opendir(path) else { throw .system(.read, path: path, code: errno) }
    defer { _ = closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
