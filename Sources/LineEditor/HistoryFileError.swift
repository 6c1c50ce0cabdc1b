// What can go wrong with the history file.
import Glibc

/// Why a history file is left alone.
package struct HistoryFileError: Error, Equatable, CustomStringConvertible {
  package enum Flaw: Equatable, Sendable {
    /// The system's error number.
    case system(Int32)
    /// A folder, pipe or device stands in its place.
    case noFile
    /// It has more than `HistoryFile.sizeLimit` bytes.
    case tooLarge
  }

  package var path: String
  package var flaw: Flaw

  package init(path: String, _ flaw: Flaw) {
    self.path = path
    self.flaw = flaw
  }

  package var description: String {
    let reason =
      switch flaw {
      case .system(let number): String(cString: strerror(number))
      case .noFile: "it is no file but a folder, a pipe or a device"
      case .tooLarge: "it is larger than \(HistoryFile.sizeLimit >> 20) MB; remove it or cut it"
      }
    return "the history file \(path) cannot be used: \(reason)"
  }
}
