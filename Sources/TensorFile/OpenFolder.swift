// The entries of one folder by the system's calls, whatever bytes their names are made of.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why the system refused something; the caller decides what that means.
struct SystemFailure: Error {
  let code: Int32
}

/// An open folder that closes itself. Its files are named by the bytes that the system has, which need not be UTF-8,
/// and are never followed where they are symbolic links.
final class OpenFolder {
  /// With a NUL at its end.
  typealias Name = [CChar]

  private let descriptor: Int32
  /// The device and number of the folder itself.
  let status: stat

  convenience init(_ path: String) throws(SystemFailure) {
    guard !path.utf8.contains(0) else { throw SystemFailure(code: EINVAL) }
    try self.init(openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
  }

  private init(_ opened: Int32) throws(SystemFailure) {
    guard opened >= 0 else { throw SystemFailure(code: errno) }
    var status = stat()
    guard fstat(opened, &status) == 0 else {
      let code = errno
      _ = close(opened)
      throw SystemFailure(code: code)
    }
    descriptor = opened
    self.status = status
  }

  deinit { _ = close(descriptor) }

  private func check(_ result: Int32) throws(SystemFailure) {
    guard result == 0 else { throw SystemFailure(code: errno) }
  }

  // MARK: Looking

  /// A folder in this one.
  func folder(_ name: Name) throws(SystemFailure) -> OpenFolder {
    try OpenFolder(openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW))
  }

  /// Every name but those of the folder itself and of the one above.
  func names() throws(SystemFailure) -> [Name] {
    let opened = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard opened >= 0, let stream = fdopendir(opened) else { throw SystemFailure(code: errno) }
    defer { _ = closedir(stream) }
    var names: [Name] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
      }
      let dot = CChar(UInt8(ascii: "."))
      if name != [dot, 0], name != [dot, dot, 0] { names.append(name) }
    }
    if errno != 0 { throw SystemFailure(code: errno) }
    return names
  }

  /// What an entry is; nil where there is none.
  func status(_ name: Name) -> stat? {
    var status = stat()
    return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
  }

  // MARK: Changing

  /// Makes a folder, unless there is one.
  func makeFolder(_ name: Name) throws(SystemFailure) -> OpenFolder {
    if mkdirat(descriptor, name, 0o700) != 0, errno != EEXIST { throw SystemFailure(code: errno) }
    return try folder(name)
  }

  /// Gives an entry that is no folder a second name, in another folder.
  func link(_ name: Name, in other: OpenFolder) throws(SystemFailure) {
    try check(linkat(descriptor, name, other.descriptor, name, 0))
  }

  /// Moves an entry, over what is there.
  func move(_ name: Name, to other: OpenFolder, as newName: Name? = nil) throws(SystemFailure) {
    try check(renameat(descriptor, name, other.descriptor, newName ?? name))
  }

  func remove(_ name: Name) throws(SystemFailure) { try check(unlinkat(descriptor, name, 0)) }

  func removeEmptyFolder(_ name: Name) throws(SystemFailure) {
    try check(unlinkat(descriptor, name, AT_REMOVEDIR))
  }

  /// Removes an entry and all that is in it, as far as that can be removed; other devices are left.
  func removeAll(_ name: Name) {
    guard let entry = status(name) else { return }
    if entry.isFolder, let inner = try? folder(name) {
      guard entry.st_dev == status.st_dev else { return }
      for below in (try? inner.names()) ?? [] { inner.removeAll(below) }
    }
    // What stays is for the next one who cleans up.
    _ = unlinkat(descriptor, name, entry.isFolder ? AT_REMOVEDIR : 0)
  }

  /// Gives the folder the owner, permissions and times of another.
  func takeAfter(_ model: stat) throws(SystemFailure) {
    if status.st_uid != model.st_uid || status.st_gid != model.st_gid {
      try check(fchown(descriptor, model.st_uid, model.st_gid))
    }
    try check(fchmod(descriptor, model.st_mode & 0o7777))
    #if canImport(Darwin)
      let times = [model.st_atimespec, model.st_mtimespec]
    #else
      let times = [model.st_atim, model.st_mtim]
    #endif
    try check(futimens(descriptor, times))
  }

  /// Waits until the names in it would survive a loss of power.
  func synchronize() throws(SystemFailure) {
    // Some file systems cannot do this for folders.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw SystemFailure(code: errno) }
  }

  // MARK: Claims

  /// Claims the folder for as long as it is open, where the file system knows claims.
  func claim() { _ = flock(descriptor, LOCK_EX | LOCK_NB) }

  /// Whether somebody who is alive writes an entry; nil where that cannot be told.
  func isClaimed(_ name: Name) -> Bool? {
    let opened = openat(descriptor, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
    guard opened >= 0 else { return nil }
    defer { _ = close(opened) }
    if flock(opened, LOCK_EX | LOCK_NB) == 0 { return false }
    return errno == EWOULDBLOCK ? true : nil
  }
}

extension stat {
  var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
  var isFile: Bool { st_mode & S_IFMT == S_IFREG }
  var isLink: Bool { st_mode & S_IFMT == S_IFLNK }

  /// When its content was changed last, in seconds.
  var changed: Int {
    #if canImport(Darwin)
      Int(st_mtimespec.tv_sec)
    #else
      Int(st_mtim.tv_sec)
    #endif
  }

  func isSame(as other: stat) -> Bool { st_dev == other.st_dev && st_ino == other.st_ino }
}
