// What a descriptor is connected to.
import Glibc

/// Questions about a terminal.
package enum Terminal {
  package static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1
  }

  /// The size of the terminal behind a descriptor; nil when there is none, or when it does not know its
  /// size. Both numbers are at least 1.
  package static func size(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    return (columns: Int(size.ws_col), rows: Int(size.ws_row))
  }

  /// Whether the environment names a terminal that understands escapes.
  package static var understandsEscapes: Bool {
    guard let name = getenv("TERM") else { return false }
    return !["", "dumb"].contains(String(cString: name))
  }
}
