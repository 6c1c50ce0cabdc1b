// Writing a folder in one go, and removing one.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif
import Signals

package enum AtomicFolder {
  /// Gives a folder the files that `body` writes, as one step (`PreparedFolder`); what else is in it stays.
  ///
  /// - Parameters:
  ///   - path: where it is to stand; a symbolic link is followed.
  ///   - shown: as the user named it.
  /// - Throws: `TensorFileError.folder`, which says what stands there now; `Interruption` for `.interrupted`, and other
  ///   errors of `body` as they are: then the folder is as it was.
  package static func write(
    to path: String, named shown: String, _ body: (PreparedFolder) throws -> Void
  ) throws {
    var folder: PreparedFolder?
    do {
      let prepared = try PreparedFolder(path)
      folder = prepared
      try body(prepared)
      try prepared.commit()
    } catch let error as TensorFileError {
      if case .interrupted = error { throw Interruption() }
      throw TensorFileError.folder(shown, folder?.standing ?? standing(path), because: error)
    }
  }

  /// Removes a folder with all that is in it. For whoever looks it is there whole or not at all, whatever ends the process
  /// meanwhile: what is then left of it has a name that the next writing there removes.
  ///
  /// - Throws: `.system(.write, …)`, and the folder stands as it was.
  package static func remove(_ path: String) throws(TensorFileError) {
    let target = FilePath.resolvedFolder(path)
    let above = FilePath.folder(of: target)
    var attempt = 0
    var name: String
    repeat {
      name = Leftover.name(.unfinished, of: String(target.dropFirst(above.count)), attempt)
      attempt += 1
    } while SystemFile.ownStatus(above + name) != nil
    guard rename(target, above + name) == 0 else { throw .system(.write, path: path, code: errno) }
    try? OpenFolder(above).removeAll(Array(name.utf8CString))
  }

  private static func standing(_ path: String) -> FolderStanding {
    SystemFile.exists(path) ? .asBefore : .absent
  }
}
