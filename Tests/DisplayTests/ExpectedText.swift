// Comparing text with a file in Expected/, or writing the file anew.
import Display
import Foundation
import TestSupport
import Testing
import Text

/// Text that is the same on each run, kept in Expected/`name`.txt.
func expectText(_ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation) {
  do {
    #expect(
      try ExpectedText.difference(text + "\n", from: name + ".txt") == nil, sourceLocation: sourceLocation)
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
