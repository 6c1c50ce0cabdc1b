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

/// What a new folder was made of: what was written into it, and the numbers of the files that it shares with the old one.
struct FolderOrigin {
  var written = WrittenNames()
  var shared: Set<ino_t> = []
}

extension OpenFolder {
  /// Gives `other` all that is here and was not written there: files under a second name (a hard link, so that nothing
  /// is copied and nothing moves), folders as folders of the same owner, permissions and times.
  ///
  /// - Parameter shared: takes up the numbers of these files.
  /// - Throws: where something cannot be shared, as on a file system without hard links; then `other` has a part.
  func share(with other: OpenFolder, except written: WrittenNames, _ shared: inout Set<ino_t>)
    throws(SystemFailure)
  {
    for name in try names() where !written.files.contains(name) {
      guard let entry = status(name) else { continue }
      guard entry.isFolder else {
        try link(name, in: other)
        shared.insert(entry.st_ino)
        continue
      }
      let inner = try folder(name)
      // Another device is mounted here.
      guard inner.status.st_dev == status.st_dev else { throw SystemFailure(code: EXDEV) }
      let copy = try other.makeFolder(name)
      try inner.share(with: copy, except: written.folders[name] ?? WrittenNames(), &shared)
      try copy.takeAfter(entry)
      try copy.synchronize()
    }
  }

  /// Empties this folder, which `other` has replaced: what is in both is removed here, what only this one has, because
  /// it came after `share`, is moved there.
  ///
  /// Of two files of one name that are not the same one, `other` keeps its own, but for one that was shared: this folder's
  /// was replaced since, and is the newer one.
  /// - Parameter origin: of `other`; nil where that is not known any more.
  /// - Returns: whether nothing is left.
  func settle(into other: OpenFolder, _ origin: FolderOrigin?) -> Bool {
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
          var below = origin
          below?.written = origin?.written.folders[name] ?? WrittenNames()
          if try folder(name).settle(into: other.folder(name), below) {
            try removeEmptyFolder(name)
          } else {
            isEmpty = false
          }
        } else if mine.isFolder {
          isEmpty = false
        } else if let origin, !origin.written.files.contains(name), !mine.isSame(as: theirs),
          origin.shared.contains(theirs.st_ino)
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
