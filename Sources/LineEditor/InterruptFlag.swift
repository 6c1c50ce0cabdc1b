// How signals reach a job and the prompt.
import CEditLine
import Glibc

/// The process's signals, counted.
///
/// Outside the prompt, the first SIGINT sets the flag, the second is counted, and the third restores the
/// terminal and ends the process with 130. The first SIGTERM or SIGHUP sets the flag for good; the second, or
/// five seconds, end the process with 143 or 129. A signal that was ignored when the process began stays ignored.
/// These three interrupt system calls that wait, with EINTR.
package struct InterruptFlag: Sendable {
  /// Installs the handlers of SIGINT, SIGTERM, SIGHUP, SIGWINCH and SIGCONT, once in a process.
  package init() {
    cel_signals_install()
  }

  /// Whether the job that runs is to stop. Quick, and safe on any thread.
  package var isSet: Bool {
    cel_interrupts() > 0 || isTerminated
  }

  /// The same as a function to poll.
  package var poll: @Sendable () -> Bool {
    { isSet }
  }

  /// How long a job may take to end what it is doing, in milliseconds: a step is finished and its run
  /// evaluated where that is quick.
  static let grace: Int64 = 100

  /// Whether the job is to leave unfinished what it is doing: SIGINT came a second time, or the first one
  /// is older than the grace. Quick, and safe on any thread.
  package var isUrgent: Bool {
    cel_interrupts() > 1 || isTerminated || cel_interrupt_age() > Self.grace
  }

  /// How many SIGINT came since `clear`.
  package var count: Int { Int(cel_interrupts()) }

  /// Whether SIGTERM or SIGHUP came, or the terminal is gone; the process is to clean up and exit.
  package var isTerminated: Bool { cel_terminations() > 0 }

  /// Whether what came first was SIGHUP, or the terminal went without a word.
  package var isHungUp: Bool { cel_ending_signal() == SIGHUP }

  /// To be called where the terminal does not answer: what runs is to stop, as at SIGHUP.
  package func terminalIsGone() { cel_terminal_is_gone() }

  /// Forgets the SIGINT that came; for the beginning of a job. Reading a prompt clears them too.
  package func clear() {
    cel_interrupts_clear()
  }
}
