// A folder that is replaced as one step: a reader finds the old one or the new one, never a mixture.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder while its files are written; `commit` puts all of them in place at once. Without that it goes with the last
/// reference, and what stands at the path is as it was.
///
/// The files are written into a folder of their own, `.NAME.PID.unfinished` beside the place. Where nothing stands at
/// the path, that folder gets its name. Where a folder stands there, the new one shares with it all files that are not
/// written (a README, a tokenizer, checkpoints), and then the two are exchanged in one step; of the old one is removed
/// what was replaced, and nothing else. A process that ends at any moment leaves the old or the new folder whole, with
/// all files of the user's in it, and names that the next writing there puts right (`Leftover`).
///
/// One step is not to be had on file systems without it (NFS), where the folder is a mount point, belongs to somebody
/// else, has its files behind symbolic links, or is where the process works. There all files are prepared and durable
/// before the first is renamed into place, and the renames follow each other: what ends the process between two of them
/// leaves a mixture, which a fingerprint in one of the files shows.
package final class PreparedFolder {
  /// What has been done, in this order; tests look at the disk after each.
  package enum Step: CaseIterable, Sendable {
    case written, shared, announced, exchanged, settled
    case firstInPlace, allInPlace
  }

  /// As given, for errors.
  let path: String
  /// Behind symbolic links.
  let target: String
  /// Where the files are until `commit`.
  private(set) var place: String
  /// Whether that is in the folder above, not in the target.
  private let isBeside: Bool
  private let claim: OpenFolder
  private(set) var names: [String] = []
  private(set) var standing: FolderStanding
  private let exchanges: Bool
  let reached: (Step) -> Void

  /// - Parameters:
  ///   - path: the folders above it are made.
  ///   - exchanges: false takes the way of file systems that have no such step.
  ///   - reached: called after each step.
  /// - Throws: `.system(.write, …)`.
  package init(
    _ path: String, exchanges: Bool = true, reached: @escaping (Step) -> Void = { _ in }
  ) throws(TensorFileError) {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .system(.write, path: path, code: EINVAL) }
    self.path = path
    self.exchanges = exchanges
    self.reached = reached
    target = FilePath.resolvedFolder(path)
    let above = FilePath.folder(of: target)
    try FilePath.makeFolders(above, reportedAs: path)
    Leftover.sweep(above)
    let status = SystemFile.status(target)
    standing = status == nil ? .absent : .asBefore
    if status?.isFolder == true { Leftover.sweep(target) }
    let name = String(target.dropFirst(above.count))
    var made = PreparedFolder.make { above + Leftover.name(.unfinished, of: name, $0) }
    isBeside = !name.isEmpty && made.code == 0
    if !isBeside, status?.isFolder == true {
      let base = target.hasSuffix("/") ? target : target + "/"
      made = PreparedFolder.make { base + Leftover.temporaryName($0) }
    }
    guard made.code == 0 else { throw .system(.write, path: path, code: made.code) }
    place = made.path
    do throws(SystemFailure) {
      claim = try OpenFolder(made.path)
    } catch {
      _ = rmdir(made.path)
      throw .system(.write, path: path, code: error.code)
    }
    claim.claim()
  }

  private static func make(_ name: (Int) -> String) -> (path: String, code: Int32) {
    var attempt = 0
    while true {
      let path = name(attempt)
      if mkdir(path, 0o777) == 0 { return (path, 0) }
      guard errno == EEXIST, attempt < 1000 else { return (path, errno) }
      attempt += 1
    }
  }

  deinit {
    // After an exchange it is the old folder, which `settle` has emptied, or the next writing will.
    if !hasExchanged { PreparedFolder.remove(place) }
  }

  private var hasExchanged = false

  private static func remove(_ path: String) {
    let above = FilePath.folder(of: path)
    guard let folder = try? OpenFolder(above) else { return }
    folder.removeAll(Array(String(path.dropFirst(above.count)).utf8CString))
  }

  /// Writes a file.
  ///
  /// - Parameter name: relative to the folder, each name once; folders in it are made.
  /// - Throws: `.system(.write, …)`, and what `body` throws.
  package func write(
    _ name: String, _ body: (borrowing AtomicFile.Output) throws(TensorFileError) -> Void
  ) throws(TensorFileError) {
    let shown = shownPath(name)
    if name.contains("/") {
      try FilePath.makeFolders(FilePath.folder(of: "\(place)/\(name)"), reportedAs: shown)
    }
    let file = try SystemFile(creating: "\(place)/\(name)", reportedAs: shown)
    names.append(name)
    try body(AtomicFile.Output(file))
    try file.synchronize()
  }

  /// Writes a file that holds a text, in UTF-8; otherwise as above.
  package func write(_ name: String, _ text: String) throws(TensorFileError) {
    try write(name) { output throws(TensorFileError) in try output.append(Array(text.utf8)) }
  }

  /// The path of a file as errors name it.
  package func shownPath(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

  /// Puts the files in place.
  ///
  /// - Throws: `.system(.write, …)`, `.notAFile`; `standing` then says what stands at the path.
  package func commit() throws(TensorFileError) {
    try synchronizeFolders()
    // Whoever took them for a dead process's has removed them.
    for name in names where !SystemFile.exists("\(place)/\(name)") {
      throw .system(.write, path: shownPath(name), code: ENOENT)
    }
    reached(.written)
    switch SystemFile.status(target)?.isFolder {
    case nil: try name()
    case false?: try replaceFile()
    case true?:
      if isBeside, exchanges, exchange() { return }
      try replaceFiles()
    }
  }

  /// Nothing stands there.
  private func name() throws(TensorFileError) {
    guard rename(place, target) == 0 else { throw .system(.write, path: path, code: errno) }
    hasExchanged = true
    try synchronizeAbove()
  }

  /// A file stands there, which the user let go of.
  private func replaceFile() throws(TensorFileError) {
    let old = replacedName()
    guard rename(target, old) == 0 else { throw .system(.write, path: path, code: errno) }
    guard rename(place, target) == 0 else {
      let code = errno
      _ = rename(old, target)
      throw .system(.write, path: path, code: code)
    }
    hasExchanged = true
    try synchronizeAbove()
    _ = unlink(old)
  }

  private func replacedName() -> String {
    let above = FilePath.folder(of: target)
    let name = String(target.dropFirst(above.count))
    var attempt = 0
    while true {
      let path = above + Leftover.name(.replaced, of: name, attempt)
      if SystemFile.ownStatus(path) == nil { return path }
      attempt += 1
    }
  }

  private func synchronizeFolders() throws(TensorFileError) {
    let folders = Set(names.map { FilePath.folder(of: "\(place)/\($0)") } + [place])
    for folder in folders { try SystemFile(folder: folder, reportedAs: path).synchronize() }
  }

  private func synchronizeAbove() throws(TensorFileError) {
    try SystemFile(folder: FilePath.folder(of: target), reportedAs: path).synchronize()
  }

  // MARK: The one step

  /// Exchanges the folders; false where that is not to be had, and nothing has changed.
  private func exchange() -> Bool {
    guard !FilePath.holdsWorkingFolder(target), let old = try? OpenFolder(target) else { return false }
    old.claim()
    var origin = FolderOrigin()
    for name in names { origin.written.insert(name) }
    do throws(SystemFailure) {
      for name in names {
        guard let status = SystemFile.ownStatus("\(target)/\(name)") else { continue }
        guard status.isFile, chmod("\(place)/\(name)", status.st_mode & 0o777) == 0 else { return false }
      }
      try old.share(with: claim, except: origin.written, &origin.shared)
      try claim.takeAfter(old.status)
      try claim.synchronize()
    } catch {
      return false
    }
    reached(.shared)
    let replaced = replacedName()
    guard rename(place, replaced) == 0 else { return false }
    place = replaced
    reached(.announced)
    guard exchangePaths(replaced, target) else { return false }
    hasExchanged = true
    reached(.exchanged)
    // The new folder stands; what fails from here on is for the next writing to put right.
    try? synchronizeAbove()
    if old.settle(into: claim, origin) { PreparedFolder.remove(replaced) }
    reached(.settled)
    return true
  }

  // MARK: File by file

  private func replaceFiles() throws(TensorFileError) {
    var files: [PreparedFile] = []
    for name in names {
      let target = "\(target)/\(name)"
      try FilePath.makeFolders(FilePath.folder(of: target), reportedAs: shownPath(name))
      files.append(try PreparedFile(adopting: "\(place)/\(name)", target, reportedAs: shownPath(name)))
    }
    for (i, file) in files.enumerated() {
      try file.commit()
      standing = .mixed
      if i == 0 { reached(.firstInPlace) }
    }
    reached(.allInPlace)
  }
}
