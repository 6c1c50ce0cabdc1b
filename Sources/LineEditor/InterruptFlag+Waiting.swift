// Waiting for input in a way that no signal can slip past.
import CEditLine
import Glibc

extension InterruptFlag {
  /// Waits until a descriptor has bytes or has ended; a named pipe ends when its last writer has gone. False when the job is to stop: a signal that comes just
  /// before the wait ends it as well as one that comes during it.
  package func waitForInput(on descriptor: Int32) -> Bool {
    while !isSet {
      var waits = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: cel_wake_descriptor(), events: Int16(POLLIN), revents: 0),
      ]
      if Glibc.poll(&waits, nfds_t(waits.count), -1) < 0 && errno != EINTR { return true }
      if waits[1].revents != 0 { cel_wake_drain() }
      if waits[0].revents != 0 && !isSet { return true }
    }
    return false
  }
}
