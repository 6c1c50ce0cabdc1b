// Comparing text with a file in Expected/, or writing the file anew.
import Display
import Foundation
import Testing

/// Text that is the same on each run, kept in Expected/`name`.txt. With UPDATE_EXPECTATIONS=1 in the
/// environment the files are written, and the change is there to be read as a diff.
func expectText(_ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Expected").appendingPathComponent(name + ".txt")
  do {
    if ProcessInfo.processInfo.environment["UPDATE_EXPECTATIONS"] == "1" {
      try Data((text + "\n").utf8).write(to: file)
    } else {
      let expected = try String(decoding: Data(contentsOf: file), as: UTF8.self)
      #expect(text + "\n" == expected, "differs from \(name).txt", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}

/// Checks what holds for all rendered text: no line wider than `width`, no space at the end of one.
func expectFits(_ text: String, _ width: Int, sourceLocation: SourceLocation = #_sourceLocation) {
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    #expect(line.displayWidth <= width, "\(width) columns:\n\(line)", sourceLocation: sourceLocation)
    #expect(line.last != " ", "ends with a space:\n\(line)", sourceLocation: sourceLocation)
  }
}
