// Standard input, read to its end.
import Foundation
import LineEditor
import TensorFile

enum StandardInput {
  /// All bytes up to the end of input. An interrupt ends the wait for more.
  static func read(_ interrupts: InterruptFlag) throws(InputFlaw) -> [UInt8] {
    let input = withoutWaiting() ?? STDIN_FILENO
    defer { if input != STDIN_FILENO { close(input) } }
    return try WholeInput.read(input) { interrupts.waitForInput(on: $0) }
  }

  /// The terminal of standard input, opened once more so that reading from it does not wait; nil for anything else.
  ///
  /// Control-C empties a terminal's queue: a line that the wait has announced is gone then, and a read that waits for the
  /// next would begin after the signal that should end it.
  private static func withoutWaiting() -> Int32? {
    guard isatty(STDIN_FILENO) == 1, let name = ttyname(STDIN_FILENO) else { return nil }
    let descriptor = open(name, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    return descriptor < 0 ? nil : descriptor
  }
}
