// All bytes of what a user names as input: a file, a pipe, a device.
package import Signals

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why an input cannot be read as a whole.
package enum InputFlaw: Error, Equatable, Sendable {
  case missing
  case folder
  /// A device or a pipe, where a file is needed.
  case noFile
  /// More bytes than are read.
  case tooLarge(limit: Int)
  /// The system refused, with its error number.
  case system(Int32)
  /// The user stopped the reading.
  case interrupted

  /// Why, where it is neither missing nor a folder.
  package var reason: String {
    switch self {
    case .missing: systemReason(ENOENT)
    case .folder: systemReason(EISDIR)
    case .noFile: "it is a device or a pipe, and no file"
    case .tooLarge(let limit): "it is larger than \(limit >> 20) MB"
    case .system(let code): systemReason(code)
    case .interrupted: "interrupted"
    }
  }
}

package enum WholeInput {
  /// The most that is read: far more than a script or a notebook has, and little enough that an endless device does no
  /// harm.
  package static let limit = 64 << 20
  /// The most of a file of data.
  package static let fileLimit = 4 << 30

  /// The bytes up to the end of the input that a path names. The path may be any bytes, as the system's are.
  ///
  /// - Parameter wait: waits until the descriptor has bytes or has ended; false where the user stops it.
  package static func read(
    _ path: [UInt8], wait: (Int32) -> Bool = { _ in true }
  ) throws(InputFlaw) -> [UInt8] {
    let (opened, status) = try opened(path)
    defer { close(opened) }
    if status.st_mode & S_IFMT == S_IFREG, status.st_size > limit { throw .tooLarge(limit: limit) }
    return try read(opened, limit: limit, wait: wait)
  }

  /// The bytes of a file of at most `fileLimit`, and of nothing else.
  ///
  /// - Parameter stop: looked at between parts.
  package static func file(_ path: String, stop: StopSignal = .never) throws(InputFlaw) -> [UInt8] {
    let (opened, status) = try opened(Array(path.utf8))
    defer { close(opened) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .noFile }
    guard status.st_size <= fileLimit else { throw .tooLarge(limit: fileLimit) }
    return try read(opened, limit: fileLimit) { _ in !stop.isAsked }
  }

  /// An open input that is no folder, and what it is.
  private static func opened(_ path: [UInt8]) throws(InputFlaw) -> (descriptor: Int32, status: stat) {
    guard !path.contains(0) else { throw .system(EINVAL) }
    var opened: Int32
    repeat {
      // Without O_NONBLOCK, opening a named pipe would wait for its writer, and no interrupt would reach it.
      opened = (path + [0]).withUnsafeBufferPointer { bytes in
        bytes.withMemoryRebound(to: CChar.self) { name in
          name.baseAddress.map { open($0, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) } ?? -1
        }
      }
    } while opened < 0 && errno == EINTR
    guard opened >= 0 else { throw errno == ENOENT ? .missing : .system(errno) }
    var status = stat()
    let code = fstat(opened, &status) == 0 ? 0 : errno
    if code == 0, status.st_mode & S_IFMT != S_IFDIR { return (opened, status) }
    close(opened)
    throw code == 0 ? .folder : .system(code)
  }

  /// The bytes up to the end of an open input.
  package static func read(
    _ descriptor: Int32, limit: Int = limit, wait: (Int32) -> Bool
  ) throws(InputFlaw) -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while wait(descriptor) {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, &part, part.count)
      #elseif canImport(Musl)
        let count = Musl.read(descriptor, &part, part.count)
      #else
        let count = Darwin.read(descriptor, &part, part.count)
      #endif
      if count == 0 { return bytes }
      if count > 0 {
        bytes += part[..<count]
        guard bytes.count <= limit else { throw .tooLarge(limit: limit) }
        continue
      }
      let number = errno
      guard number == EINTR || number == EAGAIN else { throw number == EISDIR ? .folder : .system(number) }
    }
    throw .interrupted
  }
}
