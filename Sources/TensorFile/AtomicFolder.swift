// Writing a folder in one go.
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

  private static func standing(_ path: String) -> FolderStanding {
    SystemFile.exists(path) ? .asBefore : .absent
  }
}
