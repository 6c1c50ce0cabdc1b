// Ctrl-C, which ends a campaign after an attempt.
import Glibc
import Synchronization

enum Interrupts {
  private static let flag = Atomic(false)

  static var isAsked: Bool { flag.load(ordering: .relaxed) }

  static func watch() {
    signal(SIGINT) { _ in Interrupts.flag.store(true, ordering: .relaxed) }
  }
}
