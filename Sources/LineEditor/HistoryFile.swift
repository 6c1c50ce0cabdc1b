// The cells of earlier sessions.
import Glibc

/// A history file: one cell a line, oldest first, with newlines, returns and backslashes escaped.
///
/// Several prompts may use it at once: each entry is appended under a lock, and a trimmed file takes the
/// old one's place by renaming, under the same lock.
package struct HistoryFile: Sendable {
  /// How many cells are kept.
  package static let limit = 10_000

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
      throw HistoryFileError(path: path, number: errno)
    }
  }

  /// A cell as one line of the file: `\\`, `\n` and `\r` for a backslash, a newline and a return.
  static func escaped(_ cell: String) -> [UInt8] {
    cell.utf8.flatMap { byte -> [UInt8] in
      switch byte {
      case UInt8(ascii: "\\"): Array("\\\\".utf8)
      case UInt8(ascii: "\n"): Array("\\n".utf8)
      case UInt8(ascii: "\r"): Array("\\r".utf8)
      default: [byte]
      }
    }
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
      default:
        cell.append(byte)
        continue
      }
      rest = rest.dropFirst()
    }
    return String(decoding: cell, as: UTF8.self)
  }
}
