// Why there is no text to run.
import Foundation

enum InputError: Error, Equatable {
  case missing
  case folder
  case unreadable(reason: String)
  /// The place of the first byte that is no part of valid UTF-8; both from 1.
  case notUTF8(line: Int, byte: Int)
  /// The user stopped the reading.
  case interrupted

  /// - Parameter input: the file in backquotes, or "standard input".
  func sentence(_ input: String) -> String {
    switch self {
    case .missing:
      FileManager.default.currentDirectoryPath.isEmpty
        ? "\(input) cannot be read: the folder in which ranklab was started is gone"
        : "there is no file \(input)"
    case .folder: "\(input) is a folder; a script or a notebook is needed"
    case .unreadable(let reason): "\(input) cannot be read: \(reason)"
    case .notUTF8(let line, let byte): "\(input) is not UTF-8: byte \(byte) of line \(line) cannot be read"
    case .interrupted: "interrupted"
    }
  }

  /// The text of a file or of a stream.
  ///
  /// - Throws: `notUTF8`.
  static func text(_ data: Data) throws -> String {
    if let text = String(data: data, encoding: .utf8) { return text }
    var parser = Unicode.UTF8.ForwardParser()
    var bytes = data.makeIterator()
    var valid = 0
    while case .valid(let encoded) = parser.parseScalar(from: &bytes) { valid += encoded.count }
    let before = data.prefix(valid)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 - before.startIndex + 1 } ?? 0
    throw notUTF8(line: before.count { $0 == UInt8(ascii: "\n") } + 1, byte: valid - lineStart + 1)
  }
}
