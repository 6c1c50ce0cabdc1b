// The cells of earlier sessions.
import Glibc
import Text

/// A history file: one cell a line, oldest first, with backslashes, line breaks and other control characters escaped, so
/// that whoever prints the file gets text.
///
/// Several prompts may use it at once: each entry is appended under a lock, and a trimmed file takes the
/// old one's place by renaming, under the same lock. What is no file, or is far larger than a history can be, is left
/// alone.
package struct HistoryFile: Sendable {
  /// How many cells are kept.
  package static let limit = 10_000
  /// The largest file that is read or written, in bytes.
  package static let sizeLimit = 64 << 20

  package let path: String

  package init(path: String) {
    self.path = path
  }

  /// The newest cells, oldest first, without repetitions in a row; none when there is no file. A file with
  /// more than `limit` cells is trimmed. Bytes that are not UTF-8 become replacement characters.
  package func load() throws -> [String] {
    guard let file = try LockedFile(path, creates: false) else { return [] }
    let lines = try file.contents().split(separator: UInt8(ascii: "\n"))
    if lines.count > Self.limit {
      try file.replace(with: Array(lines.suffix(Self.limit).joined(separator: "\n".utf8)) + "\n".utf8)
    }
    return lines.suffix(Self.limit).map(Self.unescaped).reduce(into: []) { cells, cell in
      if cells.last != cell { cells.append(cell) }
    }
  }

  /// Appends a cell, and makes the file (readable by its owner alone) and its folders where they lack.
  /// A blank cell is not kept.
  package func append(_ cell: String) throws {
    guard cell.contains(where: { !$0.isWhitespace }) else { return }
    try makeFolders()
    guard let file = try LockedFile(path, creates: true) else { return }
    try file.append(Self.escaped(cell))
  }

  /// Makes the folders that lack, for their owner alone.
  private func makeFolders() throws {
    guard let end = path.lastIndex(of: "/"), access(String(path[..<end]), F_OK) != 0 else { return }
    for index in path.indices.dropFirst() where path[index] == "/" {
      guard mkdir(String(path[..<index]), 0o700) != 0, errno != EEXIST else { continue }
      throw HistoryFileError(path: path, .system(errno))
    }
  }

  /// A cell as one line of the file: `\\`, `\n` and `\r` for a backslash, a newline and a return, `\u{1b}` for what else no
  /// terminal may get. Tabs stay.
  static func escaped(_ cell: String) -> [UInt8] {
    var line = ""
    for scalar in cell.unicodeScalars {
      switch scalar {
      case "\\": line += "\\\\"
      case "\n": line += "\\n"
      case "\r": line += "\\r"
      case "\t": line += "\t"
      case _ where scalar.isUnsafe: line += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: line.unicodeScalars.append(scalar)
      }
    }
    return Array(line.utf8)
  }

  /// An escape that `escaped` does not make stands for itself.
  static func unescaped(_ line: ArraySlice<UInt8>) -> String {
    guard line.contains(UInt8(ascii: "\\")) else { return String(decoding: line, as: UTF8.self) }
    var cell: [UInt8] = []
    var rest = line
    while let byte = rest.popFirst() {
      let next = byte == UInt8(ascii: "\\") ? rest.first : nil
      switch next {
      case UInt8(ascii: "n"): cell.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "r"): cell.append(UInt8(ascii: "\r"))
      case UInt8(ascii: "\\"): cell.append(byte)
      case UInt8(ascii: "u"):
        guard let (scalar, length) = Self.scalar(at: rest) else {
          cell.append(byte)
          continue
        }
        cell += String(Character(scalar)).utf8
        rest = rest.dropFirst(length)
        continue
      default:
        cell.append(byte)
        continue
      }
      rest = rest.dropFirst()
    }
    return String(decoding: cell, as: UTF8.self)
  }

  /// The scalar of a `u{1b}` that a line goes on with, and how many bytes that takes; nil where it goes on otherwise.
  private static func scalar(at rest: ArraySlice<UInt8>) -> (Unicode.Scalar, length: Int)? {
    guard rest.starts(with: Array("u{".utf8)), let end = rest.prefix(10).firstIndex(of: UInt8(ascii: "}")),
      let value = UInt32(String(decoding: rest[(rest.startIndex + 2)..<end], as: UTF8.self), radix: 16),
      let scalar = Unicode.Scalar(value)
    else { return nil }
    return (scalar, end - rest.startIndex + 1)
  }
}
