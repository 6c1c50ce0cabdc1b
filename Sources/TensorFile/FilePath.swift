// Paths as texts: their folders, and where their symbolic links lead.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

enum FilePath {
  /// The folder that a path names something in, with its last slash.
  static func folder(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "./"
  }

  /// The path behind symbolic links; `path` itself if nothing is there. Of links in a circle it gives one, which
  /// the system then refuses.
  static func followed(_ path: String) -> String {
    var path = path
    for _ in 0..<40 {
      guard let target = link(path) else { return path }
      path = target.utf8.first == UInt8(ascii: "/") ? target : folder(of: path) + target
    }
    return path
  }

  /// The path of a folder, whether it is there or not: behind symbolic links, without `.`, `..` or a slash at its end.
  static func resolvedFolder(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
    return real(path) ?? followed(path)
  }

  /// The one path of what is there, without links; nil where nothing is.
  static func real(_ path: String) -> String? {
    guard !path.utf8.contains(0), let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  /// Whether a folder, by its one path, is that in which the process works, or holds it.
  static func holdsWorkingFolder(_ folder: String) -> Bool {
    guard let here = real(".") else { return false }
    return here == folder || here.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
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

  /// Makes a folder and those above it. Error `.system(.write, …)`.
  static func makeFolders(_ path: String, reportedAs shown: String) throws(TensorFileError) {
    guard !path.utf8.contains(0) else { throw .system(.write, path: shown, code: EINVAL) }
    for end in path.indices.dropFirst() where path[end] == "/" {
      let part = String(path[..<end])
      if mkdir(part, 0o777) != 0, errno != EEXIST, !SystemFile.exists(part) {
        throw .system(.write, path: shown, code: errno)
      }
    }
    if mkdir(path, 0o777) != 0, errno != EEXIST, !SystemFile.exists(path) {
      throw .system(.write, path: shown, code: errno)
    }
  }
}
