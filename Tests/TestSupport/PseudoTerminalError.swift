// What a test of a terminal program waits for in vain.

/// Something did not appear in time, or the terminal failed.
package struct PseudoTerminalError: Error, CustomStringConvertible {
  package var awaited: String
  package var screen: String

  package var description: String {
    "no \(awaited); the screen shows:\n" + Self.framed(screen)
  }

  static func framed(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "  | " + $0 }.joined(separator: "\n")
  }
}
