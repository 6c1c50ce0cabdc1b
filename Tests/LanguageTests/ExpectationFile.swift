// Files of programs with the text that is expected for each.
import Foundation
import TestSupport
import Testing

/// A plain-text file of examples: a program, a line `----`, the expected text; a line `====` before the
/// next. Where new expectations are asked for, the tests write what came out into the file.
struct ExpectationFile {
  struct Example {
    var program: String
    var expected: String
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

  let url: URL
  private(set) var examples: [Example]

  init(_ path: String) throws {
    url = ExpectationFile.folder.appendingPathComponent(path)
    let text = try String(contentsOf: url, encoding: .utf8)
    examples = text.components(separatedBy: "\n====\n").map { part in
      let sides = part.components(separatedBy: "\n----\n")
      return Example(program: sides[0], expected: sides.count > 1 ? sides[1] : "")
    }
  }

  /// The names of the files of a folder that end with `.txt`, in order.
  static func paths(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(directory).path)
      .filter { $0.hasSuffix(".txt") }.sorted().map { "\(directory)/\($0)" }
  }

  /// Compares each example with what `produce` makes of its program, or writes that into the file.
  func check(_ produce: (String) -> String) throws {
    var updated: [Example] = []
    for example in examples {
      let actual = produce(example.program)
      updated.append(Example(program: example.program, expected: actual))
      if !ExpectedText.isUpdating {
        #expect(
          actual == example.expected.trimmingSuffixLineBreak,
          "\(url.lastPathComponent): \(example.program.prefix(200))")
      }
    }
    guard ExpectedText.isUpdating else { return }
    let text = updated.map { "\($0.program)\n----\n\($0.expected)" }.joined(separator: "\n====\n") + "\n"
    try text.write(to: url, atomically: true, encoding: .utf8)
  }
}

extension String {
  fileprivate var trimmingSuffixLineBreak: String { hasSuffix("\n") ? String(dropLast()) : self }
}
