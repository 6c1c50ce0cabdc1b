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
      let flags = O_RDWR | O_APPEND | O_CLOEXEC | (creates ? O_CREAT : 0)
      let descriptor = open(path, flags, 0o600)
      if descriptor < 0 && errno == EINTR { continue }
      if descriptor < 0 && errno == ENOENT && !creates { return nil }
      guard descriptor >= 0 else { throw HistoryFileError(path: path, number: errno) }
      while flock(descriptor, LOCK_EX) != 0 {
        let number = errno
        guard number == EINTR else {
          Glibc.close(descriptor)
          throw HistoryFileError(path: path, number: number)
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

  func contents() throws -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = pread(descriptor, &part, part.count, off_t(bytes.count))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw HistoryFileError(path: path, number: errno) }
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

  /// Puts a new file with this content in the place of this one, whole or not at all.
  func replace(with text: [UInt8]) throws {
    let temporary = path + ".new"
    unlink(temporary)
    let target = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard target >= 0 else { throw HistoryFileError(path: temporary, number: errno) }
    defer { Glibc.close(target) }
    try Self.write(text, to: target, temporary)
    guard rename(temporary, path) == 0 else { throw HistoryFileError(path: path, number: errno) }
  }

  private static func write(_ text: [UInt8], to descriptor: Int32, _ path: String) throws {
    var bytes = text[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw HistoryFileError(path: path, number: errno) }
      bytes = bytes.dropFirst(count)
    }
  }
}
