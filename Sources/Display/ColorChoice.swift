// Whether to colour: what the user said, then the environment, then what the stream is.

/// The value of `--color`.
package enum ColorChoice: String, CaseIterable, Sendable {
  case auto, always, never

  /// Whether a stream gets escape sequences for colour. `always` and `never` decide alone. With `auto`
  /// the first that applies decides: `NO_COLOR` present and not empty (no); `CLICOLOR_FORCE` or
  /// `FORCE_COLOR` present, not empty and not `0` (yes); `TERM` is `dumb` (no); whether the stream is a
  /// terminal.
  package func wantsColor(environment: [String: String], isTerminal: Bool) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto: break
    }
    if let value = environment["NO_COLOR"], !value.isEmpty { return false }
    for name in ["CLICOLOR_FORCE", "FORCE_COLOR"] {
      if let value = environment[name], !value.isEmpty, value != "0" { return true }
    }
    if environment["TERM"] == "dumb" { return false }
    return isTerminal
  }
}
