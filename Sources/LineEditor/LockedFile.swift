// A file that one process at a time works on.
import Glibc

/// An open file under an exclusive lock, which ends with this object.
final class LockedFile {
  private let path: String
  private let descriptor: Int32

  /// Opens and locks a file; nil when it does not exist and is not to be made. While this process waits for
  /// the lock another one may put a new file in this one's place; then that one is opened.
  init?(_ path: String, creates: Bool) throws {
    self.path = path
    while true {
      // Without O_NONBLOCK, opening some devices would wait.
      let flags = O_RDWR | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (creates ? O_CREAT : 0)
      let descriptor = open(path, flags, 0o600)
      if descriptor < 0 && errno == EINTR { continue }
      if descriptor < 0 && errno == ENOENT && !creates { return nil }
      if descriptor < 0 && errno == EISDIR { throw HistoryFileError(path: path, .noFile) }
      guard descriptor >= 0 else { throw HistoryFileError(path: path, .system(errno)) }
      if let flaw = Self.flaw(of: descriptor) {
        Glibc.close(descriptor)
        throw HistoryFileError(path: path, flaw)
      }
      while flock(descriptor, LOCK_EX) != 0 {
        let number = errno
        guard number == EINTR else {
          Glibc.close(descriptor)
          throw HistoryFileError(path: path, .system(number))
        }
      }
      var opened = stat()
      var current = stat()
      if fstat(descriptor, &opened) == 0, stat(path, &current) == 0, opened.st_ino == current.st_ino,
        opened.st_dev == current.st_dev
      {
        self.descriptor = descriptor
        return
      }
      Glibc.close(descriptor)
    }
  }

  deinit {
    Glibc.close(descriptor)
  }

  /// Why a file is no history; nil where it may be one.
  private static func flaw(of descriptor: Int32) -> HistoryFileError.Flaw? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .system(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { return .noFile }
    return status.st_size > HistoryFile.sizeLimit ? .tooLarge : nil
  }

  func contents() throws -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = pread(descriptor, &part, part.count, off_t(bytes.count))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw HistoryFileError(path: path, .system(errno)) }
      guard count > 0 else { return bytes }
      bytes += part[..<count]
    }
  }

  /// Appends a line, whose end is added. A last line that a crash left without its end gets it first.
  func append(_ line: [UInt8]) throws {
    var last: UInt8 = 0
    let end = lseek(descriptor, 0, SEEK_END)
    let isBroken = end > 0 && pread(descriptor, &last, 1, end - 1) == 1 && last != UInt8(ascii: "\n")
    try Self.write(Array(isBroken ? "\n".utf8 : "".utf8) + line + "\n".utf8, to: descriptor, path)
  }

  /// Puts a new file with this content in the place of this one, whole or not at all, also where the machine stops in
  /// between. A symbolic link stays, and the file behind it is replaced.
  func replace(with text: [UInt8]) throws {
    guard let resolved = realpath(path, nil) else { throw HistoryFileError(path: path, .system(errno)) }
    defer { free(resolved) }
    let place = String(cString: resolved)
    var status = stat()
    let mode = fstat(descriptor, &status) == 0 ? status.st_mode & 0o777 : 0o600
    var template = Array((place + ".XXXXXX").utf8CString)
    let target = mkstemp(&template)
    guard target >= 0 else { throw HistoryFileError(path: path, .system(errno)) }
    defer { Glibc.close(target) }
    _ = fcntl(target, F_SETFD, FD_CLOEXEC)
    do {
      try Self.write(text, to: target, path)
      guard fchmod(target, mode) == 0, fsync(target) == 0, rename(template, place) == 0 else {
        throw HistoryFileError(path: path, .system(errno))
      }
    } catch {
      unlink(template)
      throw error
    }
    Self.synchronizeFolder(of: place)
  }

  /// Makes a new name durable. Where that fails the old file may be there after a crash, which is as good.
  private static func synchronizeFolder(of path: String) {
    guard let end = path.lastIndex(of: "/") else { return }
    let folder = open(String(path[...end]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    Glibc.close(folder)
  }

  private static func write(_ text: [UInt8], to descriptor: Int32, _ path: String) throws {
    var bytes = text[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw HistoryFileError(path: path, .system(errno)) }
      bytes = bytes.dropFirst(count)
    }
  }
}
