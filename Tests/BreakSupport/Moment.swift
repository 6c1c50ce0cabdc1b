// A signal at a moment: what kills and interrupts are made of.
package import Glibc

package enum Moment {
  /// Lets that much time pass. The moment is a part of the input; nothing is concluded from it.
  package static func pass(microseconds: Int) {
    var time = timespec(tv_sec: microseconds / 1_000_000, tv_nsec: microseconds % 1_000_000 * 1000)
    var rest = timespec()
    while nanosleep(&time, &rest) != 0 && errno == EINTR { time = rest }
  }

  /// Sends a signal after that much time.
  package static func send(_ signal: Int32, to process: pid_t, after microseconds: Int) {
    pass(microseconds: microseconds)
    kill(process, signal)
  }
}
