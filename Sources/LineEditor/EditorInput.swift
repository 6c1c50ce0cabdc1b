// What reading a cell ends with.

/// The outcome of one prompt. The cursor stands at the beginning of an empty row in every case.
package enum EditorInput: Equatable, Sendable {
  /// An accepted cell, without prompts; may be empty.
  case cell(String)
  /// The interrupt key; the line stays visible, with `^C` behind it.
  case interrupted
  /// The end-of-file key on an empty line, or a terminal that hung up.
  case endOfFile
  /// SIGTERM or SIGHUP. The terminal is restored; the caller cleans up and exits with 143.
  case terminated
}
