// Standard input, read to its end.
import Foundation
import LineEditor

enum StandardInput {
  /// All bytes up to the end of input. An interrupt ends the wait for more.
  ///
  /// - Throws: `InputError`, also where the user stopped it.
  static func read(_ interrupts: InterruptFlag) throws -> Data {
    let input = withoutWaiting() ?? STDIN_FILENO
    defer { if input != STDIN_FILENO { close(input) } }
    var data = Data()
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while interrupts.waitForInput() {
      let count = Foundation.read(input, &part, part.count)
      if count > 0 {
        data.append(contentsOf: part[..<count])
        continue
      }
      if count == 0 { return data }
      let number = errno
      guard number == EINTR || number == EAGAIN else { throw InputError.unreadable(reason: reason(number)) }
    }
    throw InputError.interrupted
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

  private static func reason(_ number: Int32) -> String {
    number == EISDIR ? "it is a folder" : String(cString: strerror(number))
  }
}
