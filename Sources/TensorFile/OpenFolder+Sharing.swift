// What a new folder has in common with the one that it replaces.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Names of files that were written into a folder and into folders in it.
struct WrittenNames {
  private(set) var files: Set<OpenFolder.Name> = []
  private(set) var folders: [OpenFolder.Name: WrittenNames] = [:]

  /// - Parameter path: relative, with slashes.
  mutating func insert(_ path: some StringProtocol) {
    guard let slash = path.firstIndex(of: "/") else {
      files.insert(Array(String(path).utf8CString))
      return
    }
    folders[Array(String(path[..<slash]).utf8CString), default: WrittenNames()]
      .insert(path[path.index(after: slash)...])
  }
}

extension OpenFolder {
  /// Gives `other` all that is here and was not written there: files under a second name (a hard link, so that nothing
  /// is copied and nothing moves), folders as folders of the same owner, permissions and times.
  ///
  /// - Throws: where something cannot be shared, as on a file system without hard links; then `other` has a part.
  func share(with other: OpenFolder, except written: WrittenNames) throws(SystemFailure) {
    for name in try names() where !written.files.contains(name) {
      guard let entry = status(name) else { continue }
      guard entry.isFolder else {
        try link(name, in: other)
        continue
      }
      let inner = try folder(name)
      // Another device is mounted here.
      guard inner.status.st_dev == status.st_dev else { throw SystemFailure(code: EXDEV) }
      let copy = try other.makeFolder(name)
      try inner.share(with: copy, except: written.folders[name] ?? WrittenNames())
      try copy.takeAfter(entry)
      try copy.synchronize()
    }
  }

  /// Empties this folder, which `other` has replaced: what is in both is removed here, what only this one has, because
  /// it came after `share`, is moved there.
  ///
  /// Of two files of one name that are not the same one, `other` keeps its own where it was written; else the one that
  /// was changed last.
  /// - Parameter written: nil where that is not known any more; then `other` keeps its own.
  /// - Returns: whether nothing is left.
  func settle(into other: OpenFolder, written: WrittenNames?) -> Bool {
    guard let names = try? names() else { return false }
    var isEmpty = true
    for name in names {
      do throws(SystemFailure) {
        guard let mine = status(name) else { continue }
        guard let theirs = other.status(name) else {
          try move(name, to: other)
          continue
        }
        if mine.isFolder, theirs.isFolder {
          let below = written.map { $0.folders[name] ?? WrittenNames() }
          if try folder(name).settle(into: other.folder(name), written: below) {
            try removeEmptyFolder(name)
          } else {
            isEmpty = false
          }
        } else if mine.isFolder {
          isEmpty = false
        } else if let written, !written.files.contains(name), !mine.isSame(as: theirs),
          mine.isChangedLater(than: theirs)
        {
          try move(name, to: other)
        } else {
          try remove(name)
        }
      } catch {
        isEmpty = false
      }
    }
    return isEmpty
  }
}
