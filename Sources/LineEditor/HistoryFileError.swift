// What can go wrong with the history file.
import Glibc

/// A failure of the system on a history file.
package struct HistoryFileError: Error, Equatable, CustomStringConvertible {
  package var path: String
  /// The system's error number.
  package var number: Int32

  package init(path: String, number: Int32) {
    self.path = path
    self.number = number
  }

  package var description: String {
    "the history file \(path) cannot be used: \(String(cString: strerror(number)))"
  }
}
