// Why there is no text to run.
import Foundation
import TensorFile

enum InputError: Error, Equatable {
  case unreadable(InputFlaw)
  /// The place of the first byte that is no part of valid UTF-8; both from 1.
  case notUTF8(line: Int, byte: Int)

  /// - Parameter input: the file in backquotes, or "standard input".
  func sentence(_ input: String) -> String {
    switch self {
    case .unreadable(.missing):
      FileManager.default.currentDirectoryPath.isEmpty
        ? "\(input) cannot be read: the folder in which ranklab was started is gone"
        : "there is no file \(input)"
    case .unreadable(.folder): "\(input) is a folder; a script or a notebook is needed"
    case .unreadable(let flaw): "\(input) cannot be read: \(flaw.reason)"
    case .notUTF8(let line, let byte): "\(input) is not UTF-8: byte \(byte) of line \(line) cannot be read"
    }
  }

  /// The text of a file or of a stream.
  ///
  /// - Throws: `notUTF8`.
  static func text(_ data: [UInt8]) throws(InputError) -> String {
    if let text = String(validating: data, as: UTF8.self) { return text }
    var parser = Unicode.UTF8.ForwardParser()
    var bytes = data.makeIterator()
    var valid = 0
    while case .valid(let encoded) = parser.parseScalar(from: &bytes) { valid += encoded.count }
    let before = data.prefix(valid)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 - before.startIndex + 1 } ?? 0
    throw notUTF8(line: before.count { $0 == UInt8(ascii: "\n") } + 1, byte: valid - lineStart + 1)
  }
}
