// Exit codes.
import LineEditor

enum Outcome: Int32 {
  case success = 0
  /// A script ended in an error, or a file that it was to write is not complete.
  case failure = 1
  /// A checked notebook differs.
  case differs = 2
  /// The text could not be parsed.
  case syntaxError = 65
  case noInput = 66
  // From here on 128 and the number of a signal.
  /// SIGHUP, or the terminal is gone.
  case hungUp = 129
  case interrupted = 130
  /// Whoever read the output went away.
  case brokenPipe = 141
  case terminated = 143

  /// Of a process that is told to end.
  init(ending interrupts: InterruptFlag) {
    self = interrupts.isHungUp ? .hungUp : .terminated
  }

  /// Whether the process was told to end: no prompt follows.
  var isEnding: Bool { self == .hungUp || self == .terminated }
}
