// Exit codes.

enum Outcome: Int32 {
  case success = 0
  /// A script ended in an error, or a file that it was to write is not complete.
  case failure = 1
  /// A checked notebook differs.
  case differs = 2
  /// The text could not be parsed.
  case syntaxError = 65
  case noInput = 66
  case interrupted = 130
  /// Whoever read the output went away.
  case brokenPipe = 141
  case terminated = 143
}
