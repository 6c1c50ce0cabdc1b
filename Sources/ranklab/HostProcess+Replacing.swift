// What the program itself writes: notebooks that are brought up to date, and folders for examples.
import Foundation
import Interpreter
import TensorFile

extension HostProcess {
  /// Replaces the text of a file that was read, as a whole. A symbolic link is followed, and permissions stay.
  ///
  /// - Throws: `FileChange` where the file holds another text by now; `TensorFileError` where it cannot be written.
  func replace(_ path: String, _ text: String, with new: String) throws {
    guard (try? read(InputFile(path))) == text else { throw FileChange(path: path) }
    try AtomicFile.write([Array(new.utf8)], to: path)
  }

  /// An empty folder for the files of an example, below that of temporary files.
  static func makeFolder() throws -> ScratchFolder {
    let base = FileManager.default.temporaryDirectory.path
    var name = Array("\(base)/ranklab-example-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else {
      throw Failure(
        "there is no folder for the example's files", label: "`\(base)` cannot be written",
        body: "TMPDIR names a folder for temporary files.")
    }
    let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return ScratchFolder(path: path) { rmdir(path) }
  }

  /// A file that would become larger than the process may write is an error of that writing, with a sentence of its own,
  /// not the end of the process.
  static func takeFileLimitAsError() { signal(SIGXFSZ, SIG_IGN) }
}

/// A file that somebody changed while it was in use.
struct FileChange: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "`\(path)` was changed while its cells ran; it is left as it is, so check it once more"
  }
}
