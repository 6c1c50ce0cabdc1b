// Where libedit's keys come from.
import CEditLine
import Glibc

extension LineEditor {
  /// The key that stands for a signal to end the line, as the terminal would send it without signals.
  static let interruptKey: Unicode.Scalar = "\u{3}"

  /// Waits for a key on behalf of libedit: 1 with a key, 0 at the end of the input.
  ///
  /// Signals wake the wait through a pipe, so none can slip in just before it. An interrupt is given as a
  /// key, until the command bound to it has run: libedit swallows a key that follows a lone Escape, and
  /// takes keys into its own questions until Escape comes.
  func readKey(into key: UnsafeMutablePointer<wchar_t>) -> Int32 {
    repair()
    while true {
      if cel_terminations() > 0 {
        return 0
      }
      if cel_interrupts() > 0 {
        interruptAttempts += 1
        key.pointee = (interruptAttempts % 3 == 0 ? "\u{1B}" : Self.interruptKey).wide
        return 1
      }
      if cel_take_suspend() { suspend() }
      if cel_take_continue() { resume() }
      if cel_take_resize() { redrawAfterResize() }
      if !readAhead.isEmpty {
        key.pointee = readAhead.removeFirst().wide
        return 1
      }
      guard waitForInput() else { return 0 }
    }
  }

  /// Waits for a byte or a signal. False when the terminal is gone.
  private func waitForInput() -> Bool {
    var waits = [
      pollfd(fd: input.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: cel_wake_descriptor(), events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&waits, nfds_t(waits.count), -1) >= 0 else { return errno == EINTR }
    if waits[1].revents != 0 { cel_wake_drain() }
    guard waits[0].revents != 0 else { return true }
    var byte: UInt8 = 0
    let count = Glibc.read(input.descriptor, &byte, 1)
    if count == 1 { readAhead += assembler.scalars(after: byte) }
    return count == 1 || (count < 0 && (errno == EINTR || errno == EAGAIN))
  }

  private func suspend() {
    cel_prepare_terminal(library, false)
    if pastesInBrackets { write("\u{1B}[?2004l") }
    cel_suspend_self()
    // An orphaned process is never stopped, so no SIGCONT follows.
    resume()
    _ = cel_take_continue()
  }

  /// The shell had the terminal in between and left its own modes. What libedit believes of them is made
  /// true by leaving and entering editing once.
  private func resume() {
    cel_prepare_terminal(library, false)
    cel_prepare_terminal(library, true)
    if pastesInBrackets { write("\u{1B}[?2004h") }
    write("\r")
    if understandsEscapes { write("\u{1B}[J") }
    cel_refresh(library)
  }
}
