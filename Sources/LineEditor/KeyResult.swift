// What a command tells libedit to do next.
import CEditLine

/// libedit's results of a command, as far as they are used.
enum KeyResult: UInt8 {
  /// The screen shows the line already.
  case drawn = 0
  case endLine = 1
  case endOfFile = 2
  case refresh = 4
  /// Rings the bell.
  case refuse = 6
}
