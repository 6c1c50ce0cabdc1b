// What stands where something is to be written: nothing may be replaced that could not be looked at.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Every writer of a user's file asks this before it replaces one.
package enum Occupant: Equatable, Sendable {
  /// Nothing, a link to nothing, or an empty file.
  case nothing
  /// A file with these bytes, or these first ones.
  case file([UInt8])
  case folder
  /// A device, a pipe: writing refuses it.
  case other
  /// There, or perhaps there: the system does not say, and `reason` is why.
  case unreadable(reason: String)
  /// A file of so many bytes, more than are looked at.
  case tooLarge(bytes: Int)

  /// Bytes of the longest file that is looked at as a whole.
  package static let limit = 1 << 30

  /// - Parameters:
  ///   - path: symbolic links are followed.
  ///   - first: how many bytes are needed to know whose it is; nil for all.
  package static func at(_ path: String, first: Int? = nil) -> Occupant {
    guard let status = SystemFile.status(path) else {
      let code = errno
      // A part of the path that is a file, or a name that is too long, is for the writing to refuse.
      return [EACCES, ELOOP, EIO, EPERM].contains(code) ? .unreadable(reason: systemReason(code)) : .nothing
    }
    if status.isFolder { return .folder }
    guard status.isFile else { return .other }
    do throws(TensorFileError) {
      let file = try SystemFile(reading: path)
      let size = try file.size()
      if size == 0 { return .nothing }
      guard first != nil || size <= limit else { return .tooLarge(bytes: size) }
      return .file(try file.next(min(size, first ?? size)))
    } catch {
      if case .system(_, _, let code) = error { return .unreadable(reason: systemReason(code)) }
      return .unreadable(reason: "it became shorter meanwhile")
    }
  }

  /// What stands where a folder is to be written and is none: a clause for errors.
  package struct NoFolder: Error {
    package let content: String
  }

  /// The names in the folder at a path, as `names` has them; nil where nothing stands there.
  package static func names(inFolderAt path: String) throws(NoFolder) -> [String]? {
    switch at(path, first: 1) {
    case .nothing:
      if SystemFile.exists(path) { throw NoFolder(content: "an empty file") }
      return nil
    case .file, .tooLarge: throw NoFolder(content: "a file")
    case .other: throw NoFolder(content: "no folder")
    case .unreadable(let reason): throw NoFolder(content: "not to be read: \(reason)")
    case .folder: break
    }
    guard let names = names(inFolder: path) else { throw NoFolder(content: "a folder that cannot be read") }
    return names
  }

  /// The names in a folder, without what killed processes left there; nil where the folder cannot be read.
  package static func names(inFolder path: String) -> [String]? {
    guard let names = try? OpenFolder(path).names() else { return nil }
    return names.filter { Leftover($0) == nil }.map { name in
      String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }.sorted()
  }

  /// Why it is not known what stands there, as a clause; nil where it is.
  package var doubt: String? {
    switch self {
    case .nothing, .file, .folder, .other: nil
    case .unreadable(let reason): "it cannot be read: \(reason)"
    case .tooLarge(let bytes): "it has \(bytes) bytes, and \(Occupant.limit) are the most that are looked at"
    }
  }
}
