// A file of cells with the message that each gives.
import Foundation

/// A plain-text file in `Expected`: a cell, a line `----`, the message; a line `====` before the next.
struct CellExpectations {
  struct Example {
    var cell: String
    var message: String
  }

  var examples: [Example]
  private let url: URL

  init(_ name: String) throws {
    url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
      "Expected/\(name)")
    let text = try String(contentsOf: url, encoding: .utf8)
    examples = text.lines.split(separator: "====").map { lines in
      let sides = lines.split(separator: "----", maxSplits: 1)
      return Example(
        cell: sides[0].joined(separator: "\n"),
        message: sides.count > 1 ? sides[1].joined(separator: "\n") : "")
    }
  }

  func write() throws {
    let text = examples.map { "\($0.cell)\n----\n\($0.message)" }.joined(separator: "\n====\n") + "\n"
    try text.write(to: url, atomically: true, encoding: .utf8)
  }
}
