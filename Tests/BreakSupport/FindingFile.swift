// A failing input as a file that can be tried again.
import Foundation

/// Some lines of what it is, an empty line, and the bytes of the input.
package struct FindingFile: Equatable, Sendable {
  package var part: String
  package var seed: UInt64
  package var number: Int
  /// What happened, in one line.
  package var finding: String
  package var input: [UInt8]

  private static let format = "ranklab break 1"

  package init(part: String, seed: UInt64, number: Int, finding: String, input: [UInt8]) {
    self.part = part
    self.seed = seed
    self.number = number
    self.finding = finding.replacing("\n", with: " ⏎ ")
    self.input = input
  }

  package var name: String { "\(part)-\(seed)-\(number).finding" }

  package var bytes: [UInt8] {
    Array("\(Self.format)\n\(part)\nseed \(seed)\nnumber \(number)\n\(finding)\n\n".utf8) + input
  }

  /// Nil for anything else than such a file.
  package init?(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 6, omittingEmptySubsequences: false)
    guard lines.count == 7 else { return nil }
    let words = lines.prefix(6).map { String(decoding: $0, as: UTF8.self) }
    guard words[0] == Self.format, words[5].isEmpty,
      let seed = UInt64(words[2].dropFirst("seed ".count)),
      let number = Int(words[3].dropFirst("number ".count))
    else { return nil }
    self.init(part: words[1], seed: seed, number: number, finding: words[4], input: Array(lines[6]))
  }

  /// Writes it into a folder, which is made; gives its path.
  @discardableResult package func write(in folder: String) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let path = "\(folder)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }
}
