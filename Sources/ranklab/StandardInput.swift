// Standard input, read to its end.
import Foundation
import LineEditor

enum StandardInput {
  /// All bytes up to the end of input. An interrupt ends the wait for more.
  ///
  /// - Throws: `InputError`, also where the user stopped it.
  static func read(_ interrupts: InterruptFlag) throws -> Data {
    var data = Data()
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while interrupts.waitForInput() {
      let count = Foundation.read(STDIN_FILENO, &part, part.count)
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

  private static func reason(_ number: Int32) -> String {
    number == EISDIR ? "it is a folder" : String(cString: strerror(number))
  }
}
