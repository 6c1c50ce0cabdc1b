// Where libedit's keys come from.
import CEditLine
import Glibc
import Text

extension LineEditor {
  /// The key that stands for a signal to end the line, as the terminal would send it without signals.
  static let interruptKey: Unicode.Scalar = "\u{3}"

  /// What a terminal sends before a bracketed paste.
  static let pasteMark = "\u{1B}[200~"
  /// The key that stands for it with vi's keys, which can have no key that begins with Escape: Control-_.
  static let viPasteKey: Unicode.Scalar = "\u{1F}"

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
        if !usesEmacsKeys, pastesInBrackets, takePasteMark() {
          key.pointee = Self.viPasteKey.wide
          return 1
        }
        key.pointee = readAhead.removeFirst().wide
        return 1
      }
      guard waitForInput() else { return 0 }
    }
  }

  /// Takes the mark of a bracketed paste out of what was read, where it stands there. An Escape waits a
  /// moment for what makes it the mark's beginning: a terminal sends all of it at once, and a user does not.
  private func takePasteMark() -> Bool {
    let mark = Array(Self.pasteMark.unicodeScalars)
    while readAhead.count < mark.count, mark.starts(with: readAhead) {
      let count = readAhead.count
      guard waitForInput(milliseconds: 50), readAhead.count > count else { return false }
    }
    guard readAhead.starts(with: mark) else { return false }
    readAhead.removeFirst(mark.count)
    return true
  }

  /// Waits for a byte or a signal, or so long. False when the terminal is gone.
  private func waitForInput(milliseconds: Int32 = -1) -> Bool {
    var waits = [
      pollfd(fd: input.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: cel_wake_descriptor(), events: Int16(POLLIN), revents: 0),
    ]
    guard poll(&waits, nfds_t(waits.count), milliseconds) >= 0 else { return errno == EINTR }
    if waits[1].revents != 0 { cel_wake_drain() }
    guard waits[0].revents != 0 else { return true }
    var byte: UInt8 = 0
    let count = Glibc.read(input.descriptor, &byte, 1)
    if count == 1 { readAhead += assembler.scalars(after: byte).map(\.entered) }
    // A terminal that was closed sends SIGHUP too, sooner or later than this.
    if count == 0 && waits[0].revents & Int16(POLLHUP) != 0 || count < 0 && errno == EIO {
      cel_terminal_is_gone()
    }
    return count == 1 || (count < 0 && (errno == EINTR || errno == EAGAIN))
  }

  /// Control-Z: gives the shell the terminal and stops the process until it goes on.
  private func suspend() {
    cel_prepare_terminal(library, false)
    if pastesInBrackets { write(.marksPastes(false)) }
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
    if pastesInBrackets { write(.marksPastes(true)) }
    write(.lineStart, .eraseBelow)
    cel_refresh(library)
  }
}
