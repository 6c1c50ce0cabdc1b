// The terminal's input, read without blocking.
import Glibc

/// Standard input's terminal under a descriptor of its own, on which reading never blocks.
///
/// The interrupt key makes the terminal drop the keys that wait. When that happens between a poll that
/// found keys and the read, a blocking read would sleep on although a signal has come. Standard input itself
/// stays as it is, because other processes share it.
final class TerminalInput {
  /// Standard input where its terminal cannot be opened again.
  let descriptor: Int32

  init() {
    let own = open("/proc/self/fd/\(STDIN_FILENO)", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    descriptor = own >= 0 ? own : STDIN_FILENO
  }

  deinit {
    if descriptor != STDIN_FILENO { Glibc.close(descriptor) }
  }
}
